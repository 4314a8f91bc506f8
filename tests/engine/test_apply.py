"""plan and apply against the served emulator: what is sent, in which order, and what becomes of it."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Home, Server

FILE = "close.procspec.yaml"


def sent(server: Server) -> list[str]:
    """The requests as `METHOD last-part`, ids left out."""
    return [f"{method} {_last(path)}" for method, path in server.requests()]


def _last(path: str) -> str:
    last = path.partition("?")[0].rpartition("/")[2]
    return last if last in ("processes", "batchUpdates", "validation", "restore", "run") else "process"


def live(home: Home, server: Server) -> dict[str, object]:
    return dict(server.call("GET", f"/processes/{home.record('close')['id']}").json())


# ---------------------------------------------------------------------------------------- the figures


def test_a_new_process_takes_three_requests(close: Home, server: Server) -> None:
    close.ok("apply", "--auto-approve")
    assert sent(server) == ["POST processes", "GET process", "POST validation"]


def test_a_plan_of_a_new_process_sends_nothing(close: Home, server: Server) -> None:
    close.ok("plan")
    assert sent(server) == []


def test_a_plan_takes_one_get_a_process(applied: Home, server: Server) -> None:
    applied.ok("plan")
    assert sent(server) == ["GET process"]


def test_an_update_takes_five_requests(applied: Home, server: Server) -> None:
    applied.edit(FILE, "title: Reconcile", "title: Reconcile all")
    applied.edit(FILE, "dueDate: 2024-12-31", "dueDate: 2025-01-15")
    applied.ok("plan", "--out", str(applied.folder / "plan.json"))
    server.clear()
    applied.ok("apply", str(applied.folder / "plan.json"))
    assert sent(server) == [
        "GET process",
        "POST batchUpdates",
        "PATCH process",
        "GET process",
        "POST validation",
    ]


def test_an_apply_without_changes_sends_one_get(applied: Home, server: Server) -> None:
    assert "No changes." in applied.ok("apply", "--auto-approve").out
    assert sent(server) == ["GET process"]


# ---------------------------------------------------------------------------------------- the actions


@pytest.mark.parametrize(
    ("before", "after", "action", "path", "request_line"),
    [
        ("name: Close", "name: Big close", "update", "name", "PATCH process"),
        ("autoClose: true", "autoClose: false", "update", "autoClose", "PATCH process"),
        ("dueDate: 2024-12-31\n", "", "update", "dueDate", "PATCH process"),
        ("name: Steps", "name: Steps\n  parallel: true", "update", "root.parallel", "PATCH process"),
        ("name: Steps", "name: Steps\n  triggerType: manual", "update", "root.triggerType", "PATCH process"),
        ("name: Steps", "name: All steps", "rename", "root.name", "POST batchUpdates"),
        ("name: Review", "name: Reviews", "rename", "review.name", "POST batchUpdates"),
        ("title: Costs", "title: All costs", "rename", "costs.title", "POST batchUpdates"),
    ],
)
def test_an_update(
    applied: Home, server: Server, before: str, after: str, action: str, path: str, request_line: str
) -> None:
    applied.edit(FILE, before, after)
    (change,) = applied.pending()
    assert change["action"] == action
    assert ".".join(filter(None, [change["node"].replace("/", "root"), change["field"]])) == path
    assert change["place"]["file"] == FILE
    server.clear()
    applied.ok("apply", "--auto-approve")
    mutations = [line for line in sent(server) if not line.startswith("GET") and "validation" not in line]
    assert mutations == [request_line]
    assert applied.pending() == []


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("assignee: ben", "assignee: ana", "cannot change it after the creation"),
        ("dueDate: 2024-12-15", "dueDate: 2024-12-16", "cannot change it after the creation"),
        ("parallel: true", "parallel: false", "cannot change it after the creation"),
        ("sendTask: {title: Costs", "certification: {title: Costs", None),
        ("    - job: reconcile\n", "    - job: reconciled\n", "cannot add, remove or move"),
        ("dueDate: 2024-12-31", "dueDate: 2024-12-31\nbusinessEndDate: 2024-12-31", "only replaces values"),
        (
            "Costs, assignee: ben}",
            "Costs, assignee: ben}\n        - job: cash\n          sendTask: {title: Cash}",
            "cannot add, remove or move",
        ),
    ],
)
def test_a_replacement_needs_consent(
    applied: Home, server: Server, before: str, after: str, reason: str | None
) -> None:
    if "certification" in after:
        before, after = "{title: Costs, assignee: ben}", "{title: Costs, sourceLetter: letter-1}"
        applied.edit(FILE, f"sendTask: {before}", f"certification: {after}")
    else:
        applied.edit(FILE, before, after)
    old = applied.record("close")["id"]
    changes = applied.pending()
    assert "replace" in {change["action"] for change in changes}
    if reason:
        assert any(reason in change.get("reason", "") for change in changes)
    server.clear()
    refused = applied.run("apply", "--auto-approve")
    assert refused.code == 8
    assert "--allow-replace" in refused.err
    assert sent(server) == ["GET process"]
    assert applied.record("close")["id"] == old


def test_a_replacement(applied: Home, server: Server) -> None:
    old = applied.record("close")["id"]
    applied.edit(FILE, "assignee: ben", "assignee: ana")
    shown = applied.ok("plan").out
    assert "± replace  because costs.assignee" in " ".join(shown.split()) or "± replace" in shown
    assert "Ben Cole -> Ana Ruiz" in shown
    assert f"{FILE}:23:" in shown
    server.clear()
    applied.ok("apply", "--auto-approve", "--allow-replace")
    new = applied.record("close")["id"]
    assert new != old
    assert sent(server) == [
        "GET process",
        "GET process",
        "POST processes",
        "GET process",
        "POST validation",
        "DELETE process",
    ]
    assert server.call("GET", f"/processes/{old}").status_code == 404
    assert server.call("GET", f"/processes/{new}").status_code == 200
    assert applied.pending() == []


def test_a_replacement_that_is_not_valid_keeps_the_old(applied: Home, server: Server) -> None:
    old = applied.record("close")["id"]
    applied.edit(FILE, "{title: Costs, assignee: ben}", "{title: Costs}")
    applied.edit(FILE, "title: Revenue, assignee: ana", "title: Revenue, assignee: ben")
    before = len(server.control("GET", "processes"))
    result = applied.run("apply", "--auto-approve", "--allow-replace")
    assert result.code == 3
    assert f"{FILE}:" in result.out
    assert applied.record("close")["id"] == old
    assert server.call("GET", f"/processes/{old}").status_code == 200
    assert len(server.control("GET", "processes")) == before + 1


def test_prune(applied: Home, server: Server) -> None:
    (applied.folder / FILE).unlink()
    id = applied.record("close")["id"]
    assert "close has no file any more" in applied.ok("plan").out
    assert applied.pending() == []
    server.clear()
    applied.ok("apply", "--auto-approve")
    assert sent(server) == []
    shown = applied.ok("apply", "--auto-approve", "--prune").out
    assert "trashed" in shown
    assert server.call("GET", f"/processes/{id}").status_code == 404


def test_restore(applied: Home, server: Server) -> None:
    text = (applied.folder / FILE).read_text()
    (applied.folder / FILE).unlink()
    id = applied.record("close")["id"]
    applied.ok("apply", "--auto-approve", "--prune")
    applied.write(FILE, text)
    (change,) = applied.pending()
    assert change["action"] == "restore"
    applied.ok("apply", "--auto-approve")
    assert applied.record("close")["id"] == id
    assert applied.pending() == []


def test_protect(applied: Home, server: Server) -> None:
    applied.edit(FILE, "name: Close", "name: Close\nprotect: true")
    applied.ok("apply", "--auto-approve")
    assert applied.record("close")["protect"] is True
    applied.edit(FILE, "assignee: ben", "assignee: ana")
    assert applied.run("apply", "--auto-approve", "--allow-replace").code == 8
    (applied.folder / FILE).unlink()
    refused = applied.run("apply", "--auto-approve", "--prune")
    assert refused.code == 8
    assert "close" in refused.err


@pytest.mark.parametrize("action", ["created", "updated"])
def test_protection_is_kept_while_another_process_is_applied(
    applied: Home, server: Server, action: str
) -> None:
    """Nothing is sent for the one that is to be protected."""
    text = (applied.folder / FILE).read_text()
    applied.write("other.procspec.yaml", text.replace("key: close", "key: other"))
    if action == "updated":
        applied.ok("apply", "--auto-approve")
        applied.edit("other.procspec.yaml", "autoClose: true", "autoClose: false")
    applied.edit(FILE, "name: Close", "name: Close\nprotect: true")
    id = applied.record("close")["id"]
    server.clear()
    assert f"other  {action}" in applied.ok("apply", "--auto-approve").out
    assert [method for method, path in server.requests() if id in path] == ["GET"]
    assert applied.record("close")["protect"] is True
    assert applied.record("other").get("protect", False) is False
    (applied.folder / FILE).unlink()
    assert applied.run("apply", "--auto-approve", "--prune").code == 8


# ----------------------------------------------------------------------------------------- the causes


def test_drift(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    server.call("PATCH", f"/processes/{id}", [{"op": "replace", "path": "/name", "value": "By hand"}])
    (change,) = applied.pending()
    assert (change["cause"], change["before"], change["after"]) == ("drift", "By hand", "Close")


def test_both(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    server.call("PATCH", f"/processes/{id}", [{"op": "replace", "path": "/name", "value": "By hand"}])
    applied.edit(FILE, "name: Close", "name: In the file")
    (change,) = applied.pending()
    assert change["cause"] == "both"


def test_spec_is_the_cause_that_goes_without_saying(applied: Home) -> None:
    applied.edit(FILE, "name: Close", "name: In the file")
    (change,) = applied.pending()
    assert change.get("cause", "spec") == "spec"


def test_calendar(applied: Home) -> None:
    applied.edit("procspec.yaml", "[2024-11-28]", "[2024-11-28, 2024-12-25]")
    (change,) = applied.pending()
    assert (change["cause"], change["field"]) == ("calendar", "businessDateExclusions")
    assert change["place"] == {"file": FILE, "line": 6, "column": 11, "width": 2}


def test_person(applied: Home) -> None:
    applied.edit("procspec.yaml", "id: user-2", "id: user-22")
    (change,) = applied.pending()
    assert (change["cause"], change["node"], change["action"]) == ("person", "costs", "replace")


def test_what_leaves_the_file_and_cannot_be_removed_stays_with_a_note(applied: Home) -> None:
    applied.edit(FILE, "        instructions: All accounts.\n", "")
    assert applied.pending() == []
    shown = applied.ok("plan").out
    assert "reconcile.instructions" in shown
    assert "cannot remove it" in shown
    applied.edit(FILE, "name: Close", "name: Close 2")
    applied.ok("apply", "--auto-approve")
    assert "cannot remove it" in applied.ok("plan").out


# ------------------------------------------------------------------------------------------ staleness


@pytest.fixture
def saved(applied: Home) -> str:
    applied.edit(FILE, "name: Close", "name: Planned")
    path = str(applied.folder / "plan.json")
    applied.ok("plan", "--out", path)
    return path


def test_a_saved_plan_is_applied_as_it_is(applied: Home, server: Server, saved: str) -> None:
    applied.ok("apply", saved)
    assert live(applied, server)["name"] == "Planned"
    again = applied.run("apply", saved)
    assert again.code == 6


@pytest.mark.parametrize("words", [["--prune"], ["close"]])
def test_a_saved_plan_goes_alone(applied: Home, server: Server, saved: str, words: list[str]) -> None:
    """It says itself what it is about and what it trashes; what is said besides would be ignored."""
    result = applied.run("apply", saved, "--auto-approve", *words)
    assert result.code == 64 and "A saved plan says itself" in result.err


def test_a_plan_is_stale_when_the_server_moved(applied: Home, server: Server, saved: str) -> None:
    id = applied.record("close")["id"]
    server.call("PATCH", f"/processes/{id}", [{"op": "replace", "path": "/autoClose", "value": False}])
    server.clear()
    result = applied.run("apply", saved)
    assert result.code == 6
    assert sent(server) == ["GET process"]


def test_a_plan_is_stale_when_a_file_moved(applied: Home, server: Server, saved: str) -> None:
    applied.edit(FILE, "name: Planned", "name: Other")
    server.clear()
    assert applied.run("apply", saved).code == 6
    assert sent(server) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format_version": 2}, "format 2"),
        ({"tool_version": "9.9.9"}, "9.9.9"),
        ({"surprise": 1}, "surprise"),
        ({"processes": "none"}, "processes"),
    ],
)
def test_a_plan_that_is_not_understood_is_refused(
    applied: Home, saved: str, change: dict[str, object], told: str
) -> None:
    with open(saved) as stream:
        data = json.load(stream)
    applied.write("plan.json", json.dumps({**data, **change}))
    result = applied.run("apply", saved)
    assert result.code == 6
    assert told in result.err


def test_without_a_terminal_nothing_is_sent_without_approval(close: Home, server: Server) -> None:
    result = close.run("apply")
    assert result.code == 8
    assert "--auto-approve" in result.err
    assert sent(server) == []


def test_detailed_exit_codes(close: Home, server: Server) -> None:
    assert close.run("plan", "--detailed-exitcode").code == 2
    close.ok("apply", "--auto-approve")
    assert close.run("plan", "--detailed-exitcode").code == 0


# --------------------------------------------------------------------------------------- the period


@pytest.fixture
def planned(close: Home) -> str:
    """A saved plan of another period than the project's."""
    close.edit("procspec.yaml", "name: close", "name: close\nperiod: 2024-Q4")
    close.edit(FILE, "key: close", "key: close-${period.name}")
    path = str(close.folder / "plan.json")
    close.ok("plan", "--period", "2025-Q1", "--out", path)
    return path


