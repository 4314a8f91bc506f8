"""Apply records: who did what, when and from which commit, written down whatever became of it."""

from __future__ import annotations

import getpass
import re
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procspec import __version__
from procspec.engine.history import from_text, new_id, to_text
from procspec.errors import StateError
from procspec.model import Action, ApplyRecord, Deed, Inverse, Record, Step
from procspec.source.revision import head
from tests.conftest import Home, Server
from tests.engine.proxy import Proxy, between
from tests.engine.test_apply import sent
from tests.engine.test_interrupts import begun, until
from tests.engine.test_rollback import FILE, alive, applies, apply, edit, rollback, stored
from tests.faults import Faults, Rule, act_status, drop, status


def shown(home: Home, id: str = "") -> Any:
    """The record of an apply, the last one without an id."""
    return home.ok("history", id or applies(home)[0], "-o", "json").json["apply"]


def git(home: Home, *arguments: str) -> str:
    names = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(home.folder), *names, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


# ------------------------------------------------------------------------------------------ what is kept


def test_an_apply_is_recorded(close: Home, server: Server) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    said = close.ok("apply", "--auto-approve").out
    (id,) = applies(close)
    assert said.endswith(
        f"Apply {id} recorded; `procspec rollback {id} -e served` undoes it.\n"
        "Apply complete: 1 of 1 carried out.\n"
    )
    record = shown(close)
    assert record["id"] == id
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}", id)
    assert record["who"] == f"{getpass.getuser()}@{socket.gethostname()}"
    assert before <= datetime.fromisoformat(record["since"]) <= datetime.now(UTC)
    assert (record["environment"], record["command"], record["tool"]) == (
        "served",
        "procspec apply",
        __version__,
    )
    assert record["target"] == f"workiva {server.url}"
    assert re.fullmatch(r"[0-9a-f]{32}", record["plan"])
    assert record["exit_code"] == 0
    new = close.record("close")["id"]
    assert record["deeds"] == [
        {
            "key": "close",
            "title": "Close",
            "action": "create",
            "id": new,
            "digest": close.record("close")["digest"],
            "steps": [
                {
                    "action": "create",
                    "method": "POST",
                    "path": "/processes",
                    "inverses": [{"action": "trash", "id": new}],
                }
            ],
        }
    ]


def test_fields_are_kept_with_their_values_before(applied: Home) -> None:
    edit(applied, ("title: Costs", "title: All costs"), ("dueDate: 2024-12-31", "dueDate: 2025-01-31"))
    apply(applied)
    (deed,) = shown(applied)["deeds"]
    ids = applied.record("close")["ids"]
    assert [step["inverses"] for step in deed["steps"]] == [
        [
            {
                "action": "rename",
                "id": ids["costs"],
                "node": "costs",
                "field": "title",
                "before": "Costs",
                "after": "All costs",
            }
        ],
        [
            {
                "action": "update",
                "id": ids[""],
                "field": "dueDate",
                "before": "2024-12-31",
                "after": "2025-01-31",
            }
        ],
    ]


@pytest.mark.parametrize("command", [("apply",), ("apply", "--prune"), ("trash", "close")])
def test_what_sends_nothing_is_not_recorded(applied: Home, server: Server, command: tuple[str, ...]) -> None:
    applied.ok("trash", "close", "--auto-approve") if command[0] == "trash" else None
    known = applies(applied)
    result = applied.ok(*command, "--auto-approve")
    assert "recorded" not in result.out
    assert applies(applied) == known


def test_what_is_stale_is_not_recorded(applied: Home, server: Server) -> None:
    edit(applied, ("autoClose: true", "autoClose: false"))
    plan = str(applied.folder / "plan.json")
    applied.ok("plan", "--out", plan)
    id, known = applied.record("close")["id"], applies(applied)
    server.call("PATCH", f"/processes/{id}", [{"op": "replace", "path": "/name", "value": "By hand"}])
    assert applied.run("apply", plan).code == 6
    assert applies(applied) == known


def test_a_refused_request_is_an_apply_without_deeds(close: Home, faults: Faults) -> None:
    faults.set(status(400, "POST", "/processes"))
    assert close.run("apply", "--auto-approve").code == 1
    record = shown(close)
    assert (record["exit_code"], "deeds" in record) == (1, False)
    assert "nothing carried out; exit 1" in close.ok("history").out


def test_a_lost_answer_that_reading_clears_up_is_no_doubt(applied: Home, faults: Faults) -> None:
    edit(applied, ("autoClose: true", "autoClose: false"))
    faults.set(drop("PATCH", "/processes/*", call=1))
    apply(applied)
    (deed,) = shown(applied)["deeds"]
    (step,) = deed["steps"]
    assert step.get("doubtful", False) is False
    assert "outcome unknown" not in applied.ok("history", applies(applied)[0]).out


