"""After the requests: read again, record what is there, compare, and let the server validate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from procspec.engine.session import Session, Wanted
from procspec.errors import StateError
from procspec.model import Change, Diagnostic, Finding, Location, Node, Outcome, ProcessPlan, Record
from procspec.reconcile import Marks, diff, ids_of, keyed, marks, propose, snapshot


def recorded(
    session: Session,
    file: Wanted,
    record: Record,
    live: Node,
    ids: Mapping[str, str],
    *,
    applied: Marks | None = None,
) -> Record:
    """Writes what was applied (all that the file has, unless said) and what the server made of it."""
    fields = session.provider.fields
    known = keyed(live, ids)
    return session.store.write(
        replace(
            record,
            id=live.id,
            ids=ids,
            revision=live.revision,
            digest=snapshot(known, fields),
            marks=applied or marks(file.desired, known, fields, record.salt, record.marks),
            protect=file.protect,
            trashed=False,
        )
    )


def remaining(session: Session, file: Wanted, record: Record, live: Node) -> tuple[Change, ...]:
    """What is still different; nothing, if the server did what it was asked to do."""
    known = keyed(live, record.ids)
    proposal = propose(known, file.desired, record, session.provider.fields)
    return diff(known, proposal.planned, record, session.provider.fields)


def found(session: Session, file: Wanted, record: Record, live: Node) -> tuple[Diagnostic, ...]:
    """The server's validation, every finding at its place in the file."""
    nodes = {node.key: node for node in file.desired.walk()}
    keys = {id: key for key, id in record.ids.items()}
    problems = [
        _diagnostic(finding, nodes.get(keys.get(finding.node, "?")), file)
        for finding in session.service.validate(live)
    ]
    return tuple(sorted(problems, key=lambda problem: (problem.place or Location("", 0, 0), problem.detail)))


def _diagnostic(finding: Finding, node: Node | None, file: Wanted) -> Diagnostic:
    code = f" ({finding.code})" if finding.code else ""
    about = "" if node is not None or not finding.target else f' The server points at "{finding.target}".'
    return Diagnostic(
        rule="server-validation",
        summary="Not valid on the server",
        detail=f"{finding.message.rstrip('.')}{code}.{about}",
        place=_place(finding, node) or file.desired.place,
    )


def _place(finding: Finding, node: Node | None) -> Location | None:
    """The value's place, or its node's when the value is missing."""
    if node is None:
        return None
    origin = node.origins.get(finding.field)
    return origin.place if origin else node.place


def outcome(
    session: Session,
    item: ProcessPlan,
    file: Wanted,
    record: Record,
    live: Node,
    problems: tuple[Diagnostic, ...],
) -> Outcome:
    """The end of a process plan: converged and valid, or what is left of it."""
    left = remaining(session, file, record, live)
    return Outcome(
        key=item.key,
        title=item.title,
        action=item.action,
        id=record.id,
        exit_code=1 if left else 3 if problems else 0,
        error="The server took the changes, and differences remain." if left else "",
        hint="Run plan again; if they stay, the server decides these values." if left else "",
        diagnostics=problems,
        remaining=left,
    )


def identities(record: Record, live: Node) -> dict[str, str]:
    """The recorded ids of those nodes that are still there."""
    return {key: id for key, id in ids_of(keyed(live, record.ids)).items() if key in record.ids}


def lost(key: str, id: str, error: StateError) -> StateError:
    """An id that could not be saved is never lost without a word (DESIGN section 9)."""
    return StateError(
        f"{key} was created as {id}, and that could not be recorded: {error.message}",
        hint=f"Keep this id. When the state can be written again: procspec resolve {key} --id {id}",
    )
