"""add-jobs: jobs of a file come into a run once, where they are to stand, whatever becomes of the answer."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pexpect
import pytest

from tests import faults as wrong
from tests.conftest import Home, Result, Server
from tests.engine.conftest import PROJECT
from tests.engine.proxy import Proxy, between
from tests.faults import Faults, Rule

FILE = "more.yaml"
PATH = "/processRuns/*/jobRuns"
JOBS = """\
kind: Jobs
jobs:
  - job: eliminate
    sendTask:
      title: Review eliminations
      assignee: ana
      approver: ben
      dueDate: 2024-12-20
      instructions: All.
  - job: comment
    triggerType: manual
    contentRequest: {title: Comment on revenue, assignee: ben, document: doc-1, section: sec-1}
"""
TITLES = ["Review eliminations", "Comment on revenue"]


@dataclass(frozen=True)
class Close:
    """The close with a run that goes on, and a file of jobs beside its processes."""

    home: Home
    server: Server
    run: str

    def add(self, *words: str, run: str = "close") -> Result:
        return self.home.run("add-jobs", run, str(self.home.folder / FILE), "--auto-approve", *words)

    def tree(self) -> Any:
        return self.server.call("GET", f"/processRuns/{self.run}").json()["root"]

    def titles(self) -> list[str]:
        """The titles of all jobs, groups in brackets, in their order."""
        return list(_titles(self.tree()))

    def sets(self) -> int:
        """How often the jobs of the file are in the run."""
        found = self.titles()
        (number,) = {found.count(title) for title in TITLES}
        return number

    def act(self) -> Any:
        """What the state has of something that may have been carried out."""
        records = self.home.ok("state", "list", "-o", "json").json["records"]
        (started,) = [one for record in records for one in record.get("runs", ()) if one["id"] == self.run]
        return started.get("act")

    def posts(self) -> list[Any]:
        return [
            each for each in self.server.bodies() if each["method"] == "POST" and "jobRuns" in each["path"]
        ]


def _titles(group: Any) -> Iterator[str]:
    for child in group["children"]:
        if "groupRun" in child:
            yield f"[{child['groupRun']['name']}"
            yield from _titles(child["groupRun"])
            yield "]"
        else:
            yield next(v for k, v in child["jobRun"]["arguments"].items() if k.endswith("Args"))["title"]


@pytest.fixture
def close(applied: Home, server: Server) -> Close:
    id = applied.ok("run", "close", "--auto-approve", "-o", "json").json["run"]
    applied.write(FILE, JOBS)
    server.clear()
    return Close(applied, server, id)


@pytest.fixture
def proxy(close: Close) -> Iterator[Proxy]:
    with between(close.server.url) as proxy:
        close.home.write("procspec.yaml", PROJECT.format(url=proxy.url))
        yield proxy


# ------------------------------------------------------------------------------------ what is sent


def test_the_jobs_are_added_with_one_look_and_one_request(close: Close) -> None:
    result = close.add()
    assert result.code == 0, result.err
    methods = [(method, path.rpartition("/")[2]) for method, path in close.server.requests()]
    assert methods == [("GET", close.run), ("POST", "jobRuns")]
    assert close.titles() == ["Reconcile", "[Review", "Revenue", "Costs", "]", *TITLES]
    assert close.act() is None
    ids = [child["jobRun"]["id"] for child in close.tree()["children"][-2:]]
    assert "at the end of the root group" in result.out
    assert f"eliminate  {ids[0]}" in result.out and f"comment    {ids[1]}" in result.out
    assert 'sendTask "Review eliminations", Ana Ruiz due 2024-12-20, approved by Ben Cole' in result.out
    assert "1 person gets mail: at once if the run has passed this place" in result.out  # ben's is by hand


def test_the_body_is_that_of_the_documents(close: Close) -> None:
    """T7: `action` stands beside the arguments, whose `type` says the same; people are objects (T2)."""
    close.add()
    (sent,) = close.posts()
    assert sent["body"] == [
        {
            "action": "sendTask",
            "triggerType": "whenEligible",
            "arguments": {
                "type": "sendTask",
                "sendTaskArgs": {
                    "title": "Review eliminations",
                    "assignee": {"id": "user-1", "type": "user"},
                    "dueDate": "2024-12-20",
                    "approver": {"id": "user-2", "type": "user"},
                    "instructions": "All.",
                },
            },
        },
        {
            "action": "contentRequest",
            "triggerType": "manual",
            "arguments": {
                "type": "contentRequest",
                "contentRequestArgs": {
                    "title": "Comment on revenue",
                    "assignee": {"id": "user-2", "type": "user"},
                    "document": "doc-1",
                    "section": "sec-1",
                },
            },
        },
    ]


OLD = ["Reconcile", "[Review", "Revenue", "Costs", "]"]
PLACES = {
    "end of a group": (["--group", "review"], [*OLD[:4], *TITLES, "]"], "at the end of review"),
    "after a job": (
        ["--after", "reconcile"],
        [OLD[0], *TITLES, *OLD[1:]],
        "in the root group, after reconcile",
    ),
    "before a group": (
        ["--before", "review"],
        [OLD[0], *TITLES, *OLD[1:]],
        "in the root group, before review",
    ),
    "after a group": (["--after", "review"], [*OLD, *TITLES], "in the root group, after review"),
    "before inside": (["--before", "costs"], [*OLD[:3], *TITLES, *OLD[3:]], "in review, before costs"),
    "both": (["--group", "review", "--after", "revenue"], [*OLD[:3], *TITLES, *OLD[3:]], "in review, after"),
    "root": (["--group", "root", "--before", "reconcile"], [*TITLES, *OLD], "in the root group, before"),
}


@pytest.mark.parametrize(("words", "titles", "where"), PLACES.values(), ids=PLACES)
def test_where(close: Close, words: list[str], titles: list[str], where: str) -> None:
    result = close.add(*words)
    assert result.code == 0, result.err
    assert where in result.out
    assert close.titles() == titles


def test_where_by_ids(close: Close) -> None:
    group = close.tree()["children"][1]["groupRun"]
    sibling = group["children"][1]["jobRun"]["id"]
    assert close.add("--group", group["id"], "--before", sibling).code == 0
    assert close.titles() == [*OLD[:3], *TITLES, *OLD[3:]]


def test_before_is_a_text(close: Close) -> None:
    """T17, and the group is said in any case: which one a sibling alone means is nowhere documented."""
    close.add("--after", "costs")
    (sent,) = close.posts()
    group = close.tree()["children"][1]["groupRun"]
    sibling = next(c["jobRun"]["id"] for c in group["children"] if "Costs" in json.dumps(c))
    asked = parse_qs(sent["query"])
    assert asked == {"parentGroupId": [group["id"]], "relativeSiblingId": [sibling], "before": ["false"]}


def test_json_is_alone_on_stdout(close: Close) -> None:
    result = close.add("-o", "json", "--group", "review")
    ids = [child["jobRun"]["id"] for child in close.tree()["children"][1]["groupRun"]["children"][2:]]
    assert next(iter(result.json)) == "format_version"
    assert result.json == {
        "format_version": 1,
        "exit_code": 0,
        "run": close.run,
        "where": "at the end of review",
        "already": False,
        "jobs": [{"job": "eliminate", "id": ids[0]}, {"job": "comment", "id": ids[1]}],
    }


def test_workdays_count_by_the_process_of_the_run(close: Close) -> None:
    """Mondays and Tuesdays are its business days."""
    close.home.edit("close.procspec.yaml", "calendar: us", "calendar: us\nbusinessEndDate: 2024-12-31")
    close.home.edit(FILE, "dueDate: 2024-12-20", "dueDate: WD-2")
    result = close.add()
    assert result.code == 0, result.err
    assert "due WD-2 (Mon 2024-12-30)" in result.out
    assert close.posts()[0]["body"][0]["arguments"]["sendTaskArgs"]["dueDate"] == "2024-12-30"


def test_copies_and_references(close: Close) -> None:
    close.home.write(
        FILE,
        "kind: Jobs\njobs:\n  - job: check-${each.key}\n    forEach: {us: {who: ana}, de: {who: ben}}\n"
        "    sendTask: {title: '${process.key} ${each.key}', assignee: '${each.value.who}'}\n",
    )
    assert close.add("--before", "reconcile").code == 0
    assert close.titles() == ["close us", "close de", *OLD]


# ------------------------------------------------------------------------------- what is not sent


NOWHERE = {
    "no group": (["--group", "reviw"], 64, "has no group 'reviw'", 'review "Review"'),
    "a job": (["--group", "costs"], 64, "'costs' is a job", 'review "Review"'),
    "no sibling": (["--after", "nobody"], 64, "no job or group 'nobody'", 'reconcile "Reconcile"'),
    "elsewhere": (["--group", "review", "--after", "reconcile"], 64, "is not in review", 'costs "Costs"'),
    "both": (["--after", "costs", "--before", "costs"], 64, "either --after or --before", ""),
}


@pytest.mark.parametrize(("words", "code", "told", "listed"), NOWHERE.values(), ids=NOWHERE)
def test_a_place_that_is_not_there(close: Close, words: list[str], code: int, told: str, listed: str) -> None:
    result = close.add(*words)
    assert (result.code, close.posts()) == (code, [])
    assert told in result.err and listed in result.err
    group = close.tree()["children"][1]["groupRun"]["id"]
    assert "review" not in listed or group in result.err


BROKEN = {
    "person": ("assignee: ana", "assignee: anna", "6:17", "unknown-person"),
    "date": ("2024-12-20", "2024-02-30", "8:16", "bad-date"),
    "field": ("title: Review", "titel: Review", "5:7", "unknown-field"),
    "own key": ("job: comment", "job: eliminate", "10:10", "duplicate-node"),
    "key of the process": ("job: comment", "job: costs", "10:10", "duplicate-node"),
    "anchor": ("2024-12-20", "WD+3", "8:16", "workday-without-anchor"),
    "kind": ("kind: Jobs", "kind: Job", "1:7", "value-not-allowed"),
    "yaml": ("kind: Jobs", "kind: [", "", "invalid-yaml"),
    "action": ("contentRequest", "contentRequst", "12:5", "unknown-field"),
    "group": ("job: comment", "group: comment", "10:5", "value-not-allowed"),
    "approves": ("approver: ben", "approver: ana", "7:17", "self-approval"),
    "none": (JOBS[JOBS.index("jobs:") :], "jobs: []\n", "2:7", "value-not-allowed"),
}


@pytest.mark.parametrize(("before", "after", "place", "rule"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_with_the_file_has_a_place(
    close: Close, before: str, after: str, place: str, rule: str
) -> None:
    close.home.edit(FILE, before, after)
    result = close.add("-o", "json")
    assert (result.code, close.posts()) == (3, [])
    found = [(one["place"], one["rule"]) for one in result.json["diagnostics"]]
    assert rule in [rule for _, rule in found]
    told = {f"{where['line']}:{where['column']}" for where, named in found if named == rule}
    assert not place or place in told
    assert {where["file"] for where, _ in found} == {FILE}
    assert f"{FILE}:{place}" in close.add().err


def test_a_file_outside_of_the_project(close: Close, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.yaml").write_text(JOBS.replace("assignee: ana", "assignee: anna"))
    result = close.home.run("add-jobs", "close", str(tmp_path / "elsewhere.yaml"), "--auto-approve")
    assert result.code == 3
    assert f"{tmp_path}/elsewhere.yaml:6:17" in result.err
    assert close.home.run("add-jobs", "close", str(tmp_path / "gone.yaml"), "--auto-approve").code == 3
    assert close.home.run("add-jobs", "close", str(tmp_path), "--auto-approve").code == 3
    assert close.posts() == []


def test_a_file_among_the_processes_is_checked_and_planned_around(close: Close) -> None:
    before = close.home.plan()["spec"]
    close.home.write("late.procspec.yaml", JOBS)
    assert close.home.plan()["spec"] == before
    assert close.home.pending() == []
    close.home.ok("validate")
    assert (
        close.home.run(
            "add-jobs", "close", str(close.home.folder / "late.procspec.yaml"), "--auto-approve"
        ).code
        == 0
    )
    close.home.edit("late.procspec.yaml", "assignee: ana", "assignee: anna")
    result = close.home.run("plan")
    assert result.code == 3 and "late.procspec.yaml:6:17" in result.err


def test_nobody_is_asked_without_a_terminal(close: Close) -> None:
    assert close.home.run("add-jobs", "close", str(close.home.folder / FILE)).code == 8
    assert close.posts() == []


@pytest.mark.parametrize(("typed", "code", "sets"), [("no", 8, 0), ("yes", 0, 1)])
def test_only_yes_will_do(close: Close, typed: str, code: int, sets: int) -> None:
    words = ["-m", "procspec", "-C", str(close.home.folder), "add-jobs", "close"]
    child = pexpect.spawn(sys.executable, [*words, str(close.home.folder / FILE)])
    child.expect_exact("Only 'yes' is accepted.")
    child.sendline(typed)
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, close.sets()) == (code, sets)


def test_a_run_that_is_over_takes_no_jobs(close: Close) -> None:
    close.server.control("POST", f"processRuns/{close.run}/close")
    result = close.add()
    assert (result.code, close.posts()) == (8, [])
    assert "is cancelled" in result.err


def test_a_run_that_is_not_there(close: Close) -> None:
    assert close.add(run="no-such-run").code == 1
    assert close.posts() == []


def test_a_system_that_cannot_says_so(close: Close) -> None:
    """Before any request: nobody listens there."""
    close.home.write("close.procspec.yaml", "kind: Run\nkey: close\nprocess: expense\n")
    close.home.write(
        "procspec.yaml", PROJECT.format(url="http://127.0.0.1:9").replace("workiva", "workingflow")
    )
    result = close.add(run="instance-1")
    assert result.code == 64
    assert "workingflow cannot add jobs to a run." in result.err


def test_a_lock_is_respected(close: Close, proxy: Proxy) -> None:
    codes: list[int] = []
    proxy.meanwhile = {"POST process": lambda: codes.append(close.add("--again").code)}
    assert close.add().code == 0
    assert codes == [5]
    assert close.sets() == 1


# ------------------------------------------------------------------------------------- never twice


def test_what_the_run_has_already_is_not_sent(close: Close) -> None:
    close.add()
    close.server.clear()
    result = close.add("--group", "review")
    assert (result.code, close.posts(), close.sets()) == (0, [], 1)
    assert "Already there: 2 jobs" in result.out and "--again" in result.out
    assert close.add("-o", "json").json["already"] is True
    assert close.add("--again").code == 0
    assert close.sets() == 2


def test_what_was_seen_is_what_counts(close: Close, proxy: Proxy) -> None:
    """Somebody else adds jobs between the look and the request: look again."""
    other = JOBS.replace("Review eliminations", "Other").replace("Comment on revenue", "More")

    def quicker() -> None:
        proxy.meanwhile = {}
        close.home.write(FILE, other)
        assert close.add().code == 0

    proxy.meanwhile = {"GET process": quicker}
    result = close.add()
    assert (result.code, close.sets(), len(close.posts())) == (6, 0, 1)


Make = Callable[..., Rule]
CLEAR: dict[str, Make] = {
    "400": partial(wrong.status, 400),
    "403": partial(wrong.status, 403),
    "404": partial(wrong.status, 404),
    "409": partial(wrong.status, 409),
    "429 long": partial(wrong.too_many, 3600),
    "redirect": partial(wrong.redirect, "https://elsewhere.example/"),
    "expired": partial(wrong.expire, 0),
}


@pytest.mark.parametrize("make", CLEAR.values(), ids=CLEAR)
def test_a_clear_refusal_leaves_nothing_behind(close: Close, faults: Faults, make: Make) -> None:
    faults.set(make("POST", PATH))
    result = close.add()
    assert result.code in (1, 7), result.err
    assert (close.act(), close.sets()) == (None, 0)
    faults.clear()
    assert close.add().code == 0
    assert close.sets() == 1


ACTED: dict[str, Make] = {
    "drop": wrong.drop,
    "truncate": wrong.truncate,
    "500": partial(wrong.act_status, 500),
    "502": partial(wrong.act_status, 502),
    "503": partial(wrong.act_status, 503),
    "html": partial(wrong.html, act=True),
    "html 502": partial(wrong.html, act=True, code=502),
    "huge": partial(wrong.huge, act=True),
}
LOST: dict[str, Make] = {
    "refuse": wrong.refuse,
    "503": partial(wrong.status, 503),
    "html": wrong.html,
    "huge": wrong.huge,
}


@pytest.mark.parametrize("make", ACTED.values(), ids=ACTED)
def test_a_lost_answer_is_found_in_the_run(close: Close, faults: Faults, make: Make) -> None:
    """One more look tells what became of it."""
    faults.set(make("POST", PATH))
    result = close.add("--group", "review")
    assert result.code == 0, result.err
    assert (close.act(), close.sets(), len(close.posts())) == (None, 1, 1)
    methods = [method for method, _ in close.server.requests()][:3]
    assert methods == ["GET", "POST", "GET"]


@pytest.mark.parametrize("make", ACTED.values(), ids=ACTED)
def test_a_lost_answer_is_found_by_the_next_command(close: Close, faults: Faults, make: Make) -> None:
    """The run cannot be read right afterwards."""
    faults.set(make("POST", PATH), wrong.status(400, "GET", "/processRuns/*", start=2))
    result = close.add()
    assert (result.code, close.act()["action"]) == (4, "add jobs")
    assert f"procspec resolve {close.run} -e served --done" in result.err
    faults.clear()
    assert "outcome unknown: add jobs" in close.home.ok("state", "list").out
    assert close.home.run("state", "rm", "close", "--auto-approve").code == 8
    assert close.home.pending() == []
    close.server.clear()
    again = close.add()
    assert again.code == 0, again.err
    assert "Already there: 2 jobs" in again.out
    assert [method for method, _ in close.server.requests()] == ["GET"]
    assert (close.act(), close.sets()) == (None, 1)


@pytest.mark.parametrize("make", LOST.values(), ids=LOST)
def test_what_may_still_arrive_is_not_sent_again(close: Close, faults: Faults, make: Make) -> None:
    faults.set(make("POST", PATH))
    first = close.add()
    assert first.code == 4, first.err
    assert "Nothing is new in the run so far." in first.err
    faults.clear()
    for words in ((), ("--again",), ("--group", "review")):
        again = close.add(*words)
        assert again.code == 4
        assert "Nothing was sent." in again.err and f"resolve {close.run} -e served --not-done" in again.err
    assert (close.sets(), len(close.posts())) == (0, 1)
    assert close.home.run("resolve", "close", "--not-started").code == 64
    close.home.ok("resolve", "close", "--not-done")
    assert close.add().code == 0
    assert (close.act(), close.sets()) == (None, 1)


def test_another_file_waits_until_it_is_settled(close: Close, faults: Faults) -> None:
    faults.set(wrong.drop("POST", PATH), wrong.status(400, "GET", "/processRuns/*", start=2))
    assert close.add().code == 4
    faults.clear()
    close.home.edit(FILE, "Review eliminations", "Another title")
    result = close.add()
    assert (result.code, len(close.posts())) == (4, 1)
    assert 'New in the run since: "Review eliminations"' in result.err
    close.home.ok("resolve", close.run, "--done")
    assert close.home.run("resolve", close.run, "--done").code == 64
    assert close.add().code == 0
    assert close.titles()[-2:] == ["Another title", "Comment on revenue"]


@pytest.mark.parametrize(
    "words", [[], ["--done", "--not-done"], ["--done", "--id", "x"], ["--not-created", "--done"]]
)
def test_one_answer_settles(close: Close, words: list[str]) -> None:
    assert close.home.run("resolve", "close", *words).code == 64


def test_ids_that_cannot_be_recorded_are_told(close: Close, proxy: Proxy) -> None:
    """Somebody breaks the lock while the request is under way."""

    def break_lock() -> None:
        held = close.add("--again")
        id = held.err.rpartition("unlock ")[2].split()[0].strip("`.")
        close.home.ok("state", "unlock", id)

    proxy.meanwhile = {"POST process": break_lock}
    result = close.add()
    proxy.meanwhile = {}
    assert result.code == 5
    ids = [child["jobRun"]["id"] for child in close.tree()["children"][-2:]]
    assert all(id in result.err for id in ids)
    assert close.act() is not None
    again = close.add()
    assert again.code == 0 and all(id in again.out for id in ids)
    assert (close.act(), close.sets()) == (None, 1)


# ------------------------------------------------------------------------------- runs of somebody else


@pytest.fixture
def foreign(close: Close) -> Close:
    """A run of a process that no file has, started by somebody else."""
    job = {
        "type": "job",
        "job": {
            "arguments": {
                "type": "sendTask",
                "sendTaskArgs": {"title": "Theirs", "assignee": {"id": "user-1", "type": "user"}},
            }
        },
    }
    made = close.server.call(
        "POST", "/processes", {"name": "Other", "root": {"name": "R", "children": [job]}}
    )
    run = close.server.call("POST", f"/processes/{made.json()['id']}/run").json()["id"]
    close.server.clear()
    return Close(close.home, close.server, run)


def test_a_run_that_no_record_knows(foreign: Close) -> None:
    result = foreign.add(run=foreign.run)
    assert result.code == 0, result.err
    assert foreign.titles() == ["Theirs", *TITLES]
    key = f"run:{foreign.run}"
    assert foreign.home.record(key)["runs"][0]["id"] == foreign.run
    assert key in foreign.home.ok("state", "list").out
    assert foreign.home.pending() == []
    assert [item["key"] for item in foreign.home.plan()["processes"]] == ["close"]
    assert key not in foreign.home.ok("drift").out
    assert foreign.home.pending("--prune") == []
    foreign.home.edit(FILE, "Review", "Revise")
    assert foreign.add(run=key).code == 0
    foreign.home.ok("state", "rm", key, "--auto-approve")


def test_days_and_keys_need_a_process_of_the_files(foreign: Close) -> None:
    foreign.home.edit(FILE, "2024-12-20", "WD+3")
    foreign.home.edit(FILE, "title: Comment on revenue", "title: 'Comment on ${process.key}'")
    result = foreign.add("-o", "json", run=foreign.run)
    assert (result.code, foreign.posts()) == (3, [])
    found = {one["rule"]: one["place"]["line"] for one in result.json["diagnostics"]}
    assert found == {"workday-without-anchor": 8, "unknown-reference": 12}


def test_the_doubt_about_a_run_that_no_record_knows(foreign: Close, faults: Faults) -> None:
    faults.set(wrong.refuse("POST", PATH))
    assert foreign.add(run=foreign.run).code == 4
    faults.clear()
    assert foreign.add(run=foreign.run).code == 4
    assert foreign.home.pending() == []
    assert foreign.home.pending("--prune") == []
    assert foreign.home.run("drift").code == 0
    assert foreign.home.run("state", "rm", f"run:{foreign.run}", "--auto-approve").code == 8
    foreign.home.ok("resolve", foreign.run, "--not-done")
    assert foreign.add(run=foreign.run).code == 0
    assert foreign.sets() == 1


def test_a_refusal_leaves_no_record_of_it(foreign: Close, faults: Faults) -> None:
    faults.set(wrong.status(400, "POST", PATH))
    assert foreign.add(run=foreign.run).code == 1
    records = foreign.home.ok("state", "list", "-o", "json").json["records"]
    assert [record["key"] for record in records] == ["close"]


# ------------------------------------------------------------------- groups that no job of theirs tells


def with_groups(close: Close, *groups: tuple[str, str]) -> Close:
    """The same in a run of a process that ends with empty groups, each of a key and a name."""
    text = "".join(f"    - group: {key}\n      name: {name}\n      children: []\n" for key, name in groups)
    path = close.home.folder / "close.procspec.yaml"
    path.write_text(
        path.read_text().replace("key: close", "key: wide").replace("name: Close", "name: Wide") + text
    )
    close.home.ok("apply", "--auto-approve")
    run = close.home.ok("run", "wide", "--auto-approve", "-o", "json").json["run"]
    close.server.clear()
    return Close(close.home, close.server, run)


def test_an_empty_group_is_known_by_its_name(close: Close) -> None:
    wide = with_groups(close, ("late", "Late work"), ("later", "Later work"))
    assert wide.add("--group", "later", run="wide").code == 0
    assert wide.titles()[-6:] == ["[Late work", "]", "[Later work", *TITLES, "]"]
    wide.home.edit(FILE, "Review", "Revise")
    assert wide.add("--before", "late", run="wide").code == 0
    assert wide.titles()[5:8] == ["Revise eliminations", "Comment on revenue", "[Late work"]


def test_empty_groups_of_one_name_are_known_by_where_they_stand(close: Close) -> None:
    wide = with_groups(close, ("late", "Late work"), ("later", "Late work"))
    assert wide.add("--group", "later", run="wide").code == 0
    assert wide.titles()[-6:] == ["[Late work", "]", "[Late work", *TITLES, "]"]


def test_what_can_be_several_things_is_not_guessed(close: Close) -> None:
    """The files have one more group of that name by now, so that its place says nothing."""
    wide = with_groups(close, ("late", "Late work"), ("later", "Late work"))
    ids = [child["groupRun"]["id"] for child in wide.tree()["children"][-2:]]
    more = "    - group: latest\n      name: Late work\n      children: []\n"
    path = close.home.folder / "close.procspec.yaml"
    path.write_text(path.read_text() + more)
    result = wide.add("--group", "later", run="wide")
    assert (result.code, wide.posts()) == (64, [])
    assert "can be several things" in result.err and all(id in result.err for id in ids)
    assert wide.add("--group", ids[1], run="wide").code == 0


def test_a_certification_is_found_as_well(close: Close, faults: Faults) -> None:
    """T20: what the server generates for it is not what was sent."""
    close.home.write(
        FILE,
        "kind: Jobs\njobs:\n  - job: sign\n    certification: {title: Sign off, sourceLetter: letter-1,"
        " steps: [{signers: [{id: user-1, type: user}]}]}\n",
    )
    faults.set(wrong.drop("POST", PATH))
    result = close.add()
    assert result.code == 0, result.err
    assert (close.act(), len(close.posts())) == (None, 1)
    faults.clear()
    assert "Already there: 1 job" in close.add().out


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_file_name_that_is_no_text(close: Close, tmp_path: Path, form: str) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b[31m.yaml")
    Path(name).write_text(JOBS.replace("assignee: ana", 'assignee: "anna\\e[31m"'))
    result = close.home.run("add-jobs", "close", name, "--auto-approve", "-o", form)
    assert result.code == 3
    assert "\x1b" not in result.out + result.err
    (result.out + result.err).encode()


# ------------------------------------------------------------- a run of ours whose answer had been lost


@pytest.fixture
def lost(close: Close, proxy: Proxy) -> Close:
    """A second run of the close, started with an answer that was lost, and known by its id alone."""
    before = {each["id"] for each in close.server.control("GET", "processRuns")}
    proxy.faults = {"POST run": "502"}
    assert close.home.run("run", "close", "--auto-approve").code == 4
    proxy.faults = {}
    (made,) = {each["id"] for each in close.server.control("GET", "processRuns")} - before
    close.server.clear()
    return Close(close.home, close.server, made)


def known_runs(home: Home, key: str = "close") -> list[str]:
    return [one["id"] for one in home.record(key)["runs"]]


def keys(home: Home) -> set[str]:
    return {one["key"] for one in home.ok("state", "list", "-o", "json").json["records"]}


def test_a_lost_run_is_adopted_after_jobs_were_added_by_its_id(lost: Close) -> None:
    assert lost.add(run=lost.run).code == 0
    assert f"run:{lost.run}" in keys(lost.home)
    lost.home.ok("resolve", "close", "--id", lost.run)
    assert keys(lost.home) == {"close"} and known_runs(lost.home)[-1] == lost.run
    assert (lost.sets(), lost.act()) == (1, None)
    assert lost.home.pending() == []
    assert lost.home.run("resolve", "close", "--id", lost.run).code == 64


def test_an_adopted_run_keeps_what_was_begun_about_it(lost: Close, faults: Faults) -> None:
    """The file is known again as what was sent, although another record has it now."""
    faults.set(wrong.act_status(502, "POST", PATH), wrong.status(400, "GET", "/processRuns/*", call=2))
    assert lost.add(run=lost.run).code == 4
    faults.clear()
    lost.home.ok("resolve", "close", "--id", lost.run)
    assert keys(lost.home) == {"close"} and lost.act()["action"] == "add jobs"
    assert lost.add(run=lost.run).code == 0
    assert (lost.sets(), lost.act()) == (1, None)


def test_a_run_that_may_be_the_lost_one_is_not_settled_as_not_started(lost: Close) -> None:
    """Else the next one would be a second run."""
    assert lost.add(run=lost.run).code == 0
    refused = lost.home.run("resolve", "close", "--not-started")
    assert refused.code == 8
    assert f"The run {lost.run} may be the one that was started" in refused.err
    assert f"resolve close -e served --id {lost.run}" in refused.err
    assert lost.home.run("run", "close", "--auto-approve").code == 4
    lost.home.ok("state", "rm", f"run:{lost.run}", "--auto-approve")
    lost.home.ok("resolve", "close", "--not-started")


def test_a_run_of_something_else_does_not_stand_in_the_way(foreign: Close, lost: Close) -> None:
    assert foreign.add(run=foreign.run).code == 0
    refused = foreign.home.run("resolve", "close", "--id", foreign.run)
    assert refused.code == 1 and f"no run {foreign.run} of close" in refused.err
    lost.home.ok("resolve", "close", "--not-started")
    assert keys(lost.home) == {"close", f"run:{foreign.run}"}


def test_a_run_that_a_record_of_the_files_has_is_nobody_elses(lost: Close, close: Close) -> None:
    refused = lost.home.run("resolve", "close", "--id", close.run)
    assert refused.code == 64 and "belongs to 'close' already" in refused.err