@pytest.mark.parametrize(
    "lost",
    [
        [status(502, "PATCH", "/processes/*", call=1)],
        [status(502, "PATCH", "/processes/*", call=1), drop("PATCH", "/processes/*", call=2)],
        [status(502, "PATCH", "/processes/*", call=1), act_status(502, "PATCH", "/processes/*", call=2)],
    ],
)
def test_a_request_that_was_sent_again_is_one_step(
    applied: Home, server: Server, faults: Faults, lost: list[Rule]
) -> None:
    """The first was not carried out, as reading showed; a doubt about the second is cleared up as well."""
    id = applied.record("close")["id"]
    was = stored(server, id)
    edit(applied, ("autoClose: true", "autoClose: false"))
    faults.set(*lost)
    apply(applied)
    assert faults.fired() == [1] * len(lost)
    faults.clear()
    (deed,) = shown(applied)["deeds"]
    (step,) = deed["steps"]
    assert step.get("doubtful", False) is False
    assert len(step["inverses"]) == 1
    rollback(applied, applies(applied)[0])
    assert stored(server, id) == was


def test_a_request_that_was_refused_the_second_time_is_no_deed(applied: Home, faults: Faults) -> None:
    edit(applied, ("autoClose: true", "autoClose: false"))
    faults.set(status(502, "PATCH", "/processes/*", call=1), status(400, "PATCH", "/processes/*", call=2))
    assert applied.run("apply", "--auto-approve").code == 1
    assert faults.fired() == [1, 1]
    assert "deeds" not in shown(applied)


def test_a_doubt_that_stays_is_kept_once(applied: Home, faults: Faults) -> None:
    edit(applied, ("autoClose: true", "autoClose: false"))
    faults.set(status(502, "PATCH", "/processes/*"))
    assert applied.run("apply", "--auto-approve").code == 1
    ((step,),) = [deed["steps"] for deed in shown(applied)["deeds"]]
    assert step["doubtful"] is True


def test_the_values_before_are_those_of_the_server_whatever_the_plan_file_says(
    applied: Home, server: Server
) -> None:
    id = applied.record("close")["id"]
    was = stored(server, id)
    edit(applied, ("dueDate: 2024-12-31", "dueDate: 2025-01-31"))
    plan = applied.folder / "plan.json"
    applied.ok("plan", "--out", str(plan))
    plan.write_text(plan.read_text().replace('"before": "2024-12-31"', '"before": "1999-01-01"'))
    applied.ok("apply", str(plan))
    rollback(applied, applies(applied)[0])
    assert stored(server, id) == was


def test_people_are_kept_as_digests_alone(applied: Home) -> None:
    """A replacement keeps the old record; what it applied is in it as digests under a salt."""
    edit(applied, ("assignee: ben", "assignee: ana"))
    apply(applied, "--allow-replace")
    with closing(sqlite3.connect(applied.folder / ".procspec" / "state.db")) as state:
        texts = [text for (text,) in state.execute("SELECT body FROM applies")]
    assert len(texts) == 2
    for text in texts:
        assert "user-1" not in text and "user-2" not in text and "Ana Ruiz" not in text
        assert "All accounts." not in text


def test_a_run_that_was_started_has_no_inverse(close: Home, server: Server) -> None:
    close.write("start.procspec.yaml", "kind: Run\nkey: start\nprocess: close\n")
    done = apply(close)
    created, started = shown(close)["deeds"]
    assert (created["key"], created["action"]) == ("close", "create")
    (run,) = close.record("start")["runs"]
    assert (started["key"], started["action"], started["id"]) == ("start", "run", run["id"])
    (step,) = started["steps"]
    assert step["path"] == f"/processes/{close.record('close')['id']}/run"
    assert step["inverses"] == [
        {"action": "no-op", "why": "a run was started: its tasks and its mail are out"}
    ]
    refused = close.run("rollback", done, "--auto-approve")
    assert refused.code == 8  # people are at work on it
    assert "Not undone:\n    start  run: a run was started" in refused.out
    assert "--allow-active-run" in refused.err
    rollback(close, done, "--allow-active-run")
    assert alive(server, created["id"]) == [False]


def test_a_run_by_command_is_no_apply(applied: Home) -> None:
    known = applies(applied)
    applied.ok("run", "close", "--auto-approve")
    assert applies(applied) == known


# ------------------------------------------------------------------------------------------------- git