@pytest.mark.parametrize("words", [(), ("--period", "2025-Q1")])
def test_a_saved_plan_is_applied_in_its_period(close: Home, planned: str, words: tuple[str, ...]) -> None:
    close.ok("apply", planned, *words)
    assert close.record("close-2025-Q1")["period"] == "2025-Q1"


@pytest.mark.parametrize("period", ["2025-Q2", "x"])
def test_the_period_of_the_environment_is_not_that_of_a_saved_plan(
    close: Home, planned: str, monkeypatch: pytest.MonkeyPatch, period: str
) -> None:
    monkeypatch.setenv("PROCSPEC_PERIOD", period)
    close.ok("apply", planned)
    monkeypatch.delenv("PROCSPEC_PERIOD")
    assert close.record("close-2025-Q1")["id"]


def test_a_saved_plan_is_not_applied_in_another_period(close: Home, server: Server, planned: str) -> None:
    server.clear()
    refused = close.run("apply", planned, "--period", "2025-Q2")
    assert refused.code == 6
    assert "The plan was made for 2025-Q1, and --period says '2025-Q2'." in refused.err
    assert sent(server) == []


def test_a_saved_plan_of_no_period(
    close: Home, server: Server, saved: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "The plan was made without a period" in close.run("apply", saved, "--period", "2025-Q2").err
    monkeypatch.setenv("PROCSPEC_PERIOD", "2025-Q2")
    close.ok("apply", saved)
