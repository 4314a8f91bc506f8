"""apply: a reviewed plan, carried out process by process; what was decided is not decided again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from procspec.engine.carry import carry
from procspec.engine.guard import Consent, check_consent, check_world
from procspec.engine.session import Session, Wanted
from procspec.engine.settle import failed
from procspec.engine.steps import Work
from procspec.errors import ProcspecError
from procspec.model import Action, Outcome, Plan, ProcessPlan, Record
from procspec.state import new_salt

Report = Callable[[Outcome], None]
"""Hears of every process as it ends, in the order in which they end, one at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """How an apply ended: one outcome a process with something to do, in the plan's order."""

    outcomes: tuple[Outcome, ...]
    blocked: tuple[ProcessPlan, ...]

    @property
    def exit_code(self) -> int:
        """The gravest of all: an unknown outcome before everything else."""
        codes = {outcome.exit_code for outcome in self.outcomes} | ({4} if self.blocked else set())
        gravest = next((code for code in (4, 7, 5, 6, 8, 1, 3) if code in codes), None)
        return max(codes, default=0) if gravest is None else gravest


def apply(
    session: Session,
    plan: Plan,
    consent: Consent,
    *,
    parallelism: int,
    lock_timeout: float = 0.0,
    report: Report = lambda outcome: None,
    command: str = "procspec apply",
) -> Applied:
    """Carries out a plan under the environment's lock.

    Raises StalePlan, Refused or Contended before anything is sent; what fails for one process
    afterwards is in its outcome, and the others are carried out all the same.
    """
    files = session.files
    with session.store.lock(session.environment, command, lock_timeout) as holder:
        records = session.store.read(session.environment)
        check_world(session, plan, records)
        check_consent(session, plan, records, consent)
        outcomes = _all(session, plan, files, records, str(holder), parallelism, report)
        _keep_protection(session, plan, files, records)
    return Applied(
        outcomes=tuple(outcomes[item.key] for item in plan.due),
        blocked=tuple(item for item in plan.processes if item.blocked),
    )


def _all(
    session: Session,
    plan: Plan,
    files: Mapping[str, Wanted],
    records: Mapping[str, Record],
    owner: str,
    parallelism: int,
    report: Report,
) -> dict[str, Outcome]:
    pool = ThreadPoolExecutor(parallelism)
    futures = [
        pool.submit(_one, session, item, files.get(item.key), records.get(item.key), owner)
        for item in plan.due
    ]
    return _told(pool, futures, report)


def _told(pool: ThreadPoolExecutor, futures: list[Future[Outcome]], report: Report) -> dict[str, Outcome]:
    """Every outcome as it ends; after an interrupt what has begun is finished, and no more is begun."""
    waiting = set(futures)
    outcomes = []
    try:
        for future in as_completed(futures):
            waiting.discard(future)
            outcomes.append(future.result())
            report(outcomes[-1])
    finally:
        pool.shutdown(cancel_futures=True)
        for future in waiting:
            if not future.cancelled():
                report(future.result())
    return {outcome.key: outcome for outcome in outcomes}


def _keep_protection(
    session: Session, plan: Plan, files: Mapping[str, Wanted], records: Mapping[str, Record]
) -> None:
    """`protect` is also kept in the record, for a process with nothing else to do (DESIGN section 3)."""
    for item in plan.processes:
        file, record = files.get(item.key), records.get(item.key)
        idle = item.action is Action.NOOP and not item.blocked
        if idle and file and record and file.protect != record.protect:
            session.store.write(replace(record, protect=file.protect))


def _one(
    session: Session, item: ProcessPlan, file: Wanted | None, record: Record | None, owner: str
) -> Outcome:
    """One process: a failure of the world becomes its outcome, so that the others go on."""
    fresh = record or Record(environment=session.environment, key=item.key, salt=new_salt())
    work = Work(session=session, item=item, file=file, stored=record, owner=owner, record=fresh)
    try:
        return carry(work)
    except ProcspecError as error:
        return failed(item, error, id=item.base.id)
