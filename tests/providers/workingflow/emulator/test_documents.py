"""Every example of 003, word for word: a new database answers with the document's own ids and times."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.workingflow.emulator.caller import DOCUMENTS, EXPENSE, Caller, example


def test_no_example_is_forgotten() -> None:
    known = {"list-response", "start-request", "start-response", "start-form-error-422", "status-response"}
    assert {path.stem for path in DOCUMENTS.iterdir()} == {*known, "errors"}


def test_the_walk_of_the_document() -> None:
    emulator = Caller()
    assert emulator.ok("GET", "/processapi/list") == example("list-response")
    started = emulator.call("POST", EXPENSE, example("start-request"))
    assert (started.status_code, started.json()) == (201, example("start-response"))
    status = emulator.ok("GET", "/processapi/52407/status")
    assert status == example("status-response") and list(status) == list(example("status-response"))
    assert emulator.upload("52407", content=b"%PDF-1.7") == "a3f8b2c1_receipt.pdf"
    file = emulator.call("GET", "/processapi/52407/files/a3f8b2c1_receipt.pdf")
    assert (file.status_code, file.content) == (200, b"%PDF-1.7")
    assert file.headers["content-disposition"] == 'attachment; filename="receipt.pdf"'
    assert file.headers["content-type"] == "application/pdf"


def test_the_start_form() -> None:
    answer = Caller().call("POST", "/processapi/leave_request_demo/start", {"variables": {}})
    assert (answer.status_code, answer.json()) == (422, example("start-form-error-422"))


def provoked(emulator: Caller, code: str) -> Any:
    """An answer with this error."""
    id = emulator.start()
    start: tuple[str, str, Any] = ("POST", EXPENSE, {"variables": {}})
    emulator.control("PUT", "definitions/expense_reimbursement_demo/state", {"suspended": True})
    ways: dict[str, tuple[str, str, Any]] = {
        "PROCESS_NOT_FOUND": ("POST", f"/processapi/{id}/start", {"variables": {}}),
        "INSTANCE_NOT_FOUND": ("GET", "/processapi/expense_reimbursement_demo/status", None),
        "FILE_NOT_FOUND": ("GET", f"/processapi/{id}/files/receipt.pdf", None),
        "PROCESS_SUSPENDED": start,
        "START_FORM_NOT_SUPPORTED": ("POST", "/processapi/leave_request_demo/start", {"variables": {}}),
        "INTERNAL_ERROR": ("GET", "/processapi/list", None),
        "UNAUTHORIZED": ("GET", "/processapi/list", None),
    }
    if code == "UNAUTHORIZED":
        emulator.control("PUT", "keys", {"key": "wf_emulator", "active": False})
    if code == "INTERNAL_ERROR":
        emulator.app.world.store.execute("DROP TABLE definitions")
    return emulator.call(*ways[code])


@pytest.mark.parametrize("row", example("errors"), ids=lambda row: row["code"])
def test_every_error(row: Any) -> None:
    answer = provoked(Caller(), row["code"])
    assert answer.status_code == row["status"]
    form = example("start-form-error-422")["error"]
    said = form if row["code"] == "START_FORM_NOT_SUPPORTED" else row["example"]
    assert answer.json() == {"error": said, "code": row["code"]}
