"""What a real server may do differently, one quirk at a time, and what of it our client understands."""

from __future__ import annotations

from typing import Any

import pytest

from procspec.providers.workingflow import emulator as package
from procspec.providers.workingflow.emulator.quirks import QUIRKS
from procspec.providers.workingflow.wire import definitions, run
from tests.providers.workingflow.emulator.caller import EXPENSE, Caller, example


def made(*quirks: str) -> tuple[Caller, str]:
    emulator = Caller(quirks=quirks)
    started = emulator.ok("POST", EXPENSE, example("start-request"))
    id = str(started["processInstanceId"])
    emulator.upload(id, variable="receipt")
    return emulator, id


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown quirk 'nonsense'.*file-objects.*extra-fields"):
        package.create_app(":memory:", quirks=["nonsense"])


@pytest.mark.parametrize("quirk", QUIRKS)
def test_a_quirk_changes_the_answer_and_not_what_we_read(quirk: str) -> None:
    (plain, id), (quirky, same) = made(), made(quirk)
    assert id == same
    one, other = plain.status(id), quirky.status(id)
    assert (one != other) == (quirk not in ("null-fields", "suspended-flag"))
    known, read = run(one), run(other)
    assert (read.id, read.process, read.over, read.files) == (known.id, known.process, False, known.files)
    assert read.variables == known.variables
    listed: Any = quirky.ok("GET", "/processapi/list")
    assert definitions(listed) == definitions(example("list-response"))


def test_a_member_for_what_is_suspended() -> None:
    plain, quirky = Caller(), Caller(quirks=["suspended-flag"])
    for emulator in (plain, quirky):
        emulator.control("PUT", "definitions/expense_reimbursement_demo/state", {"suspended": True})
    assert all("suspended" not in entry for entry in plain.ok("GET", "/processapi/list"))
    listed: Any = quirky.ok("GET", "/processapi/list")
    assert {entry["key"]: entry["suspended"] for entry in listed} == {
        "expense_reimbursement_demo": True,
        "leave_request_demo": False,
    }
    assert next(one.obstacle for one in definitions(listed)) == "is suspended"


def test_null_for_what_is_empty() -> None:
    emulator = Caller(quirks=["null-fields"])
    id = emulator.start()
    emulator.control("POST", f"instances/{id}/end")
    body = emulator.status(id)
    assert (body["files"], body["activeTasks"]) == (None, None)
    read = run(body)
    assert read.root is not None and (read.files, read.root.children) == ((), ())
