"""run: starts one run, of a process that is applied or as a file declares it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from procspec.engine.guard import check_free
from procspec.engine.moves import records, seen, take_over
from procspec.engine.runtime.launching import earlier, plan_runs
from procspec.engine.runtime.ready import look, prepare
from procspec.engine.runtime.starting import start, start_declared
from procspec.engine.session import Session, WantedRun, chosen, runs_of
from procspec.errors import Refused, StalePlan, UnknownOutcome
from procspec.model import Action, Base, Launch, ProcessPlan, Record, Request, RunPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A run that may be started: what a plan says of it, the record that will know it, the system's id or key
    of what is started, and the file that declares it, if one does.
    """

    item: RunPlan
    request: Request
    record: Record | None
    process: str
    file: WantedRun | None = None


def ready(session: Session, key: str, *, email: bool) -> Start:
    """Looks whether a process, or a run that the files declare, may be started; for a process of the project
    one GET and one validation.

    Raises Refused for what is not applied or was started already, UnknownOutcome for what is not settled,
    SpecError with what the files or the server have wrong.
    """
    chosen([key], {*session.files, *session.runs}, "process or run")
    try:
        if key in session.runs:
            return _declared(session, session.runs[key], email)
        return _defined(session, key, email)
    except UnknownOutcome:
        check_free(session)  # somebody who is at work now will know the outcome
        raise


def _defined(session: Session, key: str, email: bool) -> Start:
    """A run of a process of the project."""
    found = prepare(session, key)
    wanted = session.provider.start(Launch(process=found.id, email=email))
    base = Base(serial=found.record.serial if found.record else 0, id=found.id)
    title = found.live.title
    told = earlier(runs_of(records(session).values(), found.id))
    item = RunPlan(
        key=key, title=title, process=key, base=base, request=wanted, tasks=found.tasks, earlier=told
    )
    return Start(item=item, request=wanted, record=found.record, process=found.id)


def _declared(session: Session, file: WantedRun, email: bool) -> Start:
    """A run that the files declare, which is started once for its key."""
    asked = replace(file, launch=replace(file.launch, email=file.launch.email and email))
    now, process = seen(session), file.launch.process
    session = replace(session, runs={**session.runs, file.key: asked})
    of = _standing(session, process, now.records.get(process))
    record = now.records.get(file.key)
    begun = record is not None and (record.intent or record.runs)
    found = None if of or begun else look(session, file)
    lives = {found.id: found.live} if found else {}
    item = plan_runs(session, now, [file.key], of, lives)[0]
    if item.blocked:
        raise UnknownOutcome(item.blocked)
    if item.request is None:
        raise Refused(
            f"Nothing was started: {file.key} was, as {item.started}; a run is started once.",
            hint="Give it another key to start another one.",
        )
    id = prepare(session, process).id if of else process
    return Start(item=item, request=item.request, record=record, process=id, file=file)


def _standing(session: Session, process: str, record: Record | None) -> tuple[ProcessPlan, ...]:
    """A process of the project as if it had nothing to be done about, which is looked at afterwards."""
    if process not in session.files:
        return ()
    title = session.files[process].desired.title
    base = Base(serial=record.serial if record else 0, id=record.id if record else None)
    return (ProcessPlan(key=process, title=title, action=Action.NOOP, base=base),)


def run(session: Session, ready: Start, *, lock_timeout: float = 0.0) -> str:
    """Starts the run that was looked at; its id.

    Raises StalePlan when the record has moved since, UnknownOutcome when nobody can tell whether the
    run was started: the intent stays then, until `resolve`.
    """
    key = ready.item.key
    with session.store.lock(session.environment, f"procspec run {key}", lock_timeout) as holder:
        now = seen(session)
        if now.records.get(key) != ready.record:
            raise StalePlan(f"The record of {key} has changed meanwhile.", hint="Run it again.")
        session.halt.check()
        with session.halt.politely():
            record = take_over(session, now, key) or ready.record
            return _started(session, ready, record, str(holder))


def _started(session: Session, ready: Start, record: Record | None, owner: str) -> str:
    if ready.file is not None:
        made = start_declared(session, ready.file, record, ready.request, ready.process, owner)
    elif record is not None:
        made = start(session, record, ready.request, ready.process, owner)
    else:
        raise ValueError("a process that is applied has a record")
    return made.runs[-1].id
