"""Apply records for people: who did what, when, from which commit, and what would undo it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from procspec.model import Action, ApplyRecord, Deed, Inverse, Step
from procspec.render.outcome import DONE
from procspec.render.style import PLAIN, SYMBOLS, Paint
from procspec.render.values import value
from procspec.render.visible import visible

_COMMIT = 10
"""Characters of a commit that are shown in a table."""
Missing = tuple[Deed, Step, Inverse]


def table(applies: Iterable[ApplyRecord], paint: Paint = PLAIN) -> str:
    """Id, time, who, revision and what was done, an apply a line."""
    rows = [("APPLY", "WHEN", "WHO", "REVISION", "WHAT"), *(_row(one) for one in applies)]
    if len(rows) == 1:
        return "No applies."
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]).rstrip()
        for row in rows
    ]
    return "\n".join([paint(lines[0], "head"), *lines[1:]])


def _row(one: ApplyRecord) -> tuple[str, str, str, str, str]:
    commit = one.commit[:_COMMIT] + ("+" if one.dirty else "")
    return visible(one.id), visible(one.since), visible(one.who), visible(commit), _what(one)


def _what(one: ApplyRecord) -> str:
    counts = Counter(deed.action for deed in one.deeds)
    told = ", ".join(f"{number} {DONE[action]}" for action, number in counts.items()) or "nothing carried out"
    told = f"perhaps {told}" if one.exit_code is None else told
    of = f"rollback of {visible(one.undoes)}: " if one.undoes else ""
    return f"{of}{told}{_end(one)}"


def _end(one: ApplyRecord) -> str:
    if one.exit_code is None:
        return "; it did not come to its end"
    return f"; exit {one.exit_code}" if one.exit_code else ""


def apply(one: ApplyRecord, paint: Paint = PLAIN) -> str:
    """One apply: its requests, each with what undoes it or why nothing does."""
    lines = [f"{paint(visible(one.id), 'head')}  {visible(one.command)}  in {_where(one)}", *_about(one)]
    for deed in one.deeds:
        lines += ["", _title(deed, paint), *_steps(deed, paint)]
    return "\n".join(lines)


def _where(one: ApplyRecord) -> str:
    return visible(f"{one.environment} ({one.target})")


def _about(one: ApplyRecord) -> Iterator[str]:
    yield f"    {visible(one.since)} by {visible(one.who)}, procspec {visible(one.tool)}{_end(one)}"
    if one.commit:
        more = ", and files that were not committed" if one.dirty else ""
        yield f"    git {visible(one.commit)}{more}"
    yield f"    plan {visible(one.plan)}"
    if one.undoes:
        yield f"    undid {visible(one.undoes)}"
    if one.exit_code is None:
        yield "    What is shown is what was planned: it may have done all of it or nothing."


def _title(deed: Deed, paint: Paint) -> str:
    mark = paint(f"{SYMBOLS[deed.action]} {visible(deed.key)}", deed.action.value)
    id = f" {visible(deed.id)}" if deed.id else ""
    code = f"  {paint(f'exit {deed.exit_code}', 'error')}" if deed.exit_code else ""
    return f"{mark}  {DONE[deed.action]}{id}  {value(deed.title, {})}{code}"


def _steps(deed: Deed, paint: Paint) -> Iterator[str]:
    for step in deed.steps:
        yield f"    {_request(step, paint)}"
        yield from (f"        {paint(_inverse(one), 'dim')}" for one in step.inverses)


def _request(step: Step, paint: Paint) -> str:
    trace = f"  {paint(visible(step.trace), 'dim')}" if step.trace else ""
    doubt = f"  {paint('outcome unknown', 'error')}" if step.doubtful else ""
    return f"{paint(visible(step.method), 'head')} {visible(step.path)}{trace}{doubt}"


def _inverse(one: Inverse) -> str:
    if one.action is Action.NOOP:
        return f"{f'{visible(one.path)}: ' if one.field else ''}no inverse: {visible(one.why)}"
    if one.field:
        return f"inverse: {visible(one.path)}  {value(one.after, {})} -> {value(one.before, {})}"
    return f"inverse: {one.action.value} {visible(one.id)}"


def recorded(one: ApplyRecord, paint: Paint = PLAIN) -> str:
    """The last line of an apply: how it can be undone; empty when nothing undoes any of it."""
    if not one.inverses:
        return ""
    command = visible(f"procspec rollback {one.id} -e {one.environment}")
    return f"Apply {paint(visible(one.id), 'head')} recorded; `{command}` undoes it."


def missing(found: Sequence[Missing], paint: Paint = PLAIN) -> str:
    """What a rollback leaves as it is, and why."""
    lines = [paint("Not undone:", "warning")]
    for deed, step, one in found:
        path = f".{visible(one.path)}" if one.field else ""
        lines.append(f"    {visible(deed.key)}{path}  {step.action.value}: {visible(one.why)}")
    return "\n".join([*lines, ""]) if found else ""


def rollback(one: ApplyRecord, paint: Paint = PLAIN) -> str:
    """What is to be rolled back, in a line."""
    head = f"Rollback of {paint(visible(one.id), 'head')}, {visible(one.since)} by {visible(one.who)}"
    return f"{head}: {_what(one)}.\n"
