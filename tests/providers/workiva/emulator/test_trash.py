"""`DELETE /processes/{processId}` and `POST /processes/{processId}/restore`."""

from __future__ import annotations

import pytest

from tests.providers.workiva.emulator.caller import Caller, example, task


def test_trash_and_restore(emulator: Caller) -> None:
    process = emulator.create(task())
    path = f"/processes/{process['id']}"
    trashed = emulator.call("DELETE", path)
    assert (trashed.status_code, trashed.content) == (204, b"")
    assert emulator.control("GET", "processes") == [
        {"id": process["id"], "name": "Close", "revision": 1, "trashed": True}
    ]
    assert emulator.ok("POST", f"{path}/restore") == process
    assert emulator.get(process["id"]) == process


@pytest.mark.parametrize(
    ("method", "path", "example_name"),
    [
        ("GET", "", ""),
        ("PATCH", "", "guide-patch-request"),
        ("DELETE", "", ""),
        ("POST", "/batchUpdates", "guide-batch-request"),
        ("POST", "/validation", ""),
        ("POST", "/run", ""),
    ],
)
def test_a_trashed_process_is_not_found(emulator: Caller, method: str, path: str, example_name: str) -> None:
    id = emulator.create(task())["id"]
    emulator.ok("DELETE", f"/processes/{id}")
    body = example(example_name) if example_name else None
    error = emulator.refused(404, method, f"/processes/{id}{path}", body)
    assert error == {"code": "404", "message": f"Could not find process id {id}"}


def test_only_what_is_in_the_trash_can_be_restored(emulator: Caller) -> None:
    id = emulator.create(task())["id"]
    error = emulator.refused(409, "POST", f"/processes/{id}/restore")
    assert set(error) == set(example("run-error-409")) == {"code", "message"}
    assert error["code"] == "409"


def test_runs_outlive_their_process(emulator: Caller) -> None:
    id = emulator.create(task())["id"]
    run = emulator.ok("POST", f"/processes/{id}/run")["id"]
    emulator.ok("DELETE", f"/processes/{id}")
    assert emulator.ok("GET", f"/processRuns/{run}")["process"] == id
