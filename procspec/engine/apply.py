"""apply: a reviewed plan, carried out process by process; what was decided is not decided again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from procspec.engine.carry import carry
from procspec.engine.guard import Consent, check_consent, check_world
from procspec.engine.session import Session, Wanted, known_ids
from procspec.engine.settle import failed
from procspec.engine.work import Work
from procspec.errors import ProcspecError
from procspec.model import Action, Outcome, Plan, ProcessPlan, Record
from procspec.state import new_salt

Report = Callable[[Outcome], None]
"""Hears of every process as it ends, in the order in which they end, one at a time."""

Planning = Callable[[], Plan]
"""Makes a plan; outside the lock it could be one of a world in which somebody else is half done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """How an apply ended: one outcome a process with something to do, in the plan's order."""

    plan: Plan
    outcomes: tuple[Outcome, ...]
    blocked: tuple[ProcessPlan, ...]
    signalled: int = 0
    """The exit code that a signal asked for, if one came."""

    @property
    def exit_code(self) -> int:
        """A signal's, else the gravest of all: an unknown outcome before everything else."""
        if self.signalled:
            return self.signalled
        codes = {outcome.exit_code for outcome in self.outcomes} | ({4} if self.blocked else set())
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
    command: str = "procspec apply",
) -> Applied:
    """Carries out a plan under the environment's lock; one that nobody reviews is made under it as well.

    Raises StalePlan, Refused or Contended before anything is sent; what fails for one process
    afterwards is in its outcome, and the others are carried out all the same. After a signal no process
    is begun and nothing more is sent that changes one; what was sent is looked at and recorded.
    """
    files = session.files
    with session.store.lock(session.environment, command, lock_timeout) as holder:
        plan = reviewed if isinstance(reviewed, Plan) else reviewed()
        records = session.store.read(session.environment)
        check_world(session, plan, records)
        check_consent(session, plan, records, consent)
        with session.halt.politely():
            outcomes = _all(session, plan, files, records, str(holder), parallelism, report)
            _keep_protection(session, plan, files, records)
    return Applied(
        plan=plan,
        signalled=session.halt.exit_code,
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
    taken = frozenset(id for record in records.values() for id in known_ids(record))
    works = [_work(session, item, files, records, owner, taken) for item in plan.due]
    with ThreadPoolExecutor(parallelism) as pool:
        futures = [pool.submit(_one, work) for work in works]
        outcomes = []
        for future in as_completed(futures):
            outcomes.append(future.result())
            report(outcomes[-1])
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


def _work(
    session: Session,
    item: ProcessPlan,
    files: Mapping[str, Wanted],
    records: Mapping[str, Record],
    owner: str,
    taken: frozenset[str],
) -> Work:
    stored = records.get(item.key)
    return Work(
        session=session,
        item=item,
        file=files.get(item.key),
        stored=stored,
        owner=owner,
        record=stored or Record(environment=session.environment, key=item.key, salt=new_salt()),
        taken=taken,
    )


def _one(work: Work) -> Outcome:
    """One process: a failure of the world becomes its outcome, so that the others go on."""
    try:
        work.session.halt.check()
        return carry(work)
    except ProcspecError as error:
        return failed(work.item, error, id=work.item.base.id)
