"""Starting runs: the intent is durable before the request, the run's id before anything else.

A run sends mail, and there is no way to ask whether one was started (T21): a start is never sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import quote

from procspec import moment
from procspec.engine.history import send
from procspec.engine.keeping import keep_id
from procspec.engine.runtime.launching import first, mark, request
from procspec.engine.runtime.ready import check_settled, look, prepare
from procspec.engine.session import Session, WantedRun, settling
from procspec.errors import Contended, NotConverged, ProcspecError, SpecError, StalePlan, UnknownOutcome
from procspec.model import NEW_ID, Action, Intent, Outcome, Plan, Record, Request, RunPlan, Started
from procspec.providers.base import Ability
from procspec.state import new_salt

Outcomes = Mapping[str, Outcome]


def start(session: Session, record: Record, wanted: Request, process: str, owner: str) -> Record:
    """intent, POST, id: the record with the new run; the caller holds the lock.

    Raises UnknownOutcome when nobody can tell whether the run was started: the intent stays then, until
    `resolve`. Whatever else it raises says that it was not, or how its id is recovered.
    """
    since = moment.now()
    intent = Intent(action=Action.RUN, since=since, owner=owner, process=process)
    session.halt.check()
    begun = session.store.write(replace(record, intent=intent))
    try:
        session.halt.check()  # writing the intent may have taken its time
        id = send(session, record.key, wanted).id
    except UnknownOutcome as error:
        error.hint = settling(begun, Action.RUN)
        raise
    except ProcspecError:
        _withdraw(session, begun)
        raise
    made = Started(id=id, since=since, process=process)
    return keep_id(session, replace(begun, intent=None, runs=(*begun.runs, made)), id, "started")


def _withdraw(session: Session, begun: Record) -> None:
    """The server refused in clear words, or nothing was sent: the intent goes, and what was made for it."""
    if begun.id is None and not begun.runs:
        session.store.delete(begun)
    else:
        session.store.write(replace(begun, intent=None))


def start_all(
    session: Session, plan: Plan, before: Outcomes, owner: str, report: Callable[[Outcome], None]
) -> dict[str, Outcome]:
    """The runs of a plan, one after another, once its processes are done: an outcome each, by key."""
    outcomes = {}
    # Of a process that was idle nothing was asked, even where an apply wrote its record anew.
    asked = {item.key for item in plan.processes if not item.idle}
    looked = {key: one for key, one in before.items() if key in asked}
    for item in plan.starting:
        outcomes[item.key] = _one(session, item, looked, owner)
        report(outcomes[item.key])
    return outcomes


def _one(session: Session, item: RunPlan, before: Outcomes, owner: str) -> Outcome:
    """One run: a failure of the world becomes its outcome, so that the others go on."""
    try:
        session.halt.check()
        record = _started(session, item, before, owner)
        return replace(_told(item), id=record.runs[-1].id, done=True)
    except SpecError as error:
        return replace(
            _told(item),
            exit_code=error.exit_code,
            error=f"{item.process} is not valid on the server.",
            diagnostics=error.diagnostics,
        )
    except ProcspecError as error:
        return _failed(item, error)
    except Exception as error:  # a fault of ours must not hide what became of the others
        return _failed(item, ProcspecError(f"procspec itself failed: {type(error).__name__}: {error}"))


def _failed(item: RunPlan, error: ProcspecError) -> Outcome:
    return replace(_told(item), exit_code=error.exit_code, error=error.message, hint=error.hint)


def _told(item: RunPlan) -> Outcome:
    return Outcome(key=item.key, title=item.title, action=Action.RUN)


def _started(session: Session, item: RunPlan, before: Outcomes, owner: str) -> Record:
    file = session.runs.get(item.key)
    if file is None:
        raise StalePlan(f"The file of {item.key} is gone.", hint="Make a new plan.")
    _check(item, _made(session, file, item))
    process = _ready(session, file, item, before)
    wanted = request(session, file, item.base.id or NEW_ID)
    wanted = replace(wanted, path=wanted.path.replace(NEW_ID, quote(process, safe="")))
    known = session.store.read(session.environment)
    if Ability.DEFINE not in session.provider.cannot:
        check_settled(known.values(), process)
    record = known.get(item.key)
    if (record.serial if record else 0) != item.base.serial:
        raise Contended(f"The record of {item.key} has changed meanwhile.")
    return start_declared(session, file, record, wanted, process, owner)


def _made(session: Session, file: WantedRun, item: RunPlan) -> RunPlan:
    """The plan of the run as it would be made now; of what only the system knows, as it was reviewed."""
    launch = file.launch
    wanted = request(session, file, item.base.id or NEW_ID)
    made = replace(item, process=launch.process, inputs=launch.inputs, request=wanted)
    if launch.process in session.files:
        desired = session.files[launch.process].desired
        return replace(made, title=desired.title, tasks=tuple(first(desired.children[0])))
    found = look(session, file)
    return replace(made, title=found.live.title, tasks=found.tasks) if found else made


def _check(item: RunPlan, made: RunPlan) -> None:
    """What was reviewed is what is started: from what, with what, and whom it reaches."""
    if item != made:
        raise StalePlan(
            f"{item.key} is not as the plan says: whom it reaches, or what it is started from, has changed.",
            hint="Make a new plan and look at it again.",
        )


def start_declared(
    session: Session, file: WantedRun, record: Record | None, wanted: Request, process: str, owner: str
) -> Record:
    """Starts a run that the files declare; its record says with what, so that a later edit is noticed."""
    record = record or Record(environment=session.environment, key=file.key, salt=new_salt())
    return start(session, replace(record, digest=mark(file.launch, record)), wanted, process, owner)


def _ready(session: Session, file: WantedRun, item: RunPlan, before: Outcomes) -> str:
    """The system's id of what is started; a process of the project must be as its file says, and valid.

    One that this apply has just looked at and validated is not looked at again.
    """
    process = file.launch.process
    if process not in session.files:
        return process
    done = before.get(process)
    if done is None:
        id = prepare(session, process).id
    elif done.exit_code or done.id is None:
        raise NotConverged(f"Nothing was started: {process} was not carried out.")
    else:
        id = done.id
    if item.base.id not in (None, id):
        raise StalePlan(f"{process} is another process than the plan's.", hint="Make a new plan.")
    return id
