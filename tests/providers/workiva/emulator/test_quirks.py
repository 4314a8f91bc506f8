"""What a real server may do differently, one quirk at a time."""

from __future__ import annotations

from typing import Any

import pytest

from procspec.providers.workiva import emulator as package
from procspec.providers.workiva.emulator.quirks import QUIRKS
from tests.providers.workiva.emulator.caller import Caller, certification, example, group, task, walk

BODY: Any = example("guide-create-request")
BODY["root"]["children"] += [
    group("Inner", task("p"), task("q", instructions="One\nTwo\n"), parallel=True),
    certification({"signers": ["s"], "dueDate": "2024-12-01", "parallel": True}),
]
PLAIN = "sendTaskArgs"


def made(*quirks: str) -> tuple[Caller, Any, Any]:
    """An emulator, the answer to a create and the answer to a GET."""
    emulator = Caller(quirks=quirks)
    created = emulator.ok("POST", "/processes", BODY)
    return emulator, created, emulator.get(created["id"])


def first_task(process: Any) -> Any:
    return process["root"]["children"][0]["job"]["arguments"][PLAIN]


def test_they_are_off_by_default() -> None:
    _, _, got = made()
    assert first_task(got) == BODY["root"]["children"][0]["job"]["arguments"][PLAIN]
    assert got["businessDaysOfWeek"] == BODY["businessDaysOfWeek"]


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"unknown quirk 'nonsense'.*sparse-get.*null-fields"):
        package.create_app(":memory:", quirks=["nonsense"])


def test_sparse_get() -> None:
    """As thin as the guide's GET; other answers stay whole."""
    emulator, created, got = made("sparse-get")
    assert set(got) - {"ipmBetaEnabled", "iwmOptOut"} == set(example("guide-get-response"))
    assert set(first_task(got)) == set(first_task(example("guide-get-response")))
    patched = emulator.ok("PATCH", f"/processes/{created['id']}", example("guide-patch-request")[:1])
    assert "approver" in first_task(patched)


def test_datetime_dates() -> None:
    _, _, got = made("datetime-dates")
    assert first_task(got)["dueDate"] == "2024-12-15T17:00:00Z"
    assert first_task(got)["approverDueDate"] == "2024-12-20T17:00:00Z"
    assert got["dueDate"] == "2024-12-31", "the process's own dates stay plain, as in the reference"


def test_flat_people() -> None:
    _, _, got = made("flat-people")
    assert first_task(got)["assigneeUser"] == "user-analyst-001"
    assert first_task(got)["approverUser"] == "user-manager-001"
    assert not {"assignee", "approver"} & set(first_task(got))


def test_upper_case() -> None:
    _, created, got = made("upper-case")
    assert first_task(got)["assignee"]["type"] == "USER"
    assert got["businessDaysOfWeek"][0] == "Monday"
    assert got["root"]["triggerType"] == created["root"]["triggerType"] == "WhenEligible"


def test_reordered_sets() -> None:
    _, created, got = made("reordered-sets")
    for answer in (created, got):
        assert answer["businessDaysOfWeek"] == BODY["businessDaysOfWeek"][::-1]
    assert got["businessDateExclusions"] == BODY["businessDateExclusions"][::-1]


def test_shuffled_parallel() -> None:
    _, created, got = made("shuffled-parallel")
    inner = got["root"]["children"][2]["group"]
    titles = [child["job"]["arguments"][PLAIN]["title"] for child in inner["children"]]
    assert titles == ["q", "p"]
    ids = [[node["id"] for node in walk(answer["root"])] for answer in (created, got)]
    assert ids[0] == ids[1], "a create and a GET agree on the order"
    assert first_task(got)["title"] == "Reconcile accounts receivable"


def test_trimmed_text() -> None:
    _, _, got = made("trimmed-text")
    arguments = got["root"]["children"][2]["group"]["children"][1]["job"]["arguments"][PLAIN]
    assert arguments["instructions"] == "One\r\nTwo"


def test_extra_fields() -> None:
    _, created, got = made("extra-fields")
    for answer in (created, got):
        nodes = [answer, answer["root"], *walk(answer["root"])]
        assert all("addedLater" in node for node in nodes)
    assert "addedLater" in first_task(got)["assignee"]


def test_null_fields() -> None:
    _, created, got = made("null-fields")
    assert got["calendarIds"] is None
    assert got["businessDateInclusions"] is None
    assert first_task(got)["document"] is None
    assert created["businessEndDate"] is None


@pytest.mark.parametrize("quirk", QUIRKS)
def test_steps_of_a_certification_are_never_touched(quirk: str) -> None:
    _, _, got = made(quirk)
    payload = got["root"]["children"][3]["job"]["arguments"]["certificationArgs"]
    assert payload["steps"] == [{"signers": ["s"], "dueDate": "2024-12-01", "parallel": True}]


def test_all_at_once_on_every_answer() -> None:
    """Nothing is stored that a quirk made, and no answer breaks."""
    emulator, created, _ = made(*QUIRKS)
    path = f"/processes/{created['id']}"
    emulator.ok("POST", f"{path}/batchUpdates", {"data": []})
    run = emulator.ok("POST", f"{path}/run")
    emulator.ok("GET", f"/processRuns/{run['id']}")
    emulator.ok("POST", f"/processRuns/{run['id']}/jobRuns", example("job-runs-request"))
    assert emulator.ok("POST", f"{path}/validation") == {"errors": []}
    assert emulator.refused(409, "POST", f"{path}/restore").keys() == {"code", "message"}
    emulator.control("PUT", "quirks", {"quirks": []})
    stored = emulator.get(created["id"])
    assert first_task(stored) == BODY["root"]["children"][0]["job"]["arguments"][PLAIN]
    assert stored["revision"] == 2
