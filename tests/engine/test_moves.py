"""`moved` and `state mv`: keys change, the record follows, and the server hears nothing of it."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from procspec.model import Record
from procspec.state import StateStore, open_store
from tests.conftest import Home, Server
from tests.engine.conftest import PROCESS, PROJECT
from tests.engine.proxy import Proxy, between
from tests.killing import ran
from tests.promises import Truth

FILE = "close.procspec.yaml"
REPOSITORY = Path(__file__).parent.parent.parent


def to(home: Home, *keys: str, first: str = "close") -> None:
    """The process has the last key now, and the project tells the way to it."""
    home.edit(FILE, f"key: {first}", f"key: {keys[-1]}")
    pairs = zip((first, *keys), keys, strict=False)
    lines = "".join(f"  - {{from: {old}, to: {new}}}\n" for old, new in pairs)
    text = (home.folder / "procspec.yaml").read_text().partition("moved:\n")[0]
    home.write("procspec.yaml", f"{text}moved:\n{lines}")


def nodes(home: Home, **keys: str) -> None:
    """Jobs and groups of the process have other keys now."""
    for old, new in keys.items():
        text = (home.folder / FILE).read_text()
        home.edit(FILE, f"job: {old}" if f"job: {old}" in text else f"group: {old}", f"job: {new}")
        if f"group: {old}" in text:
            home.edit(FILE, f"job: {new}", f"group: {new}")
    moved = ", ".join(f"{{from: {old}, to: {new}}}" for old, new in keys.items())
    home.edit(FILE, "kind: Process\n", f"kind: Process\nmoved: [{moved}]\n")


def records(home: Home) -> dict[str, Record]:
    with closing(open_store(".procspec/state.db", home.folder)) as store:
        return store.read("served")


def written(home: Home, *made: Record) -> None:
    """Puts records into the state, as a command that was killed may have left them."""
    with closing(open_store(".procspec/state.db", home.folder)) as store:
        for record in made:
            store.write(record)


def content(record: Record) -> Record:
    """What of a record does not depend on where it stands."""
    return replace(record, key="", serial=0)


# ------------------------------------------------------------------------------------------ processes


def test_a_process_gets_another_key_and_the_server_hears_nothing(applied: Home, server: Server) -> None:
    before = records(applied)["close"]
    to(applied, "close-us")
    shown = applied.run("plan", "--detailed-exitcode")
    assert shown.code == 2
    assert "close is now close-us: only the record changes" in shown.out
    assert "Plan: 1 moved. 0 requests; nobody gets mail." in shown.out
    assert records(applied) == {"close": before}
    server.clear()
    done = applied.ok("apply", "--auto-approve")
    assert "1 of 1 carried out" in done.out
    assert [method for method, _ in server.requests()] == ["GET"]
    after = records(applied)
    assert list(after) == ["close-us"]
    assert content(after["close-us"]) == content(before)
    assert "No changes." in applied.ok("plan", "--detailed-exitcode").out


def test_the_second_time_there_is_nothing_to_do(applied: Home, server: Server) -> None:
    to(applied, "close-us")
    applied.ok("apply", "--auto-approve")
    after = records(applied)
    assert "No changes." in applied.ok("apply", "--auto-approve").out
    assert records(applied) == after


def test_a_move_of_what_nobody_knows_does_nothing(close: Home, server: Server) -> None:
    to(close, "close-us")
    assert "1 to create" in close.ok("plan").out
    close.ok("apply", "--auto-approve")
    assert list(records(close)) == ["close-us"]
    assert "No changes." in close.ok("plan", "--detailed-exitcode").out


def test_a_chain_is_followed_from_wherever_the_state_stands(applied: Home, server: Server) -> None:
    before = records(applied)["close"]
    to(applied, "close-us", "close-usa")
    assert "close is now close-usa" in applied.ok("plan").out
    applied.ok("apply", "--auto-approve")
    assert content(records(applied)["close-usa"]) == content(before)
    applied.edit(FILE, "key: close-usa", "key: close-na")
    applied.edit("procspec.yaml", "moved:\n", "moved:\n  - {from: close-usa, to: close-na}\n")
    applied.ok("apply", "--auto-approve")
    assert list(records(applied)) == ["close-na"]
    assert "No changes." in applied.ok("plan").out


def test_a_move_and_a_change_at_once(applied: Home, server: Server) -> None:
    to(applied, "close-us")
    applied.edit(FILE, "name: Close", "name: Close of the US")
    shown = applied.ok("plan").out
    assert "    close is now close-us\n" in shown
    assert "Plan: 1 to update, 1 moved. 1 request" in shown
    applied.ok("apply", "--auto-approve")
    assert list(records(applied)) == ["close-us"]
    assert "No changes." in applied.ok("plan", "--detailed-exitcode").out


def test_a_moved_process_is_no_orphan_and_is_never_pruned(applied: Home, server: Server) -> None:
    to(applied, "close-us")
    plan = applied.plan("--prune")
    assert [(item["key"], item["action"]) for item in plan["processes"]] == [("close-us", "no-op")]
    assert "orphans" not in applied.plan()
    applied.ok("apply", "--auto-approve", "--prune")
    assert {method for method, _ in server.requests()} == {"GET"}


def test_guards_know_a_moved_process(applied: Home, server: Server) -> None:
    """A run that goes on is in the record under the old key, and protection too."""
    applied.ok("run", "close", "--auto-approve")
    to(applied, "close-us")
    applied.edit(FILE, "title: Costs, assignee: ben", "title: Costs, assignee: ana")
    server.clear()
    refused = applied.run("apply", "--auto-approve", "--allow-replace")
    assert refused.code == 8
    assert "a run goes on" in refused.err
    assert {method for method, _ in server.requests()} == {"GET"}
    applied.ok("apply", "--auto-approve", "--allow-replace", "--allow-active-run")
    assert list(records(applied)) == ["close-us"]


def test_protection_is_recorded_with_the_move(applied: Home, server: Server) -> None:
    to(applied, "close-us")
    applied.edit(FILE, "name: Close", "protect: true\nname: Close")
    applied.ok("apply", "--auto-approve")
    assert records(applied)["close-us"].protect
    assert "No changes." in applied.ok("apply", "--auto-approve").out


def test_both_have_a_record_of_their_own(applied: Home, server: Server) -> None:
    """The move cannot be; the old one stays an orphan, and the plan says why."""
    applied.write("us.procspec.yaml", PROCESS.replace("key: close", "key: close-us"))
    applied.ok("apply", "--auto-approve")
    (applied.folder / FILE).unlink()
    applied.edit("procspec.yaml", "calendars:", "moved: [{from: close, to: close-us}]\ncalendars:")
    ids = {key: record.id for key, record in records(applied).items()}
    plan = applied.plan()
    assert plan["orphans"] == ["close"]
    assert plan["hints"] == [
        f"close is to be close-us now, but the state has a record of both, {ids['close']} and"
        f" {ids['close-us']}: close stays what it is. `procspec state rm` forgets one of them."
    ]
    assert "hint: close is to be close-us now" in applied.ok("plan").out
    assert "No changes." in applied.ok("apply", "--auto-approve").out
    assert {key: record.id for key, record in records(applied).items()} == ids


def test_a_person_is_asked(applied: Home) -> None:
    to(applied, "close-us")
    assert applied.run("apply").code == 8
    assert list(records(applied)) == ["close"]


# ------------------------------------------------------------------------------------ jobs and groups


def test_jobs_and_groups_get_other_keys(applied: Home, server: Server) -> None:
    before = records(applied)["close"]
    nodes(applied, reconcile="reconcile-ar", review="reviews", costs="all-costs")
    shown = applied.run("plan", "--detailed-exitcode")
    assert shown.code == 2
    assert "reconcile is now reconcile-ar: only the record changes" in shown.out
    assert applied.pending() == []
    server.clear()
    applied.ok("apply", "--auto-approve")
    assert [method for method, _ in server.requests()] == ["GET"]
    after = records(applied)["close"]
    assert set(after.ids) == {"", "/", "reconcile-ar", "reviews", "revenue", "all-costs"}
    assert after.ids["all-costs"] == before.ids["costs"]
    assert after.marks["reviews"] == before.marks["review"]
    assert not {"reconcile", "review", "costs"} & {*after.ids, *after.marks, *after.order}
    assert not {"reconcile", "review", "costs"} & {key for keys in after.order.values() for key in keys}
    assert "No changes." in applied.ok("plan", "--detailed-exitcode").out
    assert "No changes." in applied.ok("apply", "--auto-approve").out
    assert records(applied)["close"] == after


def test_what_was_applied_under_the_old_keys_still_tells_drift(applied: Home, server: Server) -> None:
    record = records(applied)["close"]
    to(applied, "close-us")
    nodes(applied, costs="all-costs", review="reviews")
    renames = {"data": [{"type": "jobName", "id": record.ids["costs"], "newName": "By hand"}]}
    answer = server.call("POST", f"/processes/{record.id}/batchUpdates", renames)
    assert answer.is_success, answer.text
    (change,) = applied.pending()
    assert (change["node"], change["cause"], change["before"]) == ("all-costs", "drift", "By hand")
    applied.ok("apply", "--auto-approve")
    assert applied.pending() == []
    applied.edit(FILE, "title: Costs", "title: All costs")
    (change,) = applied.pending()
    assert "cause" not in change


def test_process_and_job_at_once(applied: Home, server: Server) -> None:
    to(applied, "close-us")
    nodes(applied, costs="all-costs")
    shown = applied.ok("plan").out
    assert "close is now close-us: only the record changes" in shown
    assert "costs is now all-costs: only the record changes" in shown
    assert "Plan: 1 moved." in shown
    applied.ok("apply", "--auto-approve")
    assert "all-costs" in records(applied)["close-us"].ids
    assert "No changes." in applied.ok("plan").out


# ---------------------------------------------------------------------------------------- saved plans


def test_a_saved_plan_with_moves(applied: Home, server: Server) -> None:
    to(applied, "close-us")
    nodes(applied, costs="all-costs")
    path = applied.folder / "plan.json"
    applied.ok("plan", "--out", str(path))
    saved = json.loads(path.read_text())
    schema = json.loads((REPOSITORY / "schemas" / "plan.schema.json").read_text())
    jsonschema.validate(saved, schema)
    (item,) = saved["processes"]
    assert (item["moved_from"], item["moved"]) == ("close", {"costs": "all-costs"})
    assert item["base"]["serial"] == records(applied)["close"].serial
    assert "close is now close-us" in applied.ok("show", str(path)).out
    applied.ok("apply", str(path))
    assert list(records(applied)) == ["close-us"]
    stale = applied.run("apply", str(path))
    assert stale.code == 6
    assert "has changed since the plan was made" in stale.err


@pytest.mark.parametrize("member", ["moved_from", "moved"])
def test_a_plan_file_whose_moves_were_edited_is_stale(applied: Home, server: Server, member: str) -> None:
    to(applied, "close-us")
    path = applied.folder / "plan.json"
    applied.ok("plan", "--out", str(path))
    saved = json.loads(path.read_text())
    saved["processes"][0][member] = {"moved_from": "elsewhere", "moved": {"revenue": "costs"}}[member]
    path.write_text(json.dumps(saved))
    stale = applied.run("apply", str(path))
    assert stale.code == 6
    assert "has moved since the plan was made" in stale.err
    assert list(records(applied)) == ["close"]


# -------------------------------------------------------------------------------------- what is begun


@pytest.fixture
def dropper(server: Server) -> Iterator[Proxy]:
    with between(server.url) as proxy:
        yield proxy


@pytest.fixture
def lost(home: Home, server: Server, dropper: Proxy) -> tuple[Home, str]:
    """A process whose create was carried out, with the answer lost, and that got another key then; its id."""
    home.write("procspec.yaml", PROJECT.format(url=dropper.url))
    home.write(FILE, PROCESS)
    before = ids(server)
    dropper.faults = {"POST processes": "after"}
    assert home.run("apply", "--auto-approve").code == 4
    dropper.faults = {}
    (made,) = ids(server) - before
    to(home, "close-us")
    nodes(home, costs="all-costs")
    return home, made


def ids(server: Server) -> set[str]:
    listed: Any = server.control("GET", "processes")
    return {item["id"] for item in (listed["processes"] if isinstance(listed, dict) else listed)}


def test_what_waits_for_resolve_moves_as_it_is(lost: tuple[Home, str]) -> None:
    home, made = lost
    shown = home.run("plan")
    assert shown.code == 4
    assert "procspec resolve close-us" in shown.out
    moved = home.run("apply", "--auto-approve")
    assert moved.code == 4
    (record,) = records(home).values()
    assert (record.key, record.id) == ("close-us", None)
    assert record.intent is not None
    assert "all-costs" in record.intent.marks
    again = home.run("apply", "--auto-approve")
    assert again.code == 4
    home.ok("resolve", "close-us", "--id", made)
    assert home.pending() == []
    assert home.record("close-us")["id"] == made


@pytest.mark.parametrize("key", ["close", "close-us"])
def test_resolve_knows_both_keys(lost: tuple[Home, str], key: str) -> None:
    home, made = lost
    home.ok("resolve", key, "--id", made)
    assert [(one.key, one.id) for one in records(home).values()] == [("close-us", made)]
    home.ok("apply", "--auto-approve")
    assert home.pending() == []


def test_not_created_forgets_the_record_under_its_new_key(lost: tuple[Home, str]) -> None:
    home, _ = lost
    home.ok("resolve", "close-us", "--not-created")
    assert records(home) == {}


def test_a_run_is_started_under_the_new_key(applied: Home, server: Server) -> None:
    to(applied, "close-us")
    applied.ok("run", "close-us", "--auto-approve")
    (record,) = records(applied).values()
    assert record.key == "close-us"
    assert len(record.runs) == 1
    assert "No changes." in applied.ok("plan").out


def test_import_knows_the_new_key(applied: Home) -> None:
    id = str(records(applied)["close"].id)
    to(applied, "close-us")
    refused = applied.run("import", id, "--key", "close-us")
    assert refused.code == 64
    assert "'close-us'" in refused.err


# ------------------------------------------------------------------------------- between the two writes


def test_of_two_records_that_are_one_the_old_one_goes(applied: Home, server: Server) -> None:
    before = records(applied)["close"]
    to(applied, "close-us")
    written(applied, replace(before, key="close-us", serial=0))
    plan = applied.plan()
    assert "orphans" not in plan
    assert plan["processes"][0]["moved_from"] == "close"
    assert applied.plan("--prune")["processes"][0]["action"] == "no-op"
    applied.ok("apply", "--auto-approve")
    assert list(records(applied)) == ["close-us"]
    assert {method for method, _ in server.requests()} == {"GET"}


def test_the_files_went_back_to_the_old_key(applied: Home, server: Server) -> None:
    """Then the new one is the one to go, and it is no orphan that a prune would trash."""
    before = records(applied)["close"]
    written(applied, replace(before, key="close-us", serial=0))
    assert applied.plan("--prune")["processes"][0]["moved_from"] == "close-us"
    applied.ok("apply", "--auto-approve", "--prune")
    assert records(applied) == {"close": before}
    assert {method for method, _ in server.requests()} == {"GET"}


LOCAL = """\
kind: Project
name: close
environments:
  local: {provider: workiva, url: emulator, clock: 2024-09-30}