def test_the_commit_of_the_project_is_recorded(close: Home) -> None:
    git(close, "init", "-q")
    close.write(".gitignore", ".procspec/\n")
    close.write("notes.txt", "not of the project\n")
    git(close, "add", ".gitignore", "*.yaml")
    git(close, "commit", "-qm", "A close")
    commit = git(close, "rev-parse", "HEAD")
    apply(close)
    record = shown(close)
    assert (record["commit"], record.get("dirty", False)) == (commit, False)
    edit(close, ("autoClose: true", "autoClose: false"))
    apply(close)
    record = shown(close)
    assert (record["commit"], record["dirty"]) == (commit, True)
    listed = close.ok("history").out
    assert f"{commit[:10]}+ " in listed and f"{commit[:10]}  " in listed
    assert f"git {commit}, and files that were not committed" in close.ok("history", record["id"]).out


def test_a_new_file_of_the_project_is_not_of_the_commit(close: Home, tmp_path: Path) -> None:
    git(close, "init", "-q")
    assert head(close.folder) is None  # no commit yet
    git(close, "add", "*.yaml")
    git(close, "commit", "-qm", "A close")
    assert head(close.folder) is not None and not head(close.folder).dirty  # type: ignore[union-attr]
    below = close.folder / "below"
    below.mkdir()
    (below / "new.procspec.yaml").write_text("kind: Process\n")
    assert head(close.folder).dirty  # type: ignore[union-attr]
    assert head(tmp_path) is None


# ---------------------------------------------------------------------------------- when things go wrong


def spoil(home: Home, when: str = "1") -> None:
    """Apply records that fit `when` cannot be written to the state any more."""
    with closing(sqlite3.connect(home.folder / ".procspec" / "state.db")) as state:
        state.execute(
            f"CREATE TRIGGER spoilt BEFORE INSERT ON applies WHEN {when}"
            " BEGIN SELECT RAISE(FAIL, 'the disk is full'); END"
        )


def test_without_a_record_nothing_is_sent(applied: Home, server: Server) -> None:
    spoil(applied)
    edit(applied, ("autoClose: true", "autoClose: false"))
    applied.write("new.procspec.yaml", (applied.folder / FILE).read_text().replace("key: close", "key: new"))
    failed = applied.run("apply", "--auto-approve")
    assert failed.code == 1
    assert "the disk is full" in failed.out
    assert {line.partition(" ")[0] for line in sent(server)} == {"GET"}
    assert [record["key"] for record in applied.ok("state", "list", "-o", "json").json["records"]] == [
        "close"
    ]
    assert len(applies(applied)) == 1


@pytest.mark.parametrize("output", ["text", "json"])
def test_a_record_that_cannot_be_completed_is_told(applied: Home, output: str) -> None:
    """What was done is done, and the state knows it; that no rollback will is no success."""
    spoil(applied, "NEW.body LIKE '%exit_code%'")
    edit(applied, ("autoClose: true", "autoClose: false"))
    result = applied.run("apply", "--auto-approve", "-o", output)
    assert result.code == 1
    assert "could not be recorded" in result.err
    if output == "json":
        assert result.json["apply"]["error"] and result.json["exit_code"] == 1
        assert [one.get("exit_code", 0) for one in result.json["outcomes"]] == [0]
    assert applied.pending() == []


def unfinished(home: Home, server: Server, *arguments: str, when: str = "NEW.body LIKE '%exit_code%'") -> str:
    """An apply whose record is as a kill at its end leaves it; its id."""
    spoil(home, when)
    home.run("apply", "--auto-approve", *arguments)
    with closing(sqlite3.connect(home.folder / ".procspec" / "state.db")) as state:
        state.execute("DROP TRIGGER spoilt")
    return applies(home)[0]


