"""What the kit leaves to a system: error bodies, keys, ids, limits, files, its own faults and quirks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from procspec.providers.emulator import EmulatorError
from procspec.providers.workiva.emulator import create_app
from tests.providers.emulator.errands import Caller

NOON = "2026-02-20T12:00:00+00:00"


@pytest.fixture
def errands() -> Caller:
    return Caller()


def error(status: int, message: str, path: str = "/errands/start") -> Any:
    return {"status": status, "message": message, "path": path, "timestamp": NOON}


def test_an_operation_knows_its_caller_and_stores_what_it_did(errands: Caller) -> None:
    answer = errands.start()
    assert (answer.status_code, answer.json()) == (201, {"errandId": "errand-1", "by": "api:POST"})
    assert errands.errands() == [{"id": "errand-1", "by": "api:POST", "what": "post a letter"}]


@pytest.mark.parametrize(
    ("method", "path", "body", "key", "status", "message"),
    [
        ("POST", "/errands/start", {"what": "x"}, "wrong", 401, "Key is missing"),
        ("POST", "/errands/start", None, "errand-key", 400, "The request needs a body"),
        ("POST", "/errands/start", {"what": 1}, "errand-key", 400, "Must be a string"),
        ("POST", "/errands/start?x=1", {"what": "x"}, "errand-key", 400, None),
        ("GET", "/errands/start", None, "errand-key", 405, "Method Not Allowed"),
        ("GET", "/nowhere", None, "errand-key", 404, "Not Found"),
        ("GET", "/errands/none/receipt", None, "errand-key", 404, "No such errand"),
    ],
)
def test_every_error_has_the_form_of_the_system(
    errands: Caller, method: str, path: str, body: Any, key: str, status: int, message: str | None
) -> None:
    answer = errands.call(method, path, body, key)
    said = answer.json()
    assert said == error(status, message or said["message"], path.partition("?")[0])
    assert answer.status_code == status


def test_a_broken_database_too(errands: Caller) -> None:
    errands.world.store.execute("DROP TABLE errands")
    assert errands.start().json() == error(500, "unknown error")


def test_a_refusal_undoes_what_was_done(errands: Caller) -> None:
    assert errands.start("fail").json() == error(409, "It fails")
    assert errands.errands() == []


def test_control_endpoints_refuse_in_one_form(errands: Caller) -> None:
    refused = errands.call("PUT", "/_emulator/clock", {"today": "soon"})
    assert refused.json() == {
        "code": "400",
        "message": "Must be a date such as 2024-12-31",
        "target": "/today",
    }


def test_ids_clock_and_requests(errands: Caller) -> None:
    errands.call("PUT", "/_emulator/ids", {"errand": ["inst_xyz789"]})
    assert errands.start().json()["errandId"] == "inst_xyz789"
    assert errands.call("GET", "/_emulator/clock").json() == {"today": "2026-02-20", "fixed": True}
    (entry,) = errands.call("GET", "/_emulator/requests").json()
    assert (entry["path"], entry["status"]) == ("/errands/start", 201)


def test_a_file_and_faults_that_change_bodies_leave_it_alone(errands: Caller) -> None:
    errands.start()
    errands.fault(do="other", id="wrong")
    answer = errands.call("GET", "/errands/errand-1/receipt")
    assert (answer.content, answer.headers["content-type"]) == (b"\x00pdf", "application/pdf")


@pytest.mark.parametrize(
    ("rule", "status", "body"),
    [
        ({"do": "status", "status": 503}, 503, error(503, "unknown error")),
        ({"do": "act-status"}, 502, error(502, "unknown error")),
        ({"do": "expire"}, 401, error(401, "Key is suspended")),
        (
            {"do": "too-many", "seconds": 60},
            429,
            {"error": "RATE_LIMIT_EXCEEDED", "message": "Slow down", "retryAfter": 60},
        ),
        ({"do": "no-id"}, 201, {"by": "api:POST"}),
        ({"do": "other", "id": "wrong"}, 201, {"errandId": "wrong", "by": "api:POST"}),
        ({"do": "shouting"}, 201, {"errandId": "errand-1", "by": "errand: API:POST"}),
    ],
)
def test_faults_in_the_words_of_the_system(errands: Caller, rule: Any, status: int, body: Any) -> None:
    assert errands.fault(**rule).is_success
    answer = errands.start()
    assert (answer.status_code, answer.json()) == (status, body)


def test_the_ways_of_a_429_are_those_of_the_system(errands: Caller) -> None:
    assert errands.fault(do="too-many", says="date").json()["target"] == "/rules/0/says"
    assert errands.fault(do="edit").json()["target"] == "/rules/0/do"


def test_a_rule_for_every_path_means_every_path_where_there_is_no_token(errands: Caller) -> None:
    errands.fault(do="status", status=418)
    assert errands.call("POST", "/oauth2/token").status_code == 418


def test_a_system_without_quirks_has_no_endpoint_for_them() -> None:
    assert Caller().call("GET", "/_emulator/quirks").json() == {"quirks": [], "known": ["shout"]}
    assert Caller(quirks=False).call("GET", "/_emulator/quirks").status_code == 404


def test_the_database_of_another_system_is_refused(tmp_path: Path) -> None:
    Caller(tmp_path / "errands.db")
    with pytest.raises(EmulatorError, match="another program"):
        create_app(tmp_path / "errands.db")
    create_app(tmp_path / "workiva.db")
    with pytest.raises(EmulatorError, match="another program"):
        Caller(tmp_path / "workiva.db")


def test_importing_the_kit_is_cheap() -> None:
    code = (
        "import sys; import procspec.providers.emulator; "
        "print(sorted({'starlette', 'sqlite3', 'uvicorn', 'jsonpatch', 'anyio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
