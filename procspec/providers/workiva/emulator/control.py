"""Control endpoints of this system, beside those that every emulator has: processes, runs, people, tokens."""

from __future__ import annotations

from procspec.providers.emulator.calls import READ, WRITE, Takes
from procspec.providers.emulator.checks import array, members, name, one_of
from procspec.providers.emulator.control import AT, Controls, id_controls
from procspec.providers.emulator.nouns import Answer, Object
from procspec.providers.workiva.emulator import edits, runs, runviews
from procspec.providers.workiva.emulator.errors import not_found
from procspec.providers.workiva.emulator.store import KINDS
from procspec.providers.workiva.emulator.world import Call, Operation

_FINISH = members({"id": name, "status": one_of(*runs.OUTCOMES)}, required=("id",))
_ONE = members({"id": name}, required=("id",))
_PERSON = members({"status": one_of("active", "suspended")}, required=("status",))


# ------------------------------------------------------------------------------------------ processes


def list_processes(call: Call) -> Answer:
    """Every process, in the order of creation."""
    found = [
        {**{member: process[member] for member in ("id", "name", "revision")}, "trashed": trashed}
        for process, trashed in call.world.store.processes()
    ]
    return Answer(200, found)


def _stored(call: Call) -> Object:
    found = call.world.store.process(call.ids["processId"])
    if found is None:
        raise not_found("process", call.ids["processId"])
    return found[0]


def show(call: Call) -> Answer:
    """A process as it is stored, in the trash or not."""
    return Answer(200, _stored(call))


def edit(call: Call) -> Answer:
    """A hand edit: any JSON Patch on the stored process, as somebody might make it in the product."""
    return Answer(200, edits.edited(call.world, call.ids["processId"], array(call.body, "")))


# ----------------------------------------------------------------------------------------------- runs


def list_runs(call: Call) -> Answer:
    """Every run, in the order of its start."""
    found = [
        {member: run[member] for member in ("id", "process", "status")} for run in call.world.store.runs()
    ]
    return Answer(200, found)


def _run(call: Call) -> Object:
    run = call.world.store.run(call.ids["processRunId"])
    if run is None:
        raise not_found("process run", call.ids["processRunId"])
    return run


def _saved(call: Call, run: Object) -> Answer:
    call.world.store.put_run(run)
    return Answer(200, runviews.got(run))


def finish(call: Call) -> Answer:
    """Ends a job run: `complete` unless another outcome is given."""
    run, given = _run(call), _FINISH(call.body, "")
    runs.finish(run, given["id"], given.get("status", "complete"), call.world.stamp())
    return _saved(call, run)


def start(call: Call) -> Answer:
    """Starts a manual job run or group run whose turn has come."""
    run, given = _run(call), _ONE(call.body, "")
    runs.release(run, given["id"], call.world.stamp())
    return _saved(call, run)


def submit(call: Call) -> Answer:
    """The assignee of a job run is done with it."""
    run, given = _run(call), _ONE(call.body, "")
    runs.submit(run, given["id"], call.world.stamp())
    return _saved(call, run)


def give_back(call: Call) -> Answer:
    """The approver of a job run returns it to the assignee."""
    run, given = _run(call), _ONE(call.body, "")
    runs.give_back(run, given["id"], call.world.stamp())
    return _saved(call, run)


def close(call: Call) -> Answer:
    """Closes a run; what is unfinished is cancelled."""
    run = _run(call)
    runs.close(run, call.world.stamp())
    return _saved(call, run)


# -------------------------------------------------------------------------------------------- the world


def set_person(call: Call) -> Answer:
    """Suspends a person: validation then refuses the jobs that name this id."""
    status = _PERSON(call.body, "")["status"]
    call.world.store.suspend(call.ids["personId"], status == "suspended")
    return Answer(200, {"id": call.ids["personId"], "status": status})


def expire_tokens(call: Call) -> Answer:
    """Expires every token that was issued, as if ten minutes had passed."""
    call.world.store.drop_tokens()
    return Answer(204)


_RUN = f"{AT}/processRuns/{{processRunId}}"

CONTROLS: Controls = (
    Operation("GET", f"{AT}/processes", READ, list_processes),
    Operation("GET", f"{AT}/processes/{{processId}}", READ, show),
    Operation("POST", f"{AT}/processes/{{processId}}/edit", WRITE, edit, Takes.BODY),
    Operation("GET", f"{AT}/processRuns", READ, list_runs),
    Operation("POST", f"{_RUN}/finish", WRITE, finish, Takes.BODY),
    Operation("POST", f"{_RUN}/start", WRITE, start, Takes.BODY),
    Operation("POST", f"{_RUN}/submit", WRITE, submit, Takes.BODY),
    Operation("POST", f"{_RUN}/return", WRITE, give_back, Takes.BODY),
    Operation("POST", f"{_RUN}/close", WRITE, close),
    Operation("PUT", f"{AT}/people/{{personId}}", WRITE, set_person, Takes.BODY),
    *id_controls(KINDS),
    Operation("DELETE", f"{AT}/tokens", WRITE, expire_tokens),
)
