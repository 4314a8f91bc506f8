"""drift: live against last applied, read only, by hand edits in the served emulator."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from procspec.source import schema
from procspec.state import open_store
from tests import faults as kinds
from tests.conftest import Home, Server
from tests.engine.conftest import PROCESS
from tests.engine.test_false_differences import PROCESS as SHAPED
from tests.engine.test_false_differences import PROJECT as SHAPED_PROJECT
from tests.engine.test_false_differences import SHAPES
from tests.faults import Faults

FILE = "close.procspec.yaml"
BY_HAND = {"op": "replace", "path": "/dueDate", "value": "2025-02-01"}


def edit(home: Home, server: Server, *patch: dict[str, Any], key: str = "close") -> None:
    """What somebody does in the product."""
    server.control("POST", f"processes/{home.record(key)['id']}/edit", list(patch))


def drifted(home: Home, *arguments: str) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The departures by kind, node and field."""
    data = home.ok("drift", "-o", "json", *arguments).json
    jsonschema.validate(data, schema("drift"))
    assert next(iter(data)) == "format_version"
    return {
        (one["kind"], one["node"], one.get("field", "")): one
        for item in data["processes"]
        for one in item.get("departures", ())
    }


def test_nothing_has_drifted(applied: Home) -> None:
    assert "No drift. 1 process is as last applied." in applied.ok("drift", "--detailed-exitcode").out
    assert drifted(applied) == {}


def test_a_hand_edit(applied: Home, server: Server) -> None:
    edit(applied, server, BY_HAND)
    assert applied.run("drift", "--detailed-exitcode").code == 2
    result = applied.ok("drift")
    assert "~ dueDate  2024-12-31 -> 2025-02-01  close.procspec.yaml:5:10" in result.out
    assert "last modified 2024-09-30T12:00:00Z by " in result.out
    applied.edit(FILE, "dueDate: 2024-12-31", "dueDate: 2025-01-15")
    assert "~ dueDate  (another value was applied) -> 2025-02-01" in applied.ok("drift").out
    assert drifted(applied)["changed", "", "dueDate"]["unknown"] is True


def test_what_the_file_says_by_now_is_no_drift_for_ever(applied: Home, server: Server) -> None:
    edit(applied, server, BY_HAND)
    applied.edit(FILE, "dueDate: 2024-12-31", "dueDate: 2025-02-01")
    assert applied.ok("plan", "--detailed-exitcode").code == 0
    done = applied.ok("drift", "--detailed-exitcode")
    assert (
        "No drift. 1 process is as last applied, but for 1 difference that the files have by now" in done.out
    )
    told = (
        "      dueDate  2025-02-01: as the file says now, applied was another value  close.procspec.yaml:5:10"
    )
    verbose = applied.ok("-v", "drift").out
    assert (
        told in verbose and "close  no drift" in verbose and "nothing that is managed differs" not in verbose
    )
    assert drifted(applied) == {}
    (process,) = applied.ok("drift", "-o", "json").json["processes"]
    assert [(one["field"], one["live"]) for one in process["settled"]] == [("dueDate", "2025-02-01")]
    edit(applied, server, {"op": "replace", "path": "/name", "value": "Another"})
    assert set(drifted(applied)) == {("changed", "", "name")}
    applied.edit(FILE, "dueDate: 2025-02-01", "dueDate: 2025-02-02")
    assert set(drifted(applied)) == {("changed", "", "name"), ("changed", "", "dueDate")}


def test_a_job_that_is_gone_on_both_sides_is_no_drift(applied: Home, server: Server) -> None:
    edit(applied, server, {"op": "remove", "path": "/root/children/1/group/children/1"})
    assert set(drifted(applied)) == {("removed", "costs", "")}
    applied.edit(FILE, "        - job: costs\n          sendTask: {title: Costs, assignee: ben}\n", "")
    assert applied.ok("plan", "--detailed-exitcode").code == 0
    assert applied.ok("drift", "--detailed-exitcode").code == 0


