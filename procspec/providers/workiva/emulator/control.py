"""Control endpoints under `/_emulator/`: what people and administrators do, which the API cannot.

They are outside the documented paths, take no token, and answer nothing to a web page: a request with an
`Origin`, or for a host that is not loopback, is refused.
"""

from __future__ import annotations

import datetime

from procspec.providers.workiva.emulator import edits, quirks, runs, runviews
from procspec.providers.workiva.emulator.calls import Call, Operation, Takes
from procspec.providers.workiva.emulator.checks import array, array_of, date, members, name, one_of, text
from procspec.providers.workiva.emulator.errors import bad_request, not_found
from procspec.providers.workiva.emulator.nouns import READ, WRITE, Answer, Object
from procspec.providers.workiva.emulator.store import KINDS

_FINISH = members({"id": name, "status": one_of(*runs.OUTCOMES)}, required=("id",))
_START = members({"id": name}, required=("id",))
_PERSON = members({"status": one_of("active", "suspended")}, required=("status",))
_CLOCK = members(
    {"today": lambda value, at: value if value is None else date(value, at)}, required=("today",)
)
_IDS = members({kind: array_of(name) for kind in KINDS})
_QUIRKS = members({"quirks": array_of(text)}, required=("quirks",))


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
    run, given = _run(call), _START(call.body, "")
    runs.release(run, given["id"], call.world.stamp())
    return _saved(call, run)


def close(call: Call) -> Answer:
    """Closes a run; what is unfinished is cancelled."""
    run = _run(call)
    runs.close(run, call.world.stamp())
    return _saved(call, run)


# -------------------------------------------------------------------------------------------- the world


def get_clock(call: Call) -> Answer:
    """The emulator's today."""
    return Answer(200, {"today": call.world.today().isoformat(), "fixed": call.world.clock is not None})


def set_clock(call: Call) -> Answer:
    """Fixes today; null gives the real one back."""
    today = _CLOCK(call.body, "")["today"]
    call.world.clock = datetime.date.fromisoformat(today) if today else None
    return get_clock(call)


def get_quirks(call: Call) -> Answer:
    """The quirks that are on, and all that there are."""
    return Answer(200, {"quirks": list(call.world.quirks), "known": list(quirks.QUIRKS)})


def set_quirks(call: Call) -> Answer:
    """Turns exactly these quirks on."""
    try:
        call.world.quirks = quirks.known(_QUIRKS(call.body, "")["quirks"])
    except ValueError as error:
        raise bad_request(str(error), "/quirks") from None
    return get_quirks(call)


def set_person(call: Call) -> Answer:
    """Suspends a person: validation then refuses the jobs that name this id."""
    status = _PERSON(call.body, "")["status"]
    call.world.store.suspend(call.ids["personId"], status == "suspended")
    return Answer(200, {"id": call.ids["personId"], "status": status})


def get_requests(call: Call) -> Answer:
    """The requests to documented paths since the start, or since they were last forgotten."""
    return Answer(200, call.world.logged())


def forget_requests(call: Call) -> Answer:
    """Empties the request log."""
    call.world.forget()
    return Answer(204)


def set_ids(call: Call) -> Answer:
    """Fixes the next ids of each kind; what is not given is random again."""
    call.world.store.prepare_ids(_IDS(call.body, ""))
    return Answer(204)


def expire_tokens(call: Call) -> Answer:
    """Expires every token that was issued, as if ten minutes had passed."""
    call.world.store.drop_tokens()
    return Answer(204)


_AT = "/_emulator"
_RUN = f"{_AT}/processRuns/{{processRunId}}"

CONTROLS = (
    Operation("GET", f"{_AT}/processes", READ, list_processes),
    Operation("GET", f"{_AT}/processes/{{processId}}", READ, show),
    Operation("POST", f"{_AT}/processes/{{processId}}/edit", WRITE, edit, Takes.BODY),
    Operation("GET", f"{_AT}/processRuns", READ, list_runs),
    Operation("POST", f"{_RUN}/finish", WRITE, finish, Takes.BODY),
    Operation("POST", f"{_RUN}/start", WRITE, start, Takes.BODY),
    Operation("POST", f"{_RUN}/close", WRITE, close),
    Operation("GET", f"{_AT}/clock", READ, get_clock),
    Operation("PUT", f"{_AT}/clock", READ, set_clock, Takes.BODY),
    Operation("GET", f"{_AT}/quirks", READ, get_quirks),
    Operation("PUT", f"{_AT}/quirks", READ, set_quirks, Takes.BODY),
    Operation("PUT", f"{_AT}/people/{{personId}}", WRITE, set_person, Takes.BODY),
    Operation("GET", f"{_AT}/requests", READ, get_requests),
    Operation("DELETE", f"{_AT}/requests", READ, forget_requests),
    Operation("PUT", f"{_AT}/ids", WRITE, set_ids, Takes.BODY),
    Operation("DELETE", f"{_AT}/tokens", WRITE, expire_tokens),
)
