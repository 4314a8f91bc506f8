"""`POST /processes/{processId}/run` and `GET /processRuns/{processRunId}`: the state machine of a run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.workiva.emulator.caller import Caller, certification, group, job, task, walk


class Run:
    """A started run, driven through the control endpoints."""

    def __init__(self, emulator: Caller, *children: Any, **members: Any) -> None:
        self.emulator = emulator
        self.process = emulator.create(*children, **members)
        self.answer = emulator.ok("POST", f"/processes/{self.process['id']}/run")
        self.path = f"processRuns/{self.answer['id']}"

    def get(self, query: str = "") -> Any:
        return self.emulator.ok("GET", f"/{self.path}{query}")

    def jobs(self) -> list[Any]:
        return [node for node in walk(self.get()["root"]) if "arguments" in node]

    def statuses(self) -> str:
        """One letter a job: w(aiting), r(unning), c(omplete), x for cancelled, e(rror)."""
        letters = {"cancelled": "x", "errorHold": "h"}
        return "".join(letters.get(node["status"], node["status"][0]) for node in self.jobs())

    def finish(self, index: int, status: str | None = None) -> Any:
        body = {"id": self.jobs()[index]["id"], **({"status": status} if status else {})}
        return self.emulator.control("POST", f"{self.path}/finish", body)

    def start(self, id: str) -> Any:
        return self.emulator.control("POST", f"{self.path}/start", {"id": id})


def test_a_serial_group_goes_top_to_bottom(emulator: Caller) -> None:
    run = Run(emulator, task("a"), task("b"), task("c"), autoClose=True)
    seen = [run.statuses()]
    for index in range(3):
        run.finish(index)
        seen.append(run.statuses())
    assert seen == ["rww", "crw", "ccr", "ccc"]
    assert run.get()["status"] == "complete"


def test_a_parallel_group_starts_all_children(emulator: Caller) -> None:
    run = Run(emulator, task("a"), group("G", task("b"), task("c")), task("d"), root_parallel=True)
    assert run.statuses() == "rrwr"
    run.finish(1)
    assert run.statuses() == "rcrr"


def test_groups_are_steps_of_a_serial_group(emulator: Caller) -> None:
    run = Run(emulator, group("G", task("a"), task("b"), parallel=True), group("Empty"), task("c"))
    assert run.statuses() == "rrw"
    run.finish(0)
    assert run.statuses() == "crw"
    run.finish(1)
    assert run.statuses() == "ccr"
    first, empty = (child["groupRun"] for child in run.get()["root"]["children"][:2])
    assert (first["status"], empty["status"]) == ("complete", "complete")


def test_a_manual_job_waits_until_it_is_started(emulator: Caller) -> None:
    run = Run(emulator, task("a", triggerType="manual"), task("b", triggerType="manual"), task("c"))
    assert run.statuses() == "www"
    early = run.emulator.refused(409, "POST", f"/_emulator/{run.path}/start", {"id": run.jobs()[1]["id"]})
    assert early["code"] == "409"
    run.start(run.jobs()[0]["id"])
    assert run.statuses() == "rww"
    run.finish(0)
    assert run.statuses() == "cww"


def test_a_manual_group_waits_until_it_is_started(emulator: Caller) -> None:
    run = Run(emulator, task("a"), group("G", task("b"), triggerType="manual"))
    inner = run.get()["root"]["children"][1]["groupRun"]
    assert (inner["status"], inner["eligibleToStart"]) == ("waiting", False)
    run.finish(0)
    inner = run.get()["root"]["children"][1]["groupRun"]
    assert (run.statuses(), inner["eligibleToStart"]) == ("cw", True)
    run.start(inner["id"])
    assert run.statuses() == "cr"


def test_a_manual_root_waits_too(emulator: Caller) -> None:
    run = Run(emulator, task("a"), root_triggerType="manual")
    assert run.statuses() == "w"
    run.start(run.get()["root"]["id"])
    assert run.statuses() == "r"


@pytest.mark.parametrize(
    ("outcomes", "status", "counts"),
    [
        (["complete", "complete"], "complete", {"Completed": 2}),
        (["complete", "cancelled"], "complete", {"Completed": 1, "Cancelled": 1}),
        (["cancelled", "cancelled"], "cancelled", {"Cancelled": 2}),
        (["error"], "error", {"Error": 1, "Waiting": 1}),
        (["errorHold"], "running", {"ErrorHold": 1, "Waiting": 1}),
        (["complete"], "running", {"Completed": 1, "Running": 1}),
    ],
)
def test_how_a_run_ends(emulator: Caller, outcomes: list[str], status: str, counts: dict[str, int]) -> None:
    run = Run(emulator, task("a"), task("b"), autoClose=True)
    for index, outcome in enumerate(outcomes):
        run.finish(index, outcome)
    assert (run.get()["status"], run.get()["statusCounts"]) == (status, counts)


def test_an_error_can_be_mended(emulator: Caller) -> None:
    run = Run(emulator, task("a"), task("b"))
    run.finish(0, "error")
    assert run.statuses() == "ew"
    run.finish(0, "complete")
    assert (run.statuses(), run.get()["status"]) == ("cr", "running")


def test_without_auto_close_a_run_stays_open(emulator: Caller) -> None:
    run = Run(emulator, task("a"), autoClose=False)
    run.finish(0)
    assert run.get()["status"] == "running"
    run.emulator.control("POST", f"{run.path}/close")
    assert run.get()["status"] == "complete"
    run.emulator.refused(409, "POST", f"/_emulator/{run.path}/close")


def test_closing_cancels_what_is_open(emulator: Caller) -> None:
    run = Run(emulator, task("a"), task("b"), task("c"))
    run.finish(0)
    run.emulator.control("POST", f"{run.path}/close")
    assert (run.statuses(), run.get()["status"]) == ("cxx", "cancelled")


@pytest.mark.parametrize(("index", "outcome"), [(0, "complete"), (0, "error"), (1, "complete"), (1, "error")])
def test_only_a_running_job_can_be_finished(emulator: Caller, index: int, outcome: str) -> None:
    run = Run(emulator, task("a"), task("b"), task("c"))
    if index == 0:
        run.finish(0)
    else:
        assert run.statuses() == "rww"
    body = {"id": run.jobs()[index]["id"], "status": outcome}
    run.emulator.refused(409, "POST", f"/_emulator/{run.path}/finish", body)


def test_casing_of_the_two_answers(emulator: Caller) -> None:
    """T3, T6, T16."""
    run = Run(emulator, task("a"), group("G", task("b")))
    answer, got = run.answer, run.get()
    assert (answer["status"], answer["root"]["status"], answer["statusCounts"]) == (
        "running",
        "waiting",
        {"waiting": 2},
    )
    first, inner = answer["root"]["children"]
    assert (set(first), set(inner)) == ({"type", "job"}, {"type", "group"})
    assert (first["job"]["status"], first["job"]["actionStatus"]) == ("waiting", "waiting")
    assert first["job"]["metadata"] == {"type": "sendTask"}
    assert not {"job", "action", "parent"} & set(first["job"])
    first, inner = got["root"]["children"]
    assert (set(first), set(inner)) == ({"type", "jobRun"}, {"type", "groupRun"})
    assert (first["jobRun"]["status"], first["jobRun"]["actionStatus"]) == ("running", "Running")
    assert got["statusCounts"] == {"Running": 1, "Waiting": 1}
    assert first["jobRun"]["job"] == run.process["root"]["children"][0]["job"]["id"]
    assert first["jobRun"]["action"] == "sendTask"
    assert "parent" not in inner["groupRun"]


def test_metadata_follows_the_task(emulator: Caller) -> None:
    content = job(
        "contentRequest", title="T", assignee={"id": "u", "type": "user"}, document="d", section="s"
    )
    run = Run(emulator, content, task("b"))
    metadata = run.jobs()[0]["metadata"]["contentRequestMetadata"]
    assert metadata["status"] == "Created"
    assert metadata["permalink"].endswith(metadata["task"])
    assert run.jobs()[1]["metadata"] == {"type": "sendTask"}
    run.finish(0)
    after = run.jobs()[0]["metadata"]["contentRequestMetadata"]
    assert after == {**metadata, "status": "Completed"}
    run.finish(1, "cancelled")
    assert run.jobs()[1]["metadata"]["sendTaskMetadata"]["taskCancelled"] is True


def test_a_certification_runs_its_generated_jobs(emulator: Caller) -> None:
    steps = ({"signers": ["a", "b"]}, {"type": "approval", "participants": ["c"]})
    run = Run(emulator, certification(*steps), task("After"))
    assert run.statuses() == "rrwwwww"
    for index in (1, 2):
        run.finish(index)
    assert run.statuses() == "rcccrww", "a phase finalizer ends by itself"
    run.finish(4)
    assert run.statuses() == "ccccccr"
    assert len([node for node in walk(run.get("?excludeGeneratedJobs=true")["root"])]) == 2


def test_certifications_can_be_approved_by_themselves(emulator: Caller) -> None:
    run = Run(emulator, certification({"signers": ["a"], "approvers": ["b"]}), certAutoApprove=True)
    run.finish(1)
    assert run.statuses() == "cccc"


def test_finishing_a_certification_finishes_its_jobs(emulator: Caller) -> None:
    run = Run(emulator, certification({"signers": ["a", "b"]}), task("After"))
    run.finish(0)
    assert run.statuses() == "ccccr"


def test_a_process_can_run_many_times(emulator: Caller) -> None:
    """T11."""
    first = Run(emulator, task("a"))
    second = emulator.ok("POST", f"/processes/{first.process['id']}/run")
    first.finish(0)
    assert emulator.ok("GET", f"/processRuns/{second['id']}")["statusCounts"] == {"Running": 1}
    listed = emulator.control("GET", "processRuns")
    assert [each["process"] for each in listed] == [first.process["id"]] * 2


def test_a_run_does_not_follow_its_process(emulator: Caller) -> None:
    run = Run(emulator, task("a"))
    patch = [{"op": "replace", "path": "/name", "value": "Later"}]
    emulator.ok("PATCH", f"/processes/{run.process['id']}", patch)
    assert run.get()["name"] == "Close"


def test_an_invalid_process_does_not_run(emulator: Caller) -> None:
    process = emulator.create(job("sendTask", title="T"), task(assignee={"id": "unknown-x", "type": "user"}))
    error = emulator.refused(400, "POST", f"/processes/{process['id']}/run")
    assert (error["code"], error["target"]) == ("MISSING_REQUIRED_FIELD", "/root/children/0/job")
    assert [detail["code"] for detail in error["details"]] == ["MISSING_REQUIRED_FIELD", "invalidUser"]
    assert emulator.control("GET", "processRuns") == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (None, 201),
        ({}, 201),
        ({"sendProcessCompleteEmail": False}, 201),
        ({"sendProcessCompleteEmail": "no"}, 400),
        ({"email": True}, 400),
        ([], 400),
    ],
)
def test_the_options_of_a_run(emulator: Caller, body: Any, status: int) -> None:
    id = emulator.create(task("a"))["id"]
    assert emulator.call("POST", f"/processes/{id}/run", body).status_code == status


# ---------------------------------------------------------------------------------------- added jobs


def added(title: str = "New", **arguments: Any) -> Any:
    """The body of one job run."""
    return {"action": "sendTask", **task(title, **arguments)["job"]}


def titles(run: Run) -> str:
    return "".join(node["arguments"]["sendTaskArgs"]["title"] for node in run.jobs())


def add(run: Run, query: str, *bodies: Any) -> Any:
    return run.emulator.ok("POST", f"/{run.path}/jobRuns{query}", list(bodies))


@pytest.mark.parametrize(
    ("query", "expected", "parent", "ordinal"),
    [
        ("", "abcdXY", "root", 3),
        ("?parentGroupId={root}", "abcdXY", "root", 3),
        ("?parentGroupId={group}", "abcXYd", "group", 2),
        ("?relativeSiblingId={a}", "XYabcd", "root", 0),
        ("?relativeSiblingId={a}&before=true", "XYabcd", "root", 0),
        ("?relativeSiblingId={a}&before=false", "aXYbcd", "root", 1),
        ("?relativeSiblingId={group}", "aXYbcd", "root", 1),
        ("?relativeSiblingId={group}&before=false", "abcXYd", "root", 2),
        ("?parentGroupId={group}&relativeSiblingId={c}", "abXYcd", "group", 1),
        ("?relativeSiblingId={c}", "abXYcd", "group", 1),
    ],
)
def test_where_job_runs_are_added(
    emulator: Caller, query: str, expected: str, parent: str, ordinal: int
) -> None:
    run = Run(emulator, task("a"), group("G", task("b"), task("c"), triggerType="manual"), task("d"))
    root = run.get()["root"]
    names = {"a": run.jobs()[0]["id"], "c": run.jobs()[2]["id"], "root": root["id"]}
    names["group"] = root["children"][1]["groupRun"]["id"]
    answer = add(run, query.format(**names), added("X"), added("Y"))
    assert titles(run) == expected
    assert [each["ordinal"] for each in answer] == [ordinal, ordinal + 1]
    assert {each["parent"] for each in answer} == {names[parent]}
    assert [each["status"] for each in answer] == ["waiting", "waiting"]
    assert "job" not in next(node for node in run.jobs() if node["id"] == answer[0]["id"])


def test_what_is_added_behind_the_running_point_starts_at_once(emulator: Caller) -> None:
    run = Run(emulator, task("a"), task("b"), task("c"))
    run.finish(0)
    first = run.jobs()[0]["id"]
    add(run, f"?relativeSiblingId={first}", added("X"), added("Y", triggerType="manual"))
    assert (titles(run), run.statuses()) == ("XYabc", "rwcrw")
    add(run, "", added("Z"))
    assert run.statuses() == "rwcrww"


def test_a_certification_is_not_torn_apart(emulator: Caller) -> None:
    run = Run(emulator, certification({"signers": ["a"]}))
    head = run.jobs()[0]["id"]
    add(run, f"?relativeSiblingId={head}&before=false", added("X"))
    assert run.jobs()[3]["arguments"]["type"] == "sendTask"
    body = {"action": "certification", **certification({"signers": ["b"]})["job"]}
    (answer,) = add(run, "", body)
    assert answer["ordinal"] == 4
    assert [node["arguments"]["type"][-9:] for node in run.jobs()[4:]] == [
        "ification",
        "Generated",
        "Generated",
    ]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?parentGroupId=nobody", 404),
        ("?relativeSiblingId=nobody", 404),
        ("?parentGroupId={a}", 404),
        ("?relativeSiblingId={root}", 400),
        ("?parentGroupId={group}&relativeSiblingId={a}", 400),
        ("?before=yes", 400),
        ("?before=", 400),
        ("?position=1", 400),
    ],
)
def test_a_place_that_does_not_exist(emulator: Caller, query: str, status: int) -> None:
    run = Run(emulator, task("a"), group("G", task("b")))
    root = run.get()["root"]
    names = {"a": run.jobs()[0]["id"], "root": root["id"], "group": root["children"][1]["groupRun"]["id"]}
    path = f"/{run.path}/jobRuns{query.format(**names)}"
    run.emulator.refused(status, "POST", path, [added()])
    assert run.statuses() == "rw"


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        added(),
        [added(), {"action": "sendTask"}],
        [{"arguments": added()["arguments"]}],
        [{**added(), "action": "contentRequest"}],
        [{**added(), "id": "mine"}],
        [{**added(), "ordinal": 0}],
        [added(assignee="bare")],
        [added(assignee={"id": "unknown-x", "type": "user"})],
        [{"action": "sendTask", "arguments": {"type": "sendTask", "sendTaskArgs": {"title": "No assignee"}}}],
    ],
    ids=range(11),
)
def test_job_runs_that_are_refused(emulator: Caller, body: Any) -> None:
    run = Run(emulator, task("a"))
    run.emulator.refused(400, "POST", f"/{run.path}/jobRuns", body)
    assert run.statuses() == "r"


@pytest.mark.parametrize("ending", ["finish", "close"])
def test_nothing_is_added_to_a_run_that_has_ended(emulator: Caller, ending: str) -> None:
    run = Run(emulator, task("a"), autoClose=True)
    if ending == "finish":
        run.finish(0)
    else:
        run.emulator.control("POST", f"{run.path}/close")
    error = run.emulator.refused(409, "POST", f"/{run.path}/jobRuns", [added()])
    assert error["code"] == "409"


# -------------------------------------------------------- approval (api-facts 1.7, inference)


def reviewed(emulator: Caller) -> Run:
    """A running job with an approver, and one without that waits."""
    first = task("a")
    first["job"]["arguments"]["sendTaskArgs"]["approver"] = {"id": "user-2", "type": "user"}
    return Run(emulator, first, task("b"))


def person_does(run: Run, what: str, index: int = 0) -> Any:
    body = {"id": run.jobs()[index]["id"]}
    return run.emulator.control("POST", f"{run.path}/{what}", body)


def review(run: Run, index: int = 0) -> tuple[str, str, str]:
    job = run.jobs()[index]
    return job["status"], job["actionStatus"], job["metadata"]["sendTaskMetadata"]["status"]


def test_a_job_goes_to_its_approver_and_back(emulator: Caller) -> None:
    run = reviewed(emulator)
    assert review(run) == ("running", "Running", "Created")
    revision = run.jobs()[0]["revision"]
    person_does(run, "submit")
    assert review(run) == ("running", "Approval", "Awaiting Approval")
    assert run.get()["statusCounts"] == {"Approval": 1, "Waiting": 1}
    person_does(run, "return")
    assert review(run) == ("running", "Returned", "Created")
    assert run.statuses() == "rw" and run.jobs()[0]["revision"] == revision + 2
    person_does(run, "submit")
    run.finish(0)
    assert review(run) == ("complete", "Completed", "Completed")
    assert run.statuses() == "cr"


def test_without_an_approver_a_submitted_job_is_complete(emulator: Caller) -> None:
    run = reviewed(emulator)
    run.finish(0)
    person_does(run, "submit", 1)
    assert run.statuses() == "cc"


@pytest.mark.parametrize(
    "before, what, index",
    [
        ((), "submit", 1),
        ((), "return", 0),
        (("submit",), "submit", 0),
        (("submit", "return"), "return", 0),
        (("finish",), "submit", 0),
        (("finish",), "return", 0),
    ],
)
def test_only_who_has_a_job_gives_it_on(
    emulator: Caller, before: tuple[str, ...], what: str, index: int
) -> None:
    run = reviewed(emulator)
    for each in before:
        person_does(run, each)
    seen = run.get()
    body = {"id": run.jobs()[index]["id"]}
    emulator.refused(409, "POST", f"/_emulator/{run.path}/{what}", body)
    assert run.get() == seen


def test_a_certification_is_signed_and_not_submitted(emulator: Caller) -> None:
    run = Run(emulator, certification({"signers": ["user-1"]}))
    for index in range(2):
        body = {"id": run.jobs()[index]["id"]}
        emulator.refused(409, "POST", f"/_emulator/{run.path}/submit", body)
