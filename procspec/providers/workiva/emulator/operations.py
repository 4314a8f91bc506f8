"""The ten documented operations (guide, "Summary of API Endpoints"), and what each of them does."""

from __future__ import annotations

from procspec.providers.emulator.calls import READ, WRITE, Takes
from procspec.providers.emulator.errors import Refusal, bad_request
from procspec.providers.emulator.nouns import Answer, Object
from procspec.providers.workiva.emulator import (
    answers,
    build,
    patch,
    relative,
    runs,
    runviews,
    shapes,
    validation,
)
from procspec.providers.workiva.emulator.errors import conflict, not_found
from procspec.providers.workiva.emulator.nouns import View
from procspec.providers.workiva.emulator.world import Call, Operation


def _live(call: Call) -> Object:
    """The process of the path; one in the trash is not found."""
    found = call.world.store.process(call.ids["processId"])
    if found is None or found[1]:
        raise not_found("process", call.ids["processId"])
    return found[0]


def _run_of(call: Call) -> Object:
    run = call.world.store.run(call.ids["processRunId"])
    if run is None:
        raise not_found("process run", call.ids["processRunId"])
    return run


def _flag(call: Call, name: str, default: str) -> bool:
    """A boolean in a query; `before` is documented as a string with these two values (T17)."""
    value = call.query.get(name, default)
    if value not in ("true", "false"):
        raise bad_request(f"{name} must be true or false")
    return value == "true"


def save(call: Call, process: Object) -> Object:
    """Stores a changed process; every change adds one to its revision."""
    process |= {"revision": process["revision"] + 1, "modified": call.world.stamp()}
    call.world.store.put_process(process)
    return process


def create(call: Call) -> Answer:
    """201, sparse. No stored text shows the status of a create; 201 as for runs and job runs (inference)."""
    process = build.process(shapes.PROCESS(call.body, ""), call.world.stamp(), call.world.store.new_id)
    call.world.store.put_process(process)
    return Answer(201, answers.created(process), View.CREATED)


def get(call: Call) -> Answer:
    """200, whole: every member that is set."""
    process = _live(call)
    if _flag(call, "excludeGeneratedJobs", "false"):
        process = answers.without_generated(process)
    return Answer(200, process, View.GOT)


def patch_process(call: Call) -> Answer:
    """200 with the updated process, its relative dates moved."""
    process = _live(call)
    before = relative.Count(process)
    process = patch.patched(process, call.body)
    relative.shift(process, before)
    return Answer(200, save(call, process), View.PROCESS)


def batch_update(call: Call) -> Answer:
    """200 with the updated process. Only renames (guide, "Batch Renaming", Note)."""
    process = _live(call)
    patch.rename(process, shapes.batch(call.body, ""))
    return Answer(200, save(call, process), View.PROCESS)


def _errors(call: Call, process: Object) -> list[Object]:
    return validation.errors(process, call.world.today(), call.world.store.suspended())


def validate(call: Call) -> Answer:
    """200 whatever is found; an empty list means that the process can run. Changes nothing."""
    return Answer(200, {"errors": _errors(call, _live(call))})


def run(call: Call) -> Answer:
    """201 with a run in which nothing has started yet; 400 while there are validation errors.

    T11: the guide says both that a process can run many times and that an active run may be a conflict;
    the emulator takes the first.
    """
    process = _live(call)
    options = {} if call.body is None else shapes.RUN(call.body, "")
    _refuse_invalid(_errors(call, process))
    stamp = call.world.stamp()
    email = options.get("sendProcessCompleteEmail", True)
    made = runs.start(process, stamp, call.world.store.new_id, email=email)
    answer = runviews.started(made)
    runs.advance(made, stamp)
    call.world.store.put_run(made)
    return Answer(201, answer, View.RUN)


def _refuse_invalid(errors: list[Object]) -> None:
    """The first error in its own form, as the reference's 400 shows it; all of them as details."""
    if not errors:
        return
    first = errors[0]
    details = [{name: error[name] for name in ("code", "message", "target")} for error in errors]
    raise Refusal(400, first["message"], more={"details": details, **first})


def get_run(call: Call) -> Answer:
    """200."""
    generated = not _flag(call, "excludeGeneratedJobs", "false")
    return Answer(200, runviews.got(_run_of(call), generated=generated), View.RUN)


def create_job_runs(call: Call) -> Answer:
    """201 with a bare array. What the reference places "at the end" goes to the end of the root group."""
    run = _run_of(call)
    jobs = shapes.JOB_RUNS(call.body, "")
    if not jobs:
        raise bad_request("Must not be empty")
    _flag(call, "before", "true")
    suspended = call.world.store.suspended()
    for index, job in enumerate(jobs):
        # A job run is never validated later, so what it lacks is refused here (inference). Its dates are
        # not looked at: the reference's own example lies in the past.
        named = {**job, "id": ""}
        _refuse_invalid([*validation.missing(job, f"/{index}"), *validation.invalid_users(named, suspended)])
    stamp = call.world.stamp()
    group, made = runs.add(run, jobs, dict(call.query), stamp, call.world.store.new_id)
    answer = runviews.added(group, made)
    runs.advance(run, stamp)
    call.world.store.put_run(run)
    return Answer(201, answer, View.RUN)


def trash(call: Call) -> Answer:
    """204. The revision stays: the process is moved, not changed (inference)."""
    call.world.store.trash(_live(call)["id"], True)
    return Answer(204)


def restore(call: Call) -> Answer:
    """200 with the process; 409 when it is not in the trash."""
    found = call.world.store.process(call.ids["processId"])
    if found is None:
        raise not_found("process", call.ids["processId"])
    if not found[1]:
        raise conflict("Process is not in the trash")
    call.world.store.trash(found[0]["id"], False)
    return Answer(200, found[0], View.PROCESS)


_ONE, _RUN = "/processes/{processId}", "/processRuns/{processRunId}"
_GENERATED = frozenset({"excludeGeneratedJobs"})
_PLACING = frozenset({"parentGroupId", "relativeSiblingId", "before"})

# T14: the guide sends application/json-patch+json, the platform's own description says application/json.
_PATCH = frozenset({"application/json-patch+json", "application/json"})

OPERATIONS = (
    Operation("POST", "/processes", WRITE, create, Takes.BODY),
    Operation("GET", _ONE, READ, get, query=_GENERATED),
    Operation("PATCH", _ONE, WRITE, patch_process, Takes.BODY, media=_PATCH),
    Operation("DELETE", _ONE, WRITE, trash),
    Operation("POST", f"{_ONE}/batchUpdates", WRITE, batch_update, Takes.BODY),
    Operation("POST", f"{_ONE}/validation", READ, validate),
    Operation("POST", f"{_ONE}/run", WRITE, run, Takes.OPTIONAL),
    Operation("POST", f"{_ONE}/restore", WRITE, restore),
    Operation("GET", _RUN, READ, get_run, query=_GENERATED),
    Operation("POST", f"{_RUN}/jobRuns", WRITE, create_job_runs, Takes.BODY, query=_PLACING),
)