@pytest.fixture
def rolled(close: Home, server: Server) -> Home:
    """Two periods, applied one after the other."""
    close.edit("procspec.yaml", "name: close\n", "name: close\nperiod: 2024-Q4\n")
    close.edit(FILE, "key: close", "key: close-${period.name}")
    close.ok("apply", "--auto-approve")
    close.edit("procspec.yaml", "period: 2024-Q4", "period: 2025-Q1")
    close.ok("apply", "--auto-approve")
    return close


def test_a_process_of_another_period(rolled: Home, server: Server) -> None:
    edit(rolled, server, BY_HAND, key="close-2024-Q4")
    out = rolled.ok("drift").out
    assert '~ close-2024-Q4  drift  "Close"  of the period 2024-Q4: use --period 2024-Q4' in out
    assert "`procspec plan --period 2024-Q4` shows what an apply would do" in out
    own, other = rolled.ok("drift", "-o", "json").json["processes"]
    jsonschema.validate(rolled.ok("drift", "-o", "json").json, schema("drift"))
    assert (own["key"], own.get("period")) == ("close-2025-Q1", None)
    assert (other["key"], other["period"]) == ("close-2024-Q4", "2024-Q4")
    there = rolled.ok("drift", "--period", "2024-Q4").out
    assert "~ dueDate  2024-12-31 -> 2025-02-01  close.procspec.yaml" in there
    assert "of the period" not in there and "`procspec plan` shows" in there
    edit(rolled, server, BY_HAND, key="close-2025-Q1")
    assert "`procspec plan`, `procspec plan --period 2024-Q4` show what" in rolled.ok("drift").out


def test_a_plan_that_looked_at_nothing_says_so(rolled: Home) -> None:
    out = rolled.ok("plan", "close-2024-Q4").out
    told = "Nothing was looked at: close-2024-Q4 belongs to another period, which --period names."
    assert f"No changes. {told}" in out and "0 processes" not in out
    assert "No changes. 1 process is as the files say." in rolled.ok("plan").out
    assert "1 process is" in rolled.ok("plan", "close-2024-Q4", "--period", "2024-Q4").out


def test_a_record_is_json_in_every_format(applied: Home) -> None:
    shown = applied.ok("state", "show", "close")
    assert applied.ok("state", "show", "close", "-o", "json").out == shown.out
    result = applied.run("state", "show", "nobody", "-o", "json")
    assert result.code == 64 and result.json["exit_code"] == 64


def test_what_the_file_changed_is_no_drift(applied: Home) -> None:
    applied.edit(FILE, "dueDate: 2024-12-31", "dueDate: 2025-01-15")
    applied.edit(FILE, "title: Costs, assignee: ben", "title: Costs, assignee: ana")
    assert drifted(applied) == {}


def test_people_have_names(applied: Home, server: Server) -> None:
    path = "/root/children/0/job/arguments/sendTaskArgs/assignee"
    edit(applied, server, {"op": "replace", "path": path, "value": {"id": "user-2", "type": "USER"}})
    assert "~ reconcile.assignee  Ana Ruiz -> Ben Cole  close.procspec.yaml:13:19" in applied.ok("drift").out


def test_groups_and_jobs(applied: Home, server: Server) -> None:
    job = {"type": "job", "job": {"arguments": {"type": "sendTask", "sendTaskArgs": {"title": "\u202eNew"}}}}
    edit(
        applied,
        server,
        {"op": "add", "path": "/root/children/1/group/children/-", "value": job},
        {"op": "move", "from": "/root/children/1/group/children/0", "path": "/root/children/0"},
        {"op": "remove", "path": "/root/children/2/group/children/0"},
        {"op": "move", "from": "/root/children/1", "path": "/root/children/2"},
    )
    found = drifted(applied)
    assert {(kind, node) for kind, node, _ in found if kind != "added"} == {
        ("reordered", "/"),
        ("moved", "revenue"),
        ("removed", "costs"),
    }
    out = applied.ok("drift").out
    assert "reconcile, review -> review, reconcile" in out
    assert "moved: review -> root" in out
    assert 'added: sendTask "\\u{202e}New"' in out
    assert 'removed: sendTask "Costs"' in out
    causes = {
        (change["node"], change.get("field")): change.get("cause")
        for change in applied.pending()
        if not change["node"].startswith("id:")
    }
    assert causes == {
        ("/", "children"): "drift",
        ("revenue", "parent"): "drift",
        ("costs", None): "drift",
    }


