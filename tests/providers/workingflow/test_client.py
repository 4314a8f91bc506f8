"""The client against the emulator, and against servers that are not as they should be."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from starlette.requests import Request as Incoming
from starlette.responses import JSONResponse, Response

from procspec.errors import Denied, ProcspecError, ServiceError, UnknownOutcome
from procspec.http import Http, Limits
from procspec.model import Credentials, Launch
from procspec.providers.workingflow import wire
from procspec.providers.workingflow.client import Client
from procspec.providers.workingflow.endpoints import ENDPOINTS
from tests import faults
from tests.conftest import Server
from tests.faults import Rule, Served
from tests.providers.workingflow.emulator.caller import example

EXPENSE = "expense_reimbursement_demo"
START = wire.start(Launch(process=EXPENSE, inputs={"department": "Engineering"}))
QUICK = Limits(attempts=2, backoff=0.001, max_wait=0.01)


def quiet(count: int, total: int | None) -> None:
    """Whoever downloads is told how far it is."""


@contextmanager
def answering(answer: Callable[[Incoming], Response]) -> Iterator[Client]:
    """A client of a server that gives one answer to everything."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await answer(Incoming(scope, receive))(scope, receive, send)

    known = Credentials(token="wf_abc123def456")
    with closing(
        Client(Http("http://emulator", credentials=known, token_path="", app=app, limits=QUICK))
    ) as client:
        yield client


def called(client: Client) -> list[Callable[[], Any]]:
    """Every request that a client can send."""
    return [
        client.definitions,
        lambda: client.send(START),
        lambda: client.read_run("52407"),
        lambda: client.download("52407", "a3f8b2c1_receipt.pdf", io.BytesIO(), quiet),
    ]


def test_each_method_is_one_request(client: Client, served: Server) -> None:
    assert client.definitions() == wire.definitions(example("list-response"))
    id = client.send(START).id
    assert id == "52407"
    run = client.read_run(id)
    assert run is not None and run.variables["department"] == "Engineering"
    stored = upload(served, id, b"%PDF")
    into = io.BytesIO()
    assert client.download(id, stored, into, quiet) == "receipt.pdf"
    assert into.getvalue() == b"%PDF"
    assert served.requests() == [
        ("GET", "/processapi/list"),
        ("POST", f"/processapi/{EXPENSE}/start"),
        ("GET", "/processapi/52407/status"),
        ("GET", f"/processapi/52407/files/{stored}"),
    ]
    assert len(ENDPOINTS) == 4


def upload(served: Server, id: str, content: bytes) -> str:
    body = {"name": "receipt.pdf", "content": base64.b64encode(content).decode()}
    return str(served.control("POST", f"instances/{id}/files", body)["files"][-1])


def test_the_key_goes_out_as_a_bearer_token() -> None:
    seen = []

    def answer(request: Incoming) -> Response:
        seen.append((request.method, request.headers["authorization"]))
        return JSONResponse([])

    with answering(answer) as client:
        assert client.definitions() == ()
    assert seen == [("GET", "Bearer wf_abc123def456")]


def test_without_a_key_nothing_is_sent(served: Server) -> None:
    http = Http(served.url, credentials=Credentials(), token_path="", limits=QUICK)
    with closing(Client(http)) as client, pytest.raises(Denied) as error:
        client.definitions()
    assert "PROCSPEC_TOKEN" in error.value.hint and "CLIENT" not in error.value.hint
    assert served.requests() == []


def test_what_is_not_there(client: Client, served: Server) -> None:
    assert client.read_run("1") is None
    assert client.read_run(EXPENSE) is None, "a key in the place of an id"
    assert client.read("1") is None and client.validate(None) == ()  # type: ignore[arg-type]
    id = client.send(START).id
    assert client.download(id, "receipt.pdf", io.BytesIO(), quiet) is None
    assert client.download("1", "receipt.pdf", io.BytesIO(), quiet) is None


@pytest.mark.parametrize("code", ["PROCESS_NOT_FOUND", "NOT_FOUND", ""])
def test_another_404_is_an_error(code: str) -> None:
    """api-facts 2.5: look at the code, not only at the status."""
    body = {"error": "Not here", **({"code": code} if code else {})}
    with answering(lambda _: JSONResponse(body, 404)) as client:
        for call in called(client):
            with pytest.raises(ServiceError) as error:
                call()
            assert error.value.status == 404 and error.value.hint


@pytest.mark.parametrize("row", example("errors"), ids=lambda row: row["code"])
def test_every_error_of_the_document(row: Any) -> None:
    body = {"error": row["example"], "code": row["code"]}
    missing = {"INSTANCE_NOT_FOUND": (2, 3), "FILE_NOT_FOUND": (3,)}
    with answering(lambda _: JSONResponse(body, row["status"])) as client:
        for number, call in enumerate(called(client)):
            if number in missing.get(row["code"], ()):
                assert call() is None
                continue
            with pytest.raises(ProcspecError) as error:
                call()
            assert row["code"] in error.value.message and row["example"] in error.value.message
            unsure = row["status"] == 500 and number == 1
            kind = UnknownOutcome if unsure else Denied if row["status"] == 401 else ServiceError
            assert type(error.value) is kind
            assert error.value.hint or row["status"] == 500