def test_an_apply_that_did_not_come_to_its_end_says_so(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    was = stored(server, id)
    edit(applied, ("autoClose: true", "autoClose: false"), ("title: Costs", "title: All costs"))
    done = unfinished(applied, server)
    assert "perhaps 1 updated; it did not come to its end" in applied.ok("history").out
    assert "it may have done all of it or nothing" in applied.ok("history", done).out
    assert all(step["doubtful"] for deed in shown(applied)["deeds"] for step in deed["steps"])
    rollback(applied, done)
    assert stored(server, id) == was


def test_an_unfinished_apply_that_did_nothing_has_nothing_to_undo(
    applied: Home, server: Server, faults: Faults
) -> None:
    id = applied.record("close")["id"]
    was = stored(server, id)
    edit(applied, ("autoClose: true", "autoClose: false"))
    faults.set(status(400, "PATCH", "/processes/*"))
    done = unfinished(applied, server)
    faults.clear()
    assert "Nothing is left to undo." in rollback(applied, done)
    assert stored(server, id) == was


def test_what_an_unfinished_apply_was_to_restore_is_left_to_whoever_restored_it(
    applied: Home, server: Server, faults: Faults
) -> None:
    """It was cut short before its restore went out."""
    id = applied.record("close")["id"]
    applied.ok("trash", "close", "--auto-approve")
    faults.set(status(400, "POST", "/processes/*/restore"))
    done = unfinished(applied, server)
    faults.clear()
    assert "exit_code" not in shown(applied, done)
    assert "Nothing is left to undo." in rollback(applied, done)
    assert applied.ok("restore", "close", "--auto-approve")
    refused = applied.run("rollback", done, "--auto-approve")
    assert refused.code == 6
    assert "nobody knows whether" in refused.err
    assert alive(server, id) == [True]


@pytest.mark.parametrize("what", ["create", "replace"])
def test_what_an_unfinished_apply_made_is_left_alone(applied: Home, server: Server, what: str) -> None:
    if what == "create":
        text = (applied.folder / FILE).read_text()
        applied.write("new.procspec.yaml", text.replace("key: close", "key: new"))
    else:
        edit(applied, ("assignee: ben", "assignee: ana"))
    done = unfinished(applied, server, "--allow-replace")
    key = "new" if what == "create" else "close"
    server.clear()
    assert applied.run("rollback", done, "--auto-approve").code == 8
    assert sent(server) == []
    assert alive(server, applied.record(key)["id"]) == [True]


def test_a_signal_leaves_a_whole_record(close: Home, server: Server) -> None:
    """What was under way is in it, and so is the signal's exit code."""
    with between(server.url) as proxy:
        assert isinstance(proxy, Proxy)
        close.edit("procspec.yaml", server.url, proxy.url)
        proxy.faults = {"POST processes": "hold"}
        with begun(close, "apply", "--auto-approve") as child:
            until(lambda: proxy.held)
            child.send_signal(signal.SIGINT)
            assert child.stderr
            until(lambda: "Interrupted" in child.stderr.readline())  # type: ignore[union-attr]
            proxy.release()
            child.communicate()
        assert child.returncode == 130
        record = shown(close)
        assert record["exit_code"] == 130
        assert [deed["id"] for deed in record["deeds"]] == [close.record("close")["id"]]


# ------------------------------------------------------------------------------------------ ids and texts


def test_ids_sort_by_time() -> None:
    first = datetime(2026, 11, 21, 10, 45, 1, 243_000, UTC)
    assert new_id(first) == "20261121-104501-3e35"
    moments = [first + timedelta(microseconds=20 * step) for step in range(40_000)]
    ids = list(map(new_id, moments))
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
JSON = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.text(max_size=3), PLAIN, max_size=2)
INVERSES = st.builds(
    Inverse,
    action=st.sampled_from(Action),
    id=st.text(max_size=3),
    before=JSON,
    after=JSON,
    why=st.text(max_size=3),
)
STEPS = st.builds(
    Step,
    action=st.sampled_from(Action),
    method=st.just("PATCH"),
    path=st.text(max_size=5),
    trace=st.text(max_size=5),
    doubtful=st.booleans(),
    inverses=st.lists(INVERSES, max_size=2).map(tuple),
)
DEEDS = st.builds(
    Deed,
    key=st.text(max_size=3),
    title=st.text(max_size=3),
    action=st.sampled_from(Action),
    was=st.none() | st.builds(Record, environment=st.text(max_size=3), key=st.just("k"), salt=st.just("s")),
    steps=st.lists(STEPS, max_size=2).map(tuple),
)


def record(**members: Any) -> ApplyRecord:
    known: Any = dict.fromkeys(("target", "command", "since", "who", "tool", "plan"), "")
    return ApplyRecord(id="20241231-120000-00aa", environment="local", **known, **members)


@given(deeds=st.lists(DEEDS, max_size=2).map(tuple), exit_code=st.none() | st.integers(0, 255))
def test_records_of_all_shapes_come_back_as_they_were(deeds: tuple[Deed, ...], exit_code: int | None) -> None:
    one = record(deeds=deeds, exit_code=exit_code)
    text = to_text(one)
    assert text.isascii()
    assert from_text(text) == one


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda text: text.replace('"format": 1', '"format": 2'),
        lambda text: text.replace('"id"', '"colour"'),
        lambda text: text[:-1],
        lambda text: "[]",
        lambda text: "[" * 100_000,
    ],
)
def test_a_record_of_another_kind_is_refused(spoilt: Callable[[str], str]) -> None:
    with pytest.raises(StateError, match="cannot be read"):
        from_text(spoilt(to_text(record())))