def test_a_process_that_somebody_trashed(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    server.call("DELETE", f"/processes/{id}")
    assert "it is not on the server; somebody trashed it" in applied.ok("drift").out
    assert drifted(applied)["gone", "", ""]["applied"] == id
    assert applied.run("drift", "--detailed-exitcode").code == 2
    (change,) = applied.pending()
    assert (change["action"], change["cause"]) == ("restore", "drift")


def test_a_process_that_procspec_trashed(applied: Home, server: Server) -> None:
    (applied.folder / FILE).unlink()
    applied.ok("apply", "--auto-approve", "--prune")
    assert drifted(applied) == {}
    server.call("POST", f"/processes/{applied.record('close')['id']}/restore")
    assert set(drifted(applied)) == {("back", "", "")}
    server.call("DELETE", f"/processes/{applied.record('close')['id']}")
    applied.write(FILE, PROCESS)
    (change,) = applied.pending()
    assert (change["action"], change.get("cause", "spec")) == ("restore", "spec")


def test_a_process_whose_file_is_gone(applied: Home, server: Server) -> None:
    edit(applied, server, BY_HAND)
    (applied.folder / FILE).unlink()
    out = applied.ok("drift", "close").out
    assert "~ dueDate  (another value was applied) -> 2025-02-01\n" in out


def test_a_revision_that_moved_without_a_difference(applied: Home, server: Server) -> None:
    edit(applied, server)
    assert applied.run("drift", "--detailed-exitcode").code == 0
    assert "revision" not in applied.ok("drift").out
    assert "revision 2, was 1: nothing that is managed differs" in applied.ok("-v", "drift").out


def test_it_reads_each_process_once_and_writes_nothing(applied: Home, server: Server) -> None:
    applied.write("other.procspec.yaml", PROCESS.replace("key: close", "key: other"))
    applied.ok("apply", "--auto-approve")
    applied.write("new.procspec.yaml", PROCESS.replace("key: close", "key: new"))
    edit(applied, server, BY_HAND)
    ids = {applied.record(key)["id"] for key in ("close", "other")}
    before = applied.ok("state", "list", "-o", "json").out
    server.clear()
    with (
        closing(open_store(".procspec/state.db", Path(applied.folder))) as store,
        store.lock("served", "procspec apply of a colleague"),
    ):
        result = applied.ok("drift")
    assert "procspec apply of a colleague" in result.err
    assert "1 difference in 1 of 2 processes" in result.out
    asked = [request for request in server.requests() if "token" not in request[1]]
    assert sorted(asked) == sorted(("GET", f"/processes/{id}") for id in ids)
    assert applied.ok("state", "list", "-o", "json").out == before


def test_what_was_never_applied(close: Home) -> None:
    assert "Nothing was applied yet." in close.ok("drift").out
    assert "nothing was applied yet" in close.ok("drift", "close").out
    assert close.run("drift", "nobody", "-o", "json").json["exit_code"] == 64


def test_an_outcome_that_is_unknown_is_said(close: Home, faults: Faults) -> None:
    faults.set(kinds.drop("POST", "/processes"))
    assert close.run("apply", "--auto-approve").code == 4
    result = close.run("drift", "-o", "json")
    assert result.code == 4
    jsonschema.validate(result.json, schema("drift"))
    assert "procspec resolve close" in result.json["processes"][0]["blocked"]
    assert "1 blocked" in close.run("drift").out


def test_a_create_that_was_not_looked_at(close: Home, server: Server, faults: Faults) -> None:
    """What was sent is what was applied; the next apply takes the process over, and drift only reads."""
    faults.set(kinds.status(500, "GET", "/processes/*"))
    assert close.run("apply", "--auto-approve").code == 1
    faults.clear()
    record = close.record("close")
    assert record["intent"]
    assert drifted(close) == {}
    edit(close, server, BY_HAND)
    assert set(drifted(close)) == {("changed", "", "dueDate")}
    assert close.record("close") == record


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_the_servers_normalising_is_no_drift(home: Home, server: Server, shape: str) -> None:
    home.write("procspec.yaml", SHAPED_PROJECT.format(url=server.url))
    home.write(FILE, SHAPED)
    server.control("PUT", "quirks", {"quirks": [shape]})
    home.ok("apply", "--auto-approve")
    result = home.run("drift", "--detailed-exitcode")
    assert result.code == 0, result.out


# ------------------------------------------------------------------------------- what a record keeps


def test_every_way_to_a_record_keeps_the_order(applied: Home, server: Server) -> None:
    order = {"/": ["reconcile", "review"], "review": ["revenue", "costs"]}
    record = applied.record("close")
    assert record["order"] == order
    applied.edit(FILE, "name: Close", "name: Close 2")
    applied.ok("apply", "--auto-approve")
    assert applied.record("close")["order"] == order
    applied.edit(FILE, "assignee: ben", "assignee: ana")
    applied.ok("apply", "--auto-approve", "--allow-replace")
    assert applied.record("close")["id"] != record["id"]
    assert applied.record("close")["order"] == order
    server.call("DELETE", f"/processes/{applied.record('close')['id']}")
    applied.ok("apply", "--auto-approve")
    assert applied.record("close")["order"] == order
    id = applied.record("close")["id"]
    applied.ok("state", "rm", "close", "--auto-approve")
    applied.ok("import", id, "--key", "close")
    assert applied.record("close")["order"] == order


def test_an_adopted_process_keeps_the_order(close: Home, server: Server, faults: Faults) -> None:
    before = {item["id"] for item in server.control("GET", "processes")}
    faults.set(kinds.drop("POST", "/processes"))
    assert close.run("apply", "--auto-approve").code == 4
    faults.clear()
    (made,) = {item["id"] for item in server.control("GET", "processes")} - before
    close.ok("resolve", "close", "--id", made)
    assert close.record("close")["order"]["/"] == ["reconcile", "review"]
    assert drifted(close) == {}


def test_who_reordered(applied: Home, server: Server) -> None:
    move = {"op": "move", "from": "/root/children/0", "path": "/root/children/1"}
    edit(applied, server, move)
    (change,) = applied.pending()
    assert (change["field"], change["cause"]) == ("children", "drift")
    shown = applied.ok("plan").out
    assert "review, reconcile -> reconcile, review" in shown
    assert "[drift: changed on the server]" in shown
    applied.ok("apply", "--auto-approve", "--allow-replace")
    assert applied.pending() == []


def test_the_file_reordered(applied: Home) -> None:
    head, jobs = PROCESS.split("    - job: reconcile\n")
    first, second = jobs.split("    - group: review\n")
    applied.write(FILE, f"{head}    - group: review\n{second}    - job: reconcile\n{first}")
    (change,) = applied.pending()
    assert (change["field"], change.get("cause", "spec")) == ("children", "spec")
    assert drifted(applied) == {}


def test_json_is_complete_when_it_fails(applied: Home) -> None:
    applied.edit(FILE, "assignee: ana", "assignee: nobody")
    result = applied.run("drift", "-o", "json")
    assert result.code == 3
    assert json.loads(result.out)["diagnostics"]