people: {ana: user-1, ben: user-2}
calendars:
  us: {businessDaysOfWeek: [monday, tuesday]}
"""


@pytest.mark.parametrize("command", ["apply", "state"])
def test_killed_at_every_boundary(command: str, tmp_path: Path) -> None:
    """The process is known under one of its keys, and the next apply brings the move to its end."""
    ready = Home(tmp_path / "ready" / "project")
    ready.write("procspec.yaml", LOCAL)
    ready.write(FILE, PROCESS)
    apply = ("apply", "--auto-approve", "--prune", "--parallelism", "1")
    assert ran(ready.folder, *apply).code == 0
    (id,) = Truth(ready.folder).alive()
    asked = ("state", "mv", "close", "close-us") if command == "state" else apply
    if command == "apply":
        to(ready, "close-us")
        nodes(ready, costs="all-costs")

    def copy(name: str) -> Path:
        shutil.copytree(ready.folder, tmp_path / name / "project")
        return tmp_path / name / "project"

    boundaries = ran(copy("whole"), *asked, count=True).boundaries
    assert len(boundaries) > 10
    for position in range(1, len(boundaries) + 1):
        home = Home(copy(str(position)))
        assert ran(home.folder, *asked, kill_at=position).code == -signal.SIGKILL
        truth = Truth(home.folder)
        assert {record.id for record in truth.records().values()} == {id}
        if command == "state":
            to(home, "close-us")
        home.ok(*apply)
        assert list(truth.records()) == ["close-us"]
        assert list(truth.alive()) == [id]
        home.ok("plan", "--detailed-exitcode")
        shutil.rmtree(home.folder)


# ---------------------------------------------------------------------------------------------- hints


def test_a_process_with_another_key_gets_a_hint(applied: Home, server: Server) -> None:
    applied.edit(FILE, "key: close", "key: close-us")
    plan = applied.plan()
    assert plan["orphans"] == ["close"]
    hint = (
        "close and close-us look like one process with another key: if so, add"
        " `moved: [{from: close, to: close-us}]` to procspec.yaml."
    )
    assert plan["hints"] == [hint]
    assert f"hint: {hint}\n" in applied.ok("plan").out
    pruning = applied.plan("--prune")
    assert {item["key"]: item["action"] for item in pruning["processes"]} == {
        "close-us": "create",
        "close": "trash",
    }
    assert pruning["hints"] == [hint]


def test_another_process_gets_none(applied: Home) -> None:
    applied.edit(FILE, "key: close", "key: audit")
    for before, after in (
        ("Close", "Audit"),
        ("Reconcile", "Plan"),
        ("Revenue", "Sample"),
        ("Costs", "Sign"),
    ):
        applied.edit(FILE, f" {before}", f" {after}")
    applied.edit(FILE, "2024-12-31", "2025-03-31")
    applied.edit(FILE, "2024-12-15", "2025-03-15")
    applied.edit(FILE, "All accounts.", "A sample of ten.")
    assert "hints" not in applied.plan()


def test_a_job_with_another_key_gets_a_hint(applied: Home) -> None:
    applied.edit(FILE, "job: reconcile", "job: reconcile-ar")
    plan = applied.plan()
    assert plan["processes"][0]["action"] == "replace"
    assert plan["hints"] == [
        "reconcile and reconcile-ar look like one job or group with another key: if so, add"
        " `moved: [{from: reconcile, to: reconcile-ar}]` to close.procspec.yaml."
    ]
    applied.edit(FILE, "kind: Process\n", "kind: Process\nmoved: [{from: reconcile, to: reconcile-ar}]\n")
    assert "hints" not in applied.plan()
    assert applied.pending() == []


# ------------------------------------------------------------------------------------------- state mv


def test_state_mv(applied: Home, server: Server) -> None:
    before = records(applied)["close"]
    assert applied.ok("state", "mv", "close", "close-us").out == "close is now close-us in served.\n"
    assert content(records(applied)["close-us"]) == content(before)
    assert list(records(applied)) == ["close-us"]
    assert server.requests() == []
    applied.edit(FILE, "key: close", "key: close-us")
    assert "No changes." in applied.ok("plan", "--detailed-exitcode").out


@pytest.mark.parametrize(
    ("key", "period"),
    [("close-${period.name}", "2024-Q4"), ("close-us", ""), ("close-de", "2024-Q3")],
)
def test_state_mv_takes_the_period_of_the_file(applied: Home, key: str, period: str) -> None:
    """A record of another period would look kept for ever; without a file nobody knows a better one."""
    before = records(applied)["close"]
    applied.write("procspec.yaml", (applied.folder / "procspec.yaml").read_text() + "period: 2024-Q4\n")
    written(applied, replace(before, period="2024-Q3"))
    new = key.replace("${period.name}", "2024-Q4")
    applied.edit(FILE, "key: close", f"key: {key if period != '2024-Q3' else 'close-fr'}")
    applied.ok("state", "mv", "close", new)
    assert records(applied)[new].period == period
    assert ("kept" in applied.ok("plan").out) == (period == "2024-Q3")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nothing", "close-us"), "There is no record of 'nothing' in served."),
        (("close", "other"), "There is a record of 'other' already."),
        (("close", "close"), "There is a record of 'close' already."),
        (("close", "a b"), "'a b' is no key."),
        (("close", ""), "'' is no key."),
        (("close", "\x1b[31m"), "is no key."),
    ],
)
def test_state_mv_refuses(applied: Home, words: tuple[str, str], told: str) -> None:
    before = records(applied)
    written(applied, replace(before["close"], key="other", serial=0, id="pv-other", salt="other"))
    before = records(applied)
    refused = applied.run("state", "mv", *words)
    assert refused.code == 64
    assert told in refused.err
    assert "\x1b" not in refused.err
    assert records(applied) == before


def test_state_show_knows_both_keys_of_what_moves(applied: Home) -> None:
    to(applied, "close-us")
    assert applied.record("close-us") == applied.record("close")
    applied.ok("apply", "--auto-approve")
    assert applied.record("close-us")["key"] == "close-us"
    assert applied.run("state", "show", "close").code == 64


def test_state_mv_waits_for_the_lock(applied: Home) -> None:
    store: StateStore
    with (
        closing(open_store(".procspec/state.db", applied.folder)) as store,
        store.lock("served", "procspec apply of a colleague"),
    ):
        refused = applied.run("state", "mv", "close", "close-us")
    assert refused.code == 5
    assert "procspec apply of a colleague" in refused.err


def test_state_mv_is_for_one_environment(applied: Home, server: Server) -> None:
    more = f'  served: {{provider: workiva, url: "{server.url}"}}\n'
    applied.edit("procspec.yaml", more, f"{more}{more.replace('served', 'another')}")
    refused = applied.run("state", "mv", "close", "close-us", "-e", "another")
    assert refused.code == 64
    applied.ok("state", "mv", "close", "close-us", "-e", "served")
