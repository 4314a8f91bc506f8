"""The jobs that the server generates for a certification (guide, "Excluding Generated Jobs"; T20).

The guide says that signer and approver actions appear by themselves, and nothing about how many, or how
`steps` look. Everything in this module about the inside of a step is therefore (inference): it reads what
it recognises and generates one signer for a step in which it recognises nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from procspec.providers.emulator.nouns import Object
from procspec.providers.workiva.emulator.tree import action_of, is_generated, payload_of

SIGNER = "certificationSignerGenerated"
APPROVER = "certificationApproverGenerated"
CONDITIONAL = "certificationConditionalApproverGenerated"
FINALIZER = "certificationPhaseFinalizerGenerated"

# The schema page of ActionArguments: seven types, six payload fields; the conditional approver has none.
_PAYLOAD = {SIGNER: "certSignerArgs", APPROVER: "certApproverArgs", FINALIZER: "certPhaseFinalizerArgs"}

_SIGNERS = ("signers", "assignees", "participants", "people")
_APPROVERS = ("approvers",)
_CONDITIONAL = ("conditionalApprovers",)


def expand(children: list[Object], make: Callable[[Object], Object]) -> list[Object]:
    """The children of one group, each certification followed by its generated jobs.

    `make` makes a job, or a job run, out of arguments. Generated jobs that stand there already are kept
    when they still are what the steps ask for.
    """
    made: list[Object] = []
    for unit in units(children):
        head, present = unit[0], unit[1:]
        if head["type"] == "job" and is_generated(head["job"]):
            continue
        made.append(head)
        wanted = _generated(head["job"]) if head["type"] == "job" else []
        if [child["job"]["arguments"] for child in present] == wanted:
            made += present
        else:
            made += [{"type": "job", "job": make(arguments)} for arguments in wanted]
    return made


def units(children: list[Object]) -> list[list[Object]]:
    """Children as they belong together: a certification and the generated jobs that follow it."""
    found: list[list[Object]] = []
    for child in children:
        if found and _is(child, generated=True) and _is(found[-1][0], generated=False):
            found[-1].append(child)
        else:
            found.append([child])
    return found


def _is(child: Object, *, generated: bool) -> bool:
    if child["type"] != "job":
        return False
    return is_generated(child["job"]) if generated else action_of(child["job"]) == "certification"


def _generated(job: Object) -> list[Object]:
    """The arguments of the jobs that one certification generates, phase by phase."""
    if action_of(job) != "certification":
        return []
    payload = payload_of(job)
    title = payload.get("title", "")
    return [each for step in payload.get("steps", []) for each in _phase(step, title)]


def _phase(step: Any, title: str) -> Iterator[Object]:
    for kind, person in _who(step if isinstance(step, dict) else {}):
        yield _arguments(kind, {"title": title, **({"assignee": person} if person else {})})
    yield _arguments(FINALIZER, {})


def _arguments(kind: str, payload: Object) -> Object:
    return {"type": kind, **({_PAYLOAD[kind]: payload} if kind in _PAYLOAD else {})}


def _who(step: Object) -> list[tuple[str, Object | None]]:
    approval = "approv" in str(step.get("type", "")).lower()
    found: list[tuple[str, Object | None]] = []
    for kind, members in (
        (APPROVER if approval else SIGNER, _SIGNERS),
        (APPROVER, _APPROVERS),
        (CONDITIONAL, _CONDITIONAL),
    ):
        found += [(kind, person) for member in members for person in _people(step.get(member))]
    return found or [(APPROVER if approval else SIGNER, None)]


def _people(value: Any) -> Iterator[Object]:
    for each in value if isinstance(value, list) else []:
        id = each.get("id") if isinstance(each, dict) else each
        if isinstance(id, str) and id:
            yield {"id": id, "type": "user"}
