"""add-jobs: jobs of a file for a run that goes on; sent once, and looked for when the answer is lost."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from procspec.engine.moves import records
from procspec.engine.runtime import acts
from procspec.engine.runtime.placing import Spot, named, place
from procspec.engine.runtime.runs import keyed, maker, read, run_of
from procspec.engine.session import Session, Wanted
from procspec.errors import ProcspecError, Refused, SpecError, UnknownOutcome
from procspec.model import (
    Act,
    Action,
    Change,
    Diagnostic,
    Document,
    Kind,
    Node,
    Phase,
    Record,
    Request,
    Run,
    RunNode,
    Severity,
)
from procspec.policy import check as judge
from procspec.providers.base import Ability, require
from procspec.reconcile import creation
from procspec.source import jobs as files
from procspec.state.base import Holder


@dataclass(frozen=True, slots=True, kw_only=True)
class Adding:
    """Jobs that may be added: to which run, where, and by which request.

    `there` are the ids of the jobs when the run has them already: then nothing is to be sent.
    `warnings` is what the files' checks and policies say about them.
    """

    run: Run
    record: Record
    jobs: tuple[Node, ...]
    spot: Spot
    request: Request
    there: tuple[str, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """The jobs as a plan shows what it creates."""
        return tuple(replace(change, level=1) for job in self.jobs for change in creation(job))


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What the command line says about the place, as keys or ids; empty where it says nothing."""

    group: str = ""
    after: str = ""
    before: str = ""


def ready(
    session: Session, text: str, written: files.Written, where: Where, *, again: bool = False
) -> Adding:
    """Looks at the run, the file and the place: 1 GET, nothing is sent.

    Jobs that the run has already are not to be added, unless they are wanted `again`.

    Raises UsageError for a system that cannot add jobs and for a place that is not there, SpecError for what
    is wrong with the file, Refused for a run that is over, UnknownOutcome for an earlier request about this
    run of which nobody knows what became.
    """
    require(session.provider, Ability.ADD_JOBS)
    if written.document is None:
        raise SpecError(written.diagnostics)
    id = run_of(session, text)
    record = acts.holder(session, id)  # before the look: what somebody adds after it makes this one stale
    run, file = _run(session, id)
    desired, warnings = _desired(session, written, file)
    process = file.desired if file else None
    spot = place(run, process, group=where.group, after=where.after, before=where.before)
    found = Adding(
        run=run,
        record=acts.about(record, run),
        jobs=desired,
        spot=spot,
        request=_request(session, run, desired, spot),
        warnings=warnings,
    )
    return replace(found, there=_there(session, found) or (() if again else _already(session, found)))


def _run(session: Session, id: str) -> tuple[Run, Wanted | None]:
    """The run with the keys of the files, and its process as these want it; raises Refused for one that is
    over. One that ended in an error may be one that goes on again: the server knows.
    """
    run = read(session, id)
    if run.over and run.phase in (Phase.COMPLETE, Phase.CANCELLED):
        raise Refused(f"Nothing was added: the run {run.id} is {run.status}, and nothing of it goes on.")
    made = maker(records(session).values(), run)
    return keyed(run, made), session.files.get(made.key) if made else None


def _request(session: Session, run: Run, jobs: tuple[Node, ...], spot: Spot) -> Request:
    """The group is always said: the one that a sibling alone means is nowhere documented."""
    sibling = spot.sibling.id if spot.sibling else ""
    return session.provider.add(run.id, jobs, group=spot.group.id, sibling=sibling, before=spot.before)


def _desired(
    session: Session, written: files.Written, file: Wanted | None
) -> tuple[tuple[Node, ...], tuple[Diagnostic, ...]]:
    """The jobs, compiled as those of the process; raises SpecError with all that is wrong."""
    given = files.load(written, session.project, file.document if file else None)
    if given.document is None:
        raise SpecError(given.diagnostics)
    process, problems = session.provider.compile(given.document, session.project)
    if process is None:
        raise SpecError(problems)
    found = (*given.diagnostics, *_judged(session, written.file, given.document, process))
    if any(one.severity is Severity.ERROR for one in found):
        raise SpecError(found)
    return process.children[0].children, found


def _judged(session: Session, file: str, document: Document, process: Node) -> list[Diagnostic]:
    """What policies say of the jobs, and of nothing else."""
    if session.as_of is None:
        return []
    parts = {document.data["key"]: session.provider.parts(process)} if session.custom else {}
    project = replace(session.project, processes=(document,))
    found = judge(project, as_of=session.as_of, custom=session.custom, parts=parts).diagnostics
    return [one for one in found if one.place and one.place.file == file]


