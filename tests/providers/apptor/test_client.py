"""The client against the emulator: what is sent, what is read, and what each kind of error becomes."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from starlette.responses import JSONResponse

from procspec.errors import Denied, ServiceError, UnknownOutcome
from procspec.halt import Halt
from procspec.http import Http, Limits
from procspec.model import Answered, Credentials, Decision, Environment, Launch, Phase, Request
from procspec.providers.apptor import Apptor, emulator
from procspec.providers.apptor.client import Client
from procspec.providers.apptor.connect import KEY_HEADER, connect
from tests import faults
from tests.faults import Rule
from tests.providers.apptor.emulator.caller import FLOW, Caller
from tests.providers.apptor.examples import example

APPTOR = Apptor()
START = APPTOR.start(
    Launch(
        process=FLOW,
        inputs=example("exec-request")["data"],
        correlation="order-9981",
        environment="DEVELOPMENT",
    )
)
TASK = APPTOR.answer(
    Answered(
        run="inst_xyz789",
        node="approval-step",
        decision=Decision.COMPLETE,
        data=example("task-request")["data"],
    )
)


@pytest.fixture
def server() -> Caller:
    return Caller()


Open = Callable[..., Client]


@pytest.fixture
def account(server: Caller) -> Iterator[Open]:
    opened: list[Client] = []

    def open_(api_key: str = "", token: str = "") -> Client:
        given = Credentials(api_key=api_key or ("" if token else emulator.TOKEN), token=token)
        limits = Limits(rate=0, max_wait=90.0, attempts=3, backoff=0.001)
        http = Http(
            "http://emulator.localhost",
            credentials=given,
            token_path="",
            key_header=KEY_HEADER,
            app=server.app,
            limits=limits,
        )
        opened.append(Client(http))
        return opened[-1]

    yield open_
    for client in opened:
        client.close()


def sent(server: Caller) -> list[tuple[str, str, str, Any]]:
    return [
        (one["method"], one["path"], one["query"], one["body"])
        for one in server.control("GET", "requests")
        if one["path"].startswith("/process")
    ]


def test_the_examples_are_sent_and_read(server: Caller, account: Open) -> None:
    client = account()
    assert client.send(START).ids == (example("exec-response")["processInstanceId"],)
    assert client.send(TASK).ids == ()
    assert sent(server) == [
        ("POST", "/process/exec", "environment=DEVELOPMENT", example("exec-request")),
        ("POST", "/process/task", "", example("task-request")),
    ]


def test_one_look_is_one_request(server: Caller, account: Open) -> None:
    client = account()
    client.send(START)
    run = client.read_run("inst_xyz789")
    assert run is not None and (run.phase, run.over) == (Phase.RUNNING, False)
    assert (run.correlation, run.version, run.ended) == ("order-9981", "3", "")
    assert client.read_run("inst_none") is None and client.read_run("a/b") is None
    assert [path for _, path, _, _ in sent(server)][1:] == [
        "/process/instance/inst_xyz789",
        "/process/instance/inst_none",
    ]


@pytest.mark.parametrize("quirks", [[], ["observability-states"], ["observability-states", "extra-fields"]])
@pytest.mark.parametrize(
    ("end", "phase"),
    [
        (None, (Phase.RUNNING, Phase.WAITING)),
        ("task", (Phase.COMPLETE,)),
        ("fail", (Phase.FAILED,)),
        ("cancel", (Phase.CANCELLED,)),
    ],
)
def test_either_table_is_read_right(
    server: Caller, account: Open, quirks: list[str], end: str | None, phase: tuple[Phase, ...]
) -> None:
    client = account()
    client.send(START)
    if end == "task":
        client.send(TASK)
    elif end:
        server.control("POST", f"instances/inst_xyz789/{end}")
    server.control("PUT", "quirks", {"quirks": quirks})
    run = client.read_run("inst_xyz789")
    assert run is not None and run.phase in phase and run.over is (end is not None)


def test_a_jwt_does_as_well(account: Open) -> None:
    assert account(token=emulator.JWT).send(START).id == "inst_xyz789"


@pytest.mark.parametrize(
    "credentials",
    [{"api_key": "apk_wrong_secret-1234"}, {"token": "not-a-jwt-1234"}],
)
def test_wrong_credentials_are_denied_and_not_shown(account: Open, credentials: dict[str, str]) -> None:
    with pytest.raises(Denied) as denied:
        account(**credentials).send(START)
    told = f"{denied.value} {denied.value.hint} {denied.value.body}"
    assert "PROCSPEC_API_KEY" in told and next(iter(credentials.values())) not in told


def test_what_is_asked_of_the_list_and_files_is_nothing(server: Caller, account: Open) -> None:
    client = account()
    assert client.definitions() is None and client.read("x") is None
    assert client.download("x", "y", io.BytesIO(), lambda done, whole: None) is None
    assert sent(server) == []


# ------------------------------------------------------------------------------------------- errors


def fault(server: Caller, *rules: Rule) -> None:
    server.control("PUT", "faults", {"rules": [*rules]})


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"processId": 1}, 400, "Must be a string: processId"),
        ({"processId": "nobodys"}, 404, "Process nobodys was not found"),
        ({"processId": ""}, 422, "processId: must not be blank"),
    ],
)
def test_a_refusal_in_the_documented_shape(
    account: Open, change: dict[str, Any], status: int, words: str
) -> None:
    wrong = Request(action=START.action, method="POST", path=START.path, body={**START.body, **change})
    with pytest.raises(ServiceError) as refused:
        account().send(wrong)
    assert not isinstance(refused.value, UnknownOutcome)
    assert refused.value.status == status and words in refused.value.message


@pytest.mark.parametrize("request_", [START, TASK], ids=["start", "task"])
def test_429_is_waited_for_as_its_body_says(server: Caller, account: Open, request_: Request) -> None:
    """Nothing was done, so it is sent again, and carried out once."""
    client = account()
    client.send(START)
    fault(server, faults.too_many(0, "POST", says="body", times=1))
    client.send(request_)
    shown = server.control("GET", "instances")
    assert (len(shown), len(shown[0]["answers"])) == ((2, 0) if request_ is START else (1, 1))


def test_a_wait_that_is_too_long_ends_it(server: Caller, account: Open) -> None:
    fault(server, faults.too_many(91, "POST", says="body"))
    with pytest.raises(ServiceError, match="wait 91 seconds") as refused:
        account().send(START)
    assert refused.value.code == "RATE_LIMIT_EXCEEDED"
    assert len(sent(server)) == 1


DOUBTFUL: dict[str, Rule] = {
    "drop": faults.drop("POST"),
    "truncate": faults.truncate("POST"),
    "500 acted": faults.act_status(500, "POST"),
    "502 acted": faults.act_status(502, "POST"),
    "503": faults.status(503, "POST"),
    "html": faults.html("POST", act=True),
    "no id": faults.no_id("POST"),
    "other": faults.other("POST"),
    "303": faults.redirect("https://elsewhere.example/", "POST", code=303),
}


@pytest.mark.parametrize("name", DOUBTFUL)
@pytest.mark.parametrize("request_", [START, TASK], ids=["start", "task"])
def test_what_may_be_done_is_never_sent_again(
    server: Caller, account: Open, name: str, request_: Request
) -> None:
    client = account()
    client.send(START)
    server.control("DELETE", "requests")
    fault(server, DOUBTFUL[name])
    with pytest.raises(UnknownOutcome):
        client.send(request_)
    assert len(sent(server)) == 1


@pytest.mark.parametrize("request_", [START, TASK], ids=["start", "task"])
def test_the_servers_id_of_a_request_is_kept_when_its_answer_tells_nothing(request_: Request) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await JSONResponse({}, headers={"X-Request-Id": "trace"})(scope, receive, send)

    known = Credentials(api_key=emulator.TOKEN)
    http = Http("http://server.localhost", credentials=known, token_path="", key_header=KEY_HEADER, app=app)
    with closing(Client(http)) as client, pytest.raises(UnknownOutcome) as error:
        client.send(request_)
    assert error.value.trace == "trace"


def test_a_look_is_repeated(server: Caller, account: Open) -> None:
    client = account()
    client.send(START)
    for rule in (
        faults.drop("GET", times=1),
        faults.status(503, "GET", times=2),
        faults.html("GET", times=1),
    ):
        fault(server, rule)
        assert client.read_run("inst_xyz789") is not None
    fault(server, faults.other("GET"))
    with pytest.raises(ServiceError, match="another instance"):
        client.read_run("inst_xyz789")


# ---------------------------------------------------------------------------------------- connecting


def test_an_embedded_emulator_lives_in_the_project(tmp_path: Any) -> None:
    environment = Environment(name="local", provider="apptor", url="emulator", clock="2026-02-20")
    for system, path in ((False, "/process/exec"), (True, "/process/start")):
        here = Environment(
            name="local", provider="apptor", url="emulator", clock=environment.clock, system_key=system
        )
        client = connect(here, Credentials(), str(tmp_path), Halt())
        launch = Launch(process=FLOW, environment="DEVELOPMENT", system_key=system)
        request = APPTOR.start(launch)
        assert request.path == path and client.send(request).id.startswith("inst_")
        client.close()
    assert [path.name for path in (tmp_path / ".procspec").iterdir()] == ["emulator-apptor.db"]


def test_a_database_of_another_system_is_refused(tmp_path: Any) -> None:
    from procspec.providers.workiva.emulator import create_app

    (tmp_path / ".procspec").mkdir()
    create_app(tmp_path / ".procspec" / "emulator-apptor.db")
    environment = Environment(name="local", provider="apptor", url="emulator")
    with pytest.raises(ServiceError, match="The emulator cannot start"):
        connect(environment, Credentials(), str(tmp_path), Halt())
