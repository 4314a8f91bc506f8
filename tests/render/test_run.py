"""A run on the screen: marks and words, who is late, what is cut, and nothing that a terminal obeys."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from procspec.model import ROOT, Event, EventKind, Kind, Phase, Run, RunNode
from procspec.render import events
from procspec.render.live import fitted, whole
from procspec.render.run import View, data, run
from procspec.render.style import Paint
from procspec.render.visible import json_line

DAY = date(2024, 12, 18)
AT = datetime(2024, 12, 18, 12, 0, tzinfo=UTC)
LABELS = {"u-1": "Ana Ruiz", "u-2": "Ben Cole"}


def job(id: str, phase: Phase, **members: object) -> RunNode:
    given: dict[str, object] = {"title": f"Job {id}", "status": phase.value, **members}
    return RunNode(kind=Kind.JOB, id=id, phase=phase, **given)  # type: ignore[arg-type]


def group(*children: RunNode, **members: object) -> RunNode:
    given: dict[str, object] = {"id": "g-1", "title": "Steps", "status": "running", "key": ROOT, **members}
    return RunNode(kind=Kind.GROUP, phase=Phase.RUNNING, children=children, **given)  # type: ignore[arg-type]


CLOSE = Run(
    id="r-1",
    process="p-1",
    status="running",
    over=False,
    phase=Phase.RUNNING,
    name="Close",
    due="2024-12-31",
    started="2024-12-01T08:00:00Z",
    root=group(
        job("j-1", Phase.COMPLETE, key="reconcile", person="u-1", due="2024-12-15", permalink="https://x/1"),
        job(
            "j-2",
            Phase.RUNNING,
            key="review",
            person="u-1",
            due="2024-12-17",
            approver="u-2",
            approver_due="2024-12-20",
            permalink="https://x/2",
        ),
        job("j-3", Phase.FAILED, status="errorHold", person="u-9"),
        job("j-4", Phase.WAITING, manual=True),
        job("j-5", Phase.UNKNOWN, status="Parked"),
        job("j-6", Phase.RUNNING, title="", action="certificationSignerGenerated", generated=True),
    ),
)


def test_one_look_at_a_run() -> None:
    assert run(CLOSE, DAY, LABELS).splitlines() == [
        "Close  ● running, due 2024-12-31",
        "    run r-1, of p-1, started 2024-12-01T08:00:00Z",
        "    ████░░░░░░░░░░░░░░░░  1 of 5 done, 1 running, 1 waiting, 1 in error,"
        " 1 of unknown status, 1 overdue",
        '    to be started by hand: "Job j-4" (j-4)',
        '  ● running    "Steps" (root)  one after another',
        '    ✓ complete   "Job j-1" (reconcile)  Ana Ruiz due 2024-12-15',
        '    ● running    "Job j-2" (review)  overdue by 1 day, Ana Ruiz due 2024-12-17,'
        " approved by Ben Cole by 2024-12-20",
        "        https://x/2",
        '    ✗ errorHold  "Job j-3" (j-3)  u-9',
        '    ○ waiting    "Job j-4" (j-4)  to be started by hand',
        '    ? Parked     "Job j-5" (j-5)',
        "    ● running    certificationSignerGenerated (j-6)",
    ]


def test_colour_adds_nothing_that_is_not_there_without_it() -> None:
    import click

    assert click.unstyle(run(CLOSE, DAY, LABELS, Paint(True))) == run(CLOSE, DAY, LABELS)


def test_a_run_without_a_tree() -> None:
    flow = Run(
        id="i-1",
        process="f-1",
        status="0 (running)",
        over=False,
        phase=Phase.RUNNING,
        name="Order",
        version="3",
        correlation="o-7",
        variables={"total": 12, "note": "x" * 500},
    )
    shown = run(flow, DAY, {}).splitlines()
    assert shown[:2] == ["Order  ● 0 (running)", "    run i-1, of f-1, version 3, correlation key o-7"]
    assert shown[2:5] == ["", "variables", "    total = 12"]
    assert shown[5].endswith('…"') and len(shown[5]) < 300
    assert "jobs" not in data(flow, DAY)


def test_tasks_of_the_moment_are_not_counted_as_progress() -> None:
    """Workingflow shows active tasks alone: none of those that are finished is there any more."""
    task = job("t-1", Phase.RUNNING, status="active", since="2024-12-15T09:15:22.000+00:00")
    tasks = group(task, id="i-1", title="Expenses", key="", parallel=True)
    run_of = Run(id="i-1", process="expenses", status="ACTIVE", over=False, phase=Phase.RUNNING, root=tasks)
    shown = run(run_of, DAY, {}).splitlines()
    assert shown[2:] == [
        "    1 task now: 1 running",
        '  ● active  "Job t-1" (t-1)  since 2024-12-15T09:15:22.000+00:00 (3 days)',
    ]
    assert "done" not in data(run_of, DAY)


def test_what_is_done_and_not_closed_says_so() -> None:
    done = Run(
        id="r",
        process="p",
        status="running",
        over=False,
        root=group(job("j", Phase.COMPLETE), job("k", Phase.CANCELLED)),
    )
    assert "until somebody closes it" in run(done, DAY, {})


def test_many_variables_and_files_are_cut_unless_verbose() -> None:
    many = {f"v{number}": number for number in range(25)}
    flow = Run(id="i", process="f", status="", over=True, variables=many, files=("a.pdf",))
    assert "    … 5 more (-v)" in run(flow, DAY, {})
    assert "v24 = 24" in run(flow, DAY, {}, verbose=True)
    assert run(flow, DAY, {}).endswith("files\n    a.pdf")
    assert "(no status)" in run(flow, DAY, {})


def test_nothing_from_a_server_reaches_the_terminal_as_it_is() -> None:
    bad = "\x1b[2J\u202e\n##vso[task]"
    evil = Run(
        id=bad,
        process=bad,
        status=bad,
        over=False,
        name=bad,
        due=bad,
        started=bad,
        ended=bad,
        version=bad,
        correlation=bad,
        variables={bad: bad},
        files=(bad,),
        root=group(
            job(
                bad,
                Phase.RUNNING,
                title=bad,
                status=bad,
                key=bad,
                person=bad,
                approver=bad,
                due=bad,
                approver_due=bad,
                permalink=bad,
                since=bad,
                detail=bad,
                manual=True,
            ),
            job("j", Phase.WAITING, title="", action=bad, manual=True),
            title=bad,
            status=bad,
        ),
    )
    texts = [run(evil, DAY, {bad: bad}), "\n".join(fitted(View(evil, DAY, {}), 5))]
    for node in evil.nodes():
        for kind in EventKind:
            happened = Event(kind=kind, node=node, before=bad, after=bad, days=1, detail=bad)
            texts.append(events.line(happened, AT, {bad: bad}))
            texts.append(json_line(events.data(happened, AT, bad)))
    for text in texts:
        assert "\x1b" not in text and "\u202e" not in text and "##vso[" not in text


def test_an_event_is_one_line_for_people_and_one_for_programs() -> None:
    node = job("j-1", Phase.RUNNING, key="review", person="u-1", due="2024-12-17")
    happened = Event(kind=EventKind.STATUS, node=node, before="waiting", after="running")
    when = events.moment(AT)
    assert events.line(happened, AT, LABELS) == (
        f'{when}  waiting → running  "Job j-1" (review)  Ana Ruiz due 2024-12-17'
    )
    assert events.line(Event(kind=EventKind.STATUS, before="running", after="complete"), AT, {}) == (
        f"{when}  running → complete  the run"
    )
    assert json.loads(json_line(events.data(happened, AT, "r-1"))) == {
        "event": "status",
        "time": "2024-12-18T12:00:00+00:00",
        "id": "r-1",
        "node": {
            "kind": "job",
            "id": "j-1",
            "title": "Job j-1",
            "status": "running",
            "phase": "running",
            "key": "review",
            "person": "u-1",
            "due": "2024-12-17",
        },
        "before": "waiting",
        "after": "running",
    }


def long(number: int) -> View:
    phases = {3: Phase.RUNNING, 90: Phase.FAILED}
    jobs = [job(f"j-{index}", phases.get(index, Phase.WAITING)) for index in range(number)]
    late = job("late", Phase.WAITING, due="2024-12-01")
    tree = group(*jobs[:50], group(*jobs[50:], id="g-2", title="Inner", key="inner"), late)
    return View(Run(id="r", process="p", status="running", over=False, root=tree), DAY, {})


def test_of_a_long_tree_what_matters_stays_on_the_screen() -> None:
    view = long(100)
    shown = fitted(view, 12)
    assert len(shown) == 12
    told = "\n".join(shown)
    for name in ("(root)", "(inner)", "(j-3)", "(j-90)", "(late)"):
        assert name in told
    assert shown[-1].startswith("  … ") and "waiting" in shown[-1]
    places = [told.index(name) for name in ("(root)", "(j-3)", "(inner)", "(j-90)", "(late)")]
    assert places == sorted(places)


def test_on_the_smallest_screen_what_is_late_or_failed_comes_first() -> None:
    shown = fitted(long(100), 9)
    assert "(j-90)" in "\n".join(shown) and "(late)" in "\n".join(shown)
    assert len(shown) <= 9
    for height in range(1, 200):
        assert len(fitted(long(100), height)) <= height


def test_what_fits_is_shown_whole() -> None:
    view = long(5)
    assert fitted(view, 50) == whole(view) == run(view.run, DAY, {}).splitlines()