# ------------------------------------------------------------------------------- what was begun before


def _there(session: Session, found: Adding) -> tuple[str, ...]:
    """The ids of the jobs when an earlier request, of which nobody knew what became, did add them.

    Raises UnknownOutcome when that cannot be said: a request that was lost may still arrive.
    """
    act = acts.pending(found.record, found.run.id)
    if act is None:
        return ()
    new = _new(found.run, act.before)
    if act.action is Action.ADD_JOBS and acts.is_same(found.record, act, found.request.body):
        ids = _matched(session, found.jobs, new)
        if ids:
            return ids
    told = acts.unknown(found.record, found.run.id, act)
    raise UnknownOutcome(f"Nothing was sent. {told}{_since(new) if act.action is Action.ADD_JOBS else ''}")


def _already(session: Session, found: Adding) -> tuple[str, ...]:
    """The ids of the jobs when the run has them, whoever added them."""
    return _matched(session, found.jobs, _added(found.run))


def _since(new: list[RunNode]) -> str:
    """What is in the run that was not there before."""
    listed = ", ".join(named(node) for node in new[:10])
    more = f" and {len(new) - 10} more" if len(new) > 10 else ""
    return f" New in the run since: {listed}{more}." if new else " Nothing is new in the run so far."


def _jobs(run: Run) -> list[RunNode]:
    return [node for node in (run.root.walk() if run.root else ()) if node.kind is Kind.JOB]


def _new(run: Run, before: Iterable[str]) -> list[RunNode]:
    """The jobs that were not there; those that the server makes for a certification are not ours (T20)."""
    old = frozenset(before)
    return [node for node in _jobs(run) if node.id not in old and not node.generated]


def _added(run: Run) -> list[RunNode]:
    """The jobs that were not made from the process (guide: a job run names its job, unless it was added)."""
    return [node for node in _new(run, ()) if not node.source]


def _matched(session: Session, jobs: Iterable[Node], new: Iterable[RunNode]) -> tuple[str, ...]:
    """The ids of new jobs that are what was sent, in its order; nothing unless all of it is there."""
    left, ids = list(new), list[str]()
    for job in jobs:
        found = next((node for node in left if session.provider.same_job(job, node)), None)
        if found is None:
            return ()
        left.remove(found)
        ids.append(found.id)
    return tuple(ids)


# ----------------------------------------------------------------------------------------- carrying out


def settle(session: Session, found: Adding, *, lock_timeout: float = 0.0) -> None:
    """Records that the jobs are there, if that was not known for sure; nothing is sent."""
    if acts.pending(found.record, found.run.id) is None:
        return
    with _locked(session, found, lock_timeout):
        record = acts.taken(session, found.record, found.run.id)
        acts.end(session, record, found.run.id)


def add(session: Session, found: Adding, *, lock_timeout: float = 0.0) -> tuple[str, ...]:
    """Adds the jobs that were looked at: 1 POST; their ids, in the order of the file.

    Raises StalePlan when the record has moved since, UnknownOutcome when nobody can tell what became of the
    request: the act stays then, and nothing more is added to this run before it is settled.
    """
    with _locked(session, found, lock_timeout) as holder:
        record = acts.taken(session, found.record, found.run.id)
        session.halt.check()
        with session.halt.politely():
            begun = acts.act(
                record,
                Action.ADD_JOBS,
                found.request.body,
                owner=str(holder),
                before=tuple(node.id for node in _jobs(found.run)),
            )
            return _sent(session, record, found, begun)


def _locked(session: Session, found: Adding, timeout: float) -> AbstractContextManager[Holder]:
    return session.store.lock(session.environment, f"procspec add-jobs {found.run.id}", timeout)


def _sent(session: Session, record: Record, found: Adding, begun: Act) -> tuple[str, ...]:
    """The request; where its answer is lost, one more look at the run tells what became of it."""
    try:
        return acts.send(session, record, found.run.id, found.request, begun).ids
    except UnknownOutcome as doubt:
        ids, new = _looked(session, found, begun)
        if ids:
            acts.end(session, acts.holder(session, found.run.id), found.run.id)
            return ids
        doubt.message += new
        raise


def _looked(session: Session, found: Adding, begun: Act) -> tuple[tuple[str, ...], str]:
    """The ids of the jobs if they are all there, and else a sentence about what is; 1 GET."""
    try:
        new = _new(read(session, found.run.id), begun.before)
    except ProcspecError:
        return (), ""
    return _matched(session, found.jobs, new), _since(new)
