"""`procspec explain`: what a rule finds, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from procspec.cli import options
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals
from procspec.errors import UsageError
from procspec.model import Json
from procspec.render.visible import visible

if TYPE_CHECKING:
    from procspec.policy import Policy

_WIDTH = 88


@click.command("explain")
@click.argument("rule", metavar="[ID]", required=False, callback=options.readable)
@options.output("text", "json")
@click.pass_obj
def command(given: Globals, rule: str | None, output: str) -> int:
    """Explain the rule with this ID, as diagnostics show it in brackets; without ID, list the policies.

    Inside of a project, its own policies (policies/*.schema.json) are known too.
    """
    known = _known(given)
    if rule is None:
        data: Json = {"policies": [_data(policy) for policy in known.values()]}
        text = _table(given, known)
    elif rule in known:
        data, text = {"policy": _data(known[rule], in_full=True)}, _policy(given, known[rule])
    else:
        data, text = _of_files(given, rule, known)
    if output == "json":
        given.screen.data({"format_version": FORMAT, "exit_code": 0, **data})
    else:
        given.screen.say(text)
    return 0


def _known(given: Globals) -> dict[str, Policy]:
    """The built-in policies, and those of the project around, if there is one."""
    from procspec.engine.checking import policies
    from procspec.policy import POLICIES
    from procspec.source import find

    try:
        team = policies(find(given.folder)).custom
    except UsageError:
        team = ()
    return {**POLICIES, **{one.policy.id: one.policy for one in team}}


def _of_files(given: Globals, rule: str, known: Mapping[str, Policy]) -> tuple[Json, str]:
    """A rule about files, or about what a server says; raises UsageError for what is no rule at all."""
    from procspec.engine import rules
    from procspec.policy import meant
    from procspec.source import RULES

    told = "A rule about the files themselves: its diagnostics say what is wrong at a place, and what to do."
    others = {**{id: (summary, told) for id, summary in RULES.items()}, **rules.RULES}
    if rule not in others:
        guess = meant(rule, [*known, *others]).strip()
        hint = f"{guess} `procspec explain` lists the policies.".strip()
        raise UsageError(f"There is no rule {rule!r}.", hint=hint)
    summary, explanation = others[rule]
    text = "\n".join([_head(given, rule, summary, ""), "", *_paragraph(explanation)])
    return {"rule": {"id": rule, "summary": summary}}, text


def _data(policy: Policy, *, in_full: bool = False) -> Json:
    short = {"id": policy.id, "severity": policy.severity.value, "summary": policy.summary}
    if not in_full:
        return short
    most = {"most": policy.most} if policy.most else {}
    return {**short, **most, "explanation": policy.explanation, "source": policy.source}


def _table(given: Globals, known: Mapping[str, Policy]) -> str:
    paint = given.screen.paint
    width = max(len(id) for id in known)
    rows = [
        f"{visible(one.id).ljust(width)}  {paint(level.ljust(7), level)}  {visible(one.summary)}"
        for one in known.values()
        for level in [one.severity.value]
    ]
    return "\n".join([*rows, "", "`procspec explain ID` says what one finds, why, and what to do about it."])


def _policy(given: Globals, policy: Policy) -> str:
    level = policy.severity.value
    settings = "" if policy.fixed else _settings(policy)
    source = f"Source: {policy.source}."
    return "\n".join(
        [
            _head(given, policy.id, policy.summary, level),
            "",
            *_paragraph(policy.explanation),
            "",
            *_paragraph(source),
            *([settings] if settings else []),
        ]
    )


def _settings(policy: Policy) -> str:
    most = f" It counts up to {policy.most} (`most`)." if policy.most else ""
    return f"In procspec.yaml: `policies: {{{policy.id}: off|warning|error}}`.{most}"


def _head(given: Globals, id: str, summary: str, level: str) -> str:
    paint = given.screen.paint
    told = f"  {paint(level, level)}" if level else ""
    return f"{paint(visible(id), 'head')}{told}  {visible(summary)}"


def _paragraph(text: str) -> list[str]:
    return wrap(visible(text), _WIDTH, break_on_hyphens=False)
