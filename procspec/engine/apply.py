"""apply: a reviewed plan, carried out process by process; what was decided is not decided again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, replace

from procspec.engine.carry import carry
from procspec.engine.guard import Consent, check_consent, check_world
from procspec.engine.history import Trail, ended
from procspec.engine.moves import Seen, check_moves, seen, take_over
from procspec.engine.runtime.starting import start_all
from procspec.engine.session import Session, known_ids
from procspec.engine.settle import failed
from procspec.engine.steps import done
from procspec.engine.work import Errand, Work, as_filed
from procspec.errors import ProcspecError
from procspec.model import ApplyRecord, Outcome, Plan, ProcessPlan, Record, RunPlan
from procspec.state import new_salt
from procspec.state.base import Holder

Report = Callable[[Outcome], None]
"""Hears of every process as it ends, in the order in which they end, one at a time."""

Planning = Callable[[], Plan]
"""Makes a plan; outside the lock it could be one of a world in which somebody else is half done."""

APPLY = Errand(command="procspec apply", planner=as_filed, carry=carry)
"""The files are carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """How an apply ended: one outcome a process or run with something to do, in the plan's order."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    blocked: tuple[ProcessPlan | RunPlan, ...]
    signalled: int = 0
    """The exit code that a signal asked for, if one came."""
    kept: ApplyRecord | None = None
    """What was done, as it was recorded; None when nothing was sent, or when it could not be recorded."""
    unkept: str = ""
    """Why what was done could not be recorded."""

    @property
    def exit_code(self) -> int:
        """A signal's, else the gravest of all: an unknown outcome before everything else."""
        if self.signalled:
            return self.signalled
        codes = {outcome.exit_code for outcome in self.outcomes}
        codes |= ({4} if self.blocked else set()) | ({1} if self.unkept else set())
        gravest = next((code for code in (4, 7, 5, 6, 8, 1, 3) if code in codes), None)
        return max(codes, default=0) if gravest is None else gravest


def apply(
    session: Session,
    reviewed: Plan | Planning,
    consent: Consent,
    *,
    parallelism: int,
    lock_timeout: float = 0.0,
    report: Report = lambda outcome: None,
    errand: Errand = APPLY,
) -> Applied:
    """Carries out a plan under the environment's lock; one that nobody reviews is made under it as well.

    Raises StalePlan, Refused or Contended before anything is sent; what fails for one process
    afterwards is in its outcome, and the others are carried out all the same. After a signal no process
    is begun and nothing more is sent that changes one; what was sent is looked at and recorded.
    """
    with (
        ExitStack() as polite,
        session.store.lock(session.environment, errand.command, lock_timeout) as holder,
    ):
        plan = reviewed if isinstance(reviewed, Plan) else reviewed()
        now = seen(session)
        check_world(session, plan, now.records)
        check_moves(plan, now)
        check_consent(session, plan, now.records, consent)
        polite.enter_context(session.halt.politely())
        return _carried(session, plan, now, holder, errand, parallelism, report)


def _carried(
    session: Session,
    plan: Plan,
    now: Seen,
    holder: Holder,
    errand: Errand,
    parallelism: int,
    report: Report,
) -> Applied:
    """All of a plan, and the record of it."""
    trail = Trail(session, plan, now.records, holder, command=errand.command, undoes=errand.undoes)
    session = replace(session, trail=trail)
    outcomes = _all(session, plan, now, str(holder), parallelism, report, errand)
    outcomes |= _keep_words(session, plan)
    outcomes |= start_all(session, plan, outcomes, str(holder), report)
    done = _applied(plan, outcomes, session.halt.exit_code)
    kept, unkept = ended(trail, outcomes, done.exit_code)
    return replace(done, kept=kept, unkept=unkept)


def _applied(plan: Plan, outcomes: Mapping[str, Outcome], signalled: int) -> Applied:
    items: tuple[ProcessPlan | RunPlan, ...] = (*plan.processes, *plan.runs)
    return Applied(
        plan=plan,
        outcomes=tuple(outcomes[item.key] for item in items if item.key in outcomes),
        blocked=tuple(item for item in items if item.blocked),
        signalled=signalled,
    )


def _all(
    session: Session,
    plan: Plan,
    now: Seen,
    owner: str,
    parallelism: int,
    report: Report,
    errand: Errand,
) -> dict[str, Outcome]:
    taken = frozenset(id for record in now.records.values() for id in known_ids(record))
    stored = now.records
    works = [_work(session, item, stored.get(item.key), owner, taken, errand) for item in plan.due]
    with ThreadPoolExecutor(parallelism) as pool:
        futures = [pool.submit(_one, work, now) for work in works]
        outcomes = []
        for future in as_completed(futures):
            outcomes.append(future.result())
            report(outcomes[-1])
    return {outcome.key: outcome for outcome in outcomes}


def _keep_words(session: Session, plan: Plan) -> dict[str, Outcome]:
    """What outlives the file, for a process with nothing else to do: `protect` (DESIGN section 3), and the
    period, without which the next one would take the process for one whose file is gone.
    """
    failures = {}
    records = session.store.read(session.environment)
    for item in plan.processes:
        file, record = session.files.get(item.key), records.get(item.key)
        idle = item.idle and not item.blocked
        if not (idle and file and record):
            continue
        kept = replace(record, protect=file.protect, period=file.document.period)
        if kept != record:
            try:
                session.store.write(kept)
            except ProcspecError as error:
                failures[item.key] = failed(item, error, id=record.id)
    return failures


def _work(
    session: Session,
    item: ProcessPlan,
    stored: Record | None,
    owner: str,
    taken: frozenset[str],
    errand: Errand,
) -> Work:
    file = session.files.get(item.key)
    period = file.document.period if file else ""
    new = Record(environment=session.environment, key=item.key, salt=new_salt(), period=period)
    return Work(
        session=session,
        item=item,
        file=file,
        stored=stored,
        owner=owner,
        record=stored or new,
        taken=taken,
        errand=errand,
    )


def _one(work: Work, now: Seen) -> Outcome:
    """One process: a failure of the world becomes its outcome, so that the others go on."""
    try:
        work.session.halt.check()
        work = replace(work, record=take_over(work.session, now, work.item.key) or work.record)
        return done(work) if work.item.idle else work.errand.carry(work)
    except ProcspecError as error:
        return failed(work.item, error, id=work.item.base.id)
    except Exception as error:  # a fault of ours must not hide what became of the others
        told = ProcspecError(f"procspec itself failed: {type(error).__name__}: {error}")
        return failed(work.item, told, id=work.item.base.id)
