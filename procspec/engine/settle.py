"""After the requests: read again, record what is there, compare, and let the server validate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from procspec.engine.rules import problem
from procspec.engine.session import Session, Wanted, unsettled
from procspec.errors import ProcspecError, ServiceError, UnknownOutcome
from procspec.model import (
    Change,
    Diagnostic,
    Finding,
    Intent,
    Location,
    Node,
    Outcome,
    ProcessPlan,
    Record,
)
from procspec.reconcile import (
    Fields,
    diff,
    ids_of,
    keyed,
    marks,
    order_of,
    pair,
    pair_marks,
    propose,
    snapshot,
    value_digest,
)


def recorded(
    session: Session, file: Wanted, record: Record, live: Node, doubtful: Fields = frozenset()
) -> Record:
    """Writes what was applied and what the server made of it; the validation is still to come."""
    fields = session.provider.fields
    known = keyed(live, record.ids)
    applied = marks(file.desired, known, fields, record.salt, record.marks, doubtful)
    return session.store.write(
        replace(
            record,
            id=live.id,
            ids={key: id for key, id in ids_of(known).items() if key in record.ids},
            revision=live.revision,
            digest=snapshot(known, fields),
            marks=applied,
            order=order_of(known, file.desired),
            period=file.document.period,
            protect=file.protect,
            invalid=True,
            trashed=False,
            intent=None,
        )
    )


def adoption(session: Session, file: Wanted | None, record: Record, live: Node) -> Record:
    """The record of a process whose create was carried out and not looked at yet; not written.

    Its nodes are found by the file's structure, or, if the file has changed since, by what the intent
    says was sent; that is also what was applied.
    """
    fields = session.provider.fields
    sent = record.intent.marks if record.intent is not None else record.marks
    ids = pair(file.desired, live, fields) if file is not None else None
    ids = ids or pair_marks(sent, live, fields, record.salt)
    known = keyed(live, ids)
    there = {node.key: node.fields for node in known.walk()}
    applied = {
        key: {name: replace(mark, shown=name in there.get(key, {})) for name, mark in marked.items()}
        for key, marked in sent.items()
    }
    return replace(
        record,
        id=live.id,
        ids=ids,
        revision=live.revision,
        digest=snapshot(known, fields),
        marks=applied,
        order=order_of(known),
        intent=None,
        invalid=True,
    )


def check_made(session: Session, record: Record, live: Node | None) -> Node:
    """The process that an unfinished create made, if the answer's id is really its own.

    Raises UnknownOutcome for one that is gone, or that has other names and titles than were sent: nobody
    may change, trash or adopt somebody else's process.
    """
    if record.intent is None:
        raise ValueError("nothing was begun")
    if live is None or not (record.intent.confirmed or _is_sent(session, record.intent, live, record.salt)):
        raise UnknownOutcome(unsettled(record, record.intent))
    return live


def _is_sent(session: Session, act: Intent, live: Node, salt: str) -> bool:
    return not _titles(session, live, salt) - _sent(act)


def _titles(session: Session, live: Node, salt: str) -> Counter[str]:
    """Digests of what the nodes are called, as far as the answer shows it."""
    named = [(node, name) for node in live.walk() for name in _CALLED if name in node.fields]
    fields = session.provider.fields
    return Counter(value_digest(fields, node, name, node.fields[name], salt) for node, name in named)


def _sent(act: Intent) -> Counter[str]:
    return Counter(
        applied[name].value for applied in act.marks.values() for name in _CALLED if name in applied
    )


_CALLED = ("name", "title")


def remaining(session: Session, file: Wanted, record: Record, live: Node) -> tuple[Change, ...]:
    """What is still different; nothing, if the server did what it was asked to do."""
    known = keyed(live, record.ids)
    proposal = propose(known, file.desired, record, session.provider.fields)
    return diff(known, proposal.planned, record, session.provider.fields)


def found(session: Session, file: Wanted | None, record: Record, live: Node) -> tuple[Diagnostic, ...]:
    """The server's validation, every finding at its place in the file, if there is one."""
    return located(file, record, session.service.validate(live))


def located(file: Wanted | None, record: Record, findings: Iterable[Finding]) -> tuple[Diagnostic, ...]:
    """Every finding at its place in the file, if there is one."""
    nodes = {node.key: node for node in file.desired.walk()} if file else {}
    keys = {id: key for key, id in record.ids.items()}
    problems = [_diagnostic(finding, nodes.get(keys.get(finding.node, "?")), file) for finding in findings]
    return tuple(sorted(problems, key=lambda problem: (problem.place or Location("", 0, 0), problem.detail)))


def _diagnostic(finding: Finding, node: Node | None, file: Wanted | None) -> Diagnostic:
    code = f" ({finding.code})" if finding.code else ""
    about = "" if node is not None or not finding.target else f' The server points at "{finding.target}".'
    detail = f"{finding.message.rstrip('.')}{code}.{about}"
    return problem(
        "server-validation", _place(finding, node) or (file.desired.place if file else None), detail
    )


def _place(finding: Finding, node: Node | None) -> Location | None:
    """The value's place, or its node's when the value is missing."""
    if node is None:
        return None
    origin = node.origins.get(finding.field)
    return origin.place if origin else node.place


def judged(session: Session, item: ProcessPlan, file: Wanted, record: Record, live: Node) -> Outcome:
    """The end of a process plan: converged and valid, or what is left of it; records the verdict."""
    return verdict(session, item, file, record, live, remaining(session, file, record, live))


def verdict(
    session: Session,
    item: ProcessPlan,
    file: Wanted | None,
    record: Record,
    live: Node,
    left: tuple[Change, ...] = (),
) -> Outcome:
    """The end of a process plan by what is left of it, and by the server's validation, which is recorded."""
    try:
        problems = found(session, file, record, live)
    except ServiceError as error:
        return failed(item, error, id=record.id, done=True)
    if record.invalid != bool(problems):
        record = session.store.write(replace(record, invalid=bool(problems)))
    return compared(item, problems, record, left)


def compared(
    item: ProcessPlan, problems: tuple[Diagnostic, ...], record: Record, left: tuple[Change, ...]
) -> Outcome:
    """The outcome of what was carried out, by what the server finds and what is still different."""
    return Outcome(
        key=item.key,
        title=item.title,
        action=item.action,
        id=record.id,
        done=True,
        exit_code=1 if left else 3 if problems else 0,
        error="Differences remain." if left else "",
        hint="Run plan again; if they stay, the server decides these values." if left else "",
        diagnostics=problems,
        remaining=left,
    )


def failed(item: ProcessPlan, error: ProcspecError, *, id: str | None, done: bool = False) -> Outcome:
    """A failure of the world, as the outcome of the process that it happened to."""
    return Outcome(
        key=item.key,
        title=item.title,
        action=item.action,
        id=id,
        done=done,
        exit_code=error.exit_code,
        error=error.message,
        hint=error.hint,
    )