def test_the_documented_422() -> None:
    refusal = example("start-form-error-422")
    with answering(lambda _: JSONResponse(refusal, 422)) as client, pytest.raises(ServiceError) as error:
        client.send(START)
    assert "leave_request_demo" in error.value.message and "web list" in error.value.hint


def test_a_key_that_was_switched_off(client: Client, served: Server) -> None:
    served.control("PUT", "keys", {"key": "wf_emulator", "active": False})
    with pytest.raises(Denied) as error:
        client.definitions()
    assert "PROCSPEC_TOKEN" in error.value.hint and "/admin/api-keys" in error.value.hint


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"processInstanceId": ""},
        {"processInstanceId": None, "processDefinitionKey": EXPENSE},
        {"processInstanceId": True},
        {"processInstanceId": "1", "processDefinitionKey": "leave_request_demo"},
    ],
)
def test_a_start_without_a_credible_id_is_an_unknown_outcome(body: Any) -> None:
    with answering(lambda _: JSONResponse(body, 201)) as client, pytest.raises(UnknownOutcome):
        client.send(START)


def test_the_servers_id_of_a_start_is_kept_whatever_became_of_it() -> None:
    named = {"X-Request-Id": "trace of a start"}
    with answering(lambda _: JSONResponse(example("start-response"), 201, named)) as client:
        assert client.send(START).trace == named["X-Request-Id"]
    with answering(lambda _: JSONResponse({}, 201, named)) as client, pytest.raises(UnknownOutcome) as error:
        client.send(START)
    assert error.value.trace == named["X-Request-Id"]


@pytest.mark.parametrize(
    "body", [example("start-response"), {"processInstanceId": 52407}, {"processInstanceId": "52407", "x": 1}]
)
@pytest.mark.parametrize("status", [200, 201])
def test_a_start_with_one(body: Any, status: int) -> None:
    with answering(lambda _: JSONResponse(body, status)) as client:
        assert client.send(START).ids == ("52407",)


def test_another_instance_than_the_one_asked_for() -> None:
    body = example("status-response")
    with (
        answering(lambda _: JSONResponse(body)) as client,
        pytest.raises(ServiceError, match="another instance"),
    ):
        client.read_run("52408")


@pytest.mark.parametrize(
    ("rule", "kind", "instances"),
    [
        (faults.refuse("POST"), UnknownOutcome, 0),
        (faults.drop("POST"), UnknownOutcome, 1),
        (faults.truncate("POST"), UnknownOutcome, 1),
        (faults.no_id("POST"), UnknownOutcome, 1),
        (faults.act_status(502, "POST"), UnknownOutcome, 1),
        (faults.status(500, "POST"), UnknownOutcome, 0),
        (faults.status(400, "POST"), ServiceError, 0),
        (faults.too_many(0, "POST", call=1), None, 1),
        (faults.html("POST", act=True), UnknownOutcome, 1),
        (faults.redirect("https://example.com/", "POST"), ServiceError, 0),
    ],
    ids=lambda value: value["do"] if isinstance(value, dict) else "",
)
def test_nothing_is_started_twice(
    client: Client, served: Server, rule: Rule, kind: type[ServiceError] | None, instances: int
) -> None:
    Served(served.control).set(rule)
    if kind is None:
        assert client.send(START).id == "52407"
    else:
        with pytest.raises(kind) as error:
            client.send(START)
        assert type(error.value) is kind
    assert len(served.control("GET", "instances")) == instances
    assert len(served.requests()) == (2 if kind is None else 1)


@pytest.mark.parametrize("do", [faults.drop, faults.truncate, faults.refuse])
def test_what_changes_nothing_is_sent_again(client: Client, served: Server, do: Callable[..., Rule]) -> None:
    id = client.send(START).id
    Served(served.control).set(do("GET", times=1))
    run = client.read_run(id)
    assert run is not None and run.id == id
    Served(served.control).set(do("GET", times=1))
    stored, into = upload(served, id, b"%PDF" * 1000), io.BytesIO()
    assert client.download(id, stored, into, quiet) == "receipt.pdf"
    assert into.getvalue() == b"%PDF" * 1000


def test_no_name_is_shown() -> None:
    with answering(lambda _: Response(b"x", media_type="application/pdf")) as client:
        assert client.download("1", "a", io.BytesIO(), quiet) == ""


def test_a_file_is_one_segment() -> None:
    seen = []

    def answer(request: Incoming) -> Response:
        seen.append(request.scope["raw_path"])
        return Response(b"")

    with answering(answer) as client:
        client.download("1", "a/b ?.pdf", io.BytesIO(), quiet)
        with pytest.raises(ProcspecError):
            client.download("1", "..", io.BytesIO(), quiet)
    assert seen == [b"/processapi/1/files/a%2Fb%20%3F.pdf"]
