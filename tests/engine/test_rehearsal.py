"""Scenarios, played: what people can do, what is expected, and what is said when it is otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procspec import providers
from procspec.engine.rehearsal import rehearse
from procspec.engine.session import wanted
from procspec.model import Phase, Rehearsal, Review
from procspec.source import load
from procspec.source.scenarios import LISTS

PROJECT = """\
kind: Project
name: test
environments:
  real: {provider: workiva, url: "https://api.example.com"}
people:
  ana: {id: user-1, name: Ana Ruiz}
  ben: {id: user-2, name: Ben Cole}
  cleo: {id: user-3, name: Cleo Park}
"""
PROCESS = """\
kind: Process
key: close
name: Close
autoClose: true
dueDate: 2024-12-31
root:
  name: Steps
  children:
    - job: books
      sendTask: {title: Books, assignee: ana, approver: ben, dueDate: 2024-12-10, approverDueDate: 2024-12-12}
    - group: side
      name: Side
      parallel: true
      children:
        - job: cash
          sendTask: {title: Cash, assignee: ana, dueDate: 2024-12-11}
        - job: debt
          sendTask: {title: Debt, assignee: cleo}
    - job: letter
      certification:
        title: Letter
        sourceLetter: letter-1
        steps: [{signers: [{id: user-1, type: user}]}]
    - group: end
      name: End
      triggerType: manual
      children:
        - job: report
          sendTask: {title: Report, assignee: ana, dueDate: 2024-12-20}
        - job: release
          triggerType: manual
          sendTask: {title: Release, assignee: ben}
"""
HEAD = "kind: Scenario\nkey: proof\nname: All goes well\nprocess: close\ntoday: 2024-12-01\nsteps:\n"


@dataclass(frozen=True)
class Theatre:
    """A project with the close, in an environment that nobody can reach."""

    folder: Path

    def play(self, *steps: str, head: str = HEAD) -> Rehearsal:
        """The steps are in the lines from 7 on, indented by two."""
        text = head + "".join(f"  {step}\n" for step in steps or ("[]",))
        (self.folder / "proof.procspec.yaml").write_text(text, encoding="utf-8")
        loaded = load(self.folder)
        assert loaded.project is not None, loaded.diagnostics
        provider = providers.get("workiva")
        (scenario,) = loaded.project.scenarios
        return rehearse(scenario, wanted(loaded.project, provider)["close"], provider, loaded.project.people)

    def told(self, *steps: str) -> list[str]:
        """Place and detail of everything that is otherwise."""
        return [f"{one.place}: {one.detail}" for one in self.play(*steps).diagnostics]


@pytest.fixture
def theatre(tmp_path: Path) -> Theatre:
    return theatre_in(tmp_path)


def theatre_in(folder: Path) -> Theatre:
    (folder / "procspec.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "close.procspec.yaml").write_text(PROCESS, encoding="utf-8")
    return Theatre(folder)


def expect(**stated: str) -> str:
    return "- expect: {" + ", ".join(f"{name.rstrip('_')}: {value}" for name, value in stated.items()) + "}"


def test_nothing_is_needed_and_nothing_is_left(theatre: Theatre) -> None:
    before = sorted(path.name for path in theatre.folder.iterdir())
    played = theatre.play(expect(status="running"))
    assert played.passed and (played.steps, played.taken) == (1, 1)
    assert (played.key, played.title, played.process) == ("proof", "All goes well", "close")
    assert sorted(path.name for path in theatre.folder.iterdir()) == [*before, "proof.procspec.yaml"]


def test_everything_from_the_first_day_to_the_last(theatre: Theatre) -> None:
    played = theatre.play(
        expect(status="running", running="[books]", waiting="[side, letter, end]", complete="[]"),
        expect(overdue="[]", failed="[]", cancelled="[]", approval="[]", returned="[]"),
        "- submit: books",
        expect(running="[books]", approval="[books]", with_="{books: ben}"),
        "- today: 2024-12-11",
        expect(overdue="[]"),
        "- return: books",
        expect(running="[books]", approval="[]", returned="[books]", with_="{books: ana}", overdue="[books]"),
        "- submit: books",
        "- today: 2024-12-13",
        expect(overdue="[books, cash]", returned="[]"),
        "- complete: books",
        expect(complete="[books]", running="[side]", with_="{debt: cleo, cash: {id: user-1, type: user}}"),
        "- fail: cash",
        expect(failed="[cash]", running="[debt]", overdue="[cash]", status="failed"),
        "- complete: cash",
        "- cancel: debt",
        expect(status="running", cancelled="[debt]", running="[letter]", overdue="[]"),
        "- complete: letter",
        expect(waiting="[end]", running="[]"),
        "- start: end",
        "- complete: report",
        expect(waiting="[release]"),
        "- start: release",
        expect(running="[release]", with_="{release: ben}"),
        "- complete: release",
        expect(status="complete", running="[]", waiting="[]"),
    )
    assert played.passed, played.diagnostics
    assert played.taken == played.steps == 27


def test_a_group_stands_for_what_is_left_below_it(theatre: Theatre) -> None:
    played = theatre.play(
        "- complete: [books, cash]",
        "- complete: side",
        expect(complete="[books, side]"),
        "- cancel: [letter, end]",
        expect(cancelled="[letter, end]", status="complete"),
    )
    assert played.passed, played.diagnostics


def test_who_has_no_approver_is_done_with_a_submit(theatre: Theatre) -> None:
    assert theatre.play("- complete: books", "- submit: cash", expect(complete="[books, cash]")).passed


# -------------------------------------------------------------------------------------------- otherwise


def test_a_job_that_is_not_so_is_told_at_its_place(theatre: Theatre) -> None:
    assert theatre.told(expect(running="[cash, side]")) == [
        'proof.procspec.yaml:7:24: "cash" is expected to be running on 2024-12-01. It is waiting.',
        'proof.procspec.yaml:7:30: "side" is expected to be running on 2024-12-01. "cash" is waiting;'
        ' "debt" is waiting.',
        'proof.procspec.yaml:7:14: "books" is running on 2024-12-01 too. The list states exactly which jobs'
        " are: add it, or leave the list out.",
    ]


def test_nobody_is_nobody(theatre: Theatre) -> None:
    assert theatre.told("- complete: books", expect(running="[]")) == [
        'proof.procspec.yaml:8:14: "cash" and "debt" are running on 2024-12-01. The list states exactly which'
        " jobs are: add them, or leave the list out."
    ]


def test_the_run_as_a_whole(theatre: Theatre) -> None:
    assert theatre.told(expect(status="complete")) == [
        "proof.procspec.yaml:7:22: The run is expected to be complete on 2024-12-01. It is running."
    ]


def test_what_is_late_and_what_is_not(theatre: Theatre) -> None:
    assert theatre.told("- today: 2024-12-12", expect(overdue="[books, debt]")) == [
        'proof.procspec.yaml:8:31: "debt" is expected to be overdue on 2024-12-12. It is waiting, without a'
        " due date.",
        'proof.procspec.yaml:8:14: "cash" (due 2024-12-11) is overdue on 2024-12-12 too. The list states'
        " exactly which jobs are: add it, or leave the list out.",
    ]
    assert theatre.told("- submit: books", "- today: 2024-12-11", expect(overdue="[books]")) == [
        'proof.procspec.yaml:9:24: "books" is expected to be overdue on 2024-12-11. It is in approval, due'
        " 2024-12-12."
    ]
    assert theatre.told("- complete: books", "- today: 2024-12-11", expect(overdue="[books]")) == [
        'proof.procspec.yaml:9:24: "books" is expected to be overdue on 2024-12-11. It is complete.'
    ]


def test_who_has_it(theatre: Theatre) -> None:
    assert theatre.told(expect(with_="{books: ben, cash: ana}")) == [
        'proof.procspec.yaml:7:28: "books" is expected to be with ben on 2024-12-01. ana has it: it is'
        " running.",
        'proof.procspec.yaml:7:39: "cash" is expected to be with ana on 2024-12-01. Nobody has it: it is'
        " waiting.",
    ]


def test_after_an_expectation_the_play_goes_on_and_shows_the_run_of_the_moment(theatre: Theatre) -> None:
    played = theatre.play(expect(running="[]"), "- submit: books", expect(approval="[]"), "- complete: books")
    assert (played.passed, played.taken) == (False, 4)
    first, second = played.scenes
    assert [one.rule for one in played.diagnostics] == ["not-as-expected"] * 2
    for scene, review in ((first, Review.NONE), (second, Review.APPROVAL)):
        assert scene.run is not None and scene.today == "2024-12-01"
        books = next(job for job in scene.run.jobs if job.key == "books")
        assert (books.phase, books.review, books.permalink) == (Phase.RUNNING, review, "")
        assert [node.key for node in scene.run.nodes() if not node.generated] == [
            *("/", "books", "side", "cash", "debt", "letter", "end", "report", "release")
        ]


@pytest.mark.parametrize(
    "before, step, column, detail",
    [
        ("", "- complete: cash", 15, '"cash" cannot be completed on 2024-12-01: it is waiting.'),
        ("", "- submit: [books, cash]", 21, '"cash" cannot be submitted on 2024-12-01: it is waiting.'),
        ("", "- return: books", 13, '"books" cannot be returned on 2024-12-01: it is running.'),
        (
            "- submit: books",
            "- submit: books",
            13,
            '"books" cannot be submitted on 2024-12-01: it is in approval.',
        ),
        (
            "- complete: books",
            "- complete: books",
            15,
            '"books" cannot be completed on 2024-12-01: it is complete.',
        ),
        ("", "- fail: cash", 11, '"cash" cannot be made to fail on 2024-12-01: it is waiting.'),
        ("", "- start: end", 12, '"end" cannot be started on 2024-12-01: its turn has not come.'),
        (
            "- cancel: books",
            "- cancel: books",
            13,
            '"books" cannot be cancelled on 2024-12-01: it is cancelled.',
        ),
        ("", "- complete: side", 15, '"side" cannot be completed on 2024-12-01: "cash" is waiting.'),
        (
            "- complete: [books, side, letter]",
            "- complete: end",
            15,
            '"end" cannot be completed on 2024-12-01: "report" is waiting.',
        ),
        (
            "- complete: [books, side]",
            "- cancel: side",
            13,
            '"side" cannot be cancelled on 2024-12-01: nothing of it is left to do.',
        ),
    ],
)
def test_a_step_that_cannot_be_taken_ends_the_play(
    theatre: Theatre, before: str, step: str, column: int, detail: str
) -> None:
    given = [before] if before else []
    played = theatre.play(*given, step, expect(status="complete"))
    (scene,) = played.scenes
    (one,) = scene.diagnostics
    assert one.rule == "step-not-taken" and scene.run is not None
    assert one.detail == f"{detail} The steps after it were not taken."
    assert one.place is not None and (one.place.line, one.place.column) == (7 + len(given), column)
    assert (played.taken, played.steps) == (len(given), len(given) + 2)


def test_a_job_that_waits_for_a_hand_says_so(theatre: Theatre) -> None:
    told = theatre.told("- complete: [books, side, letter]", "- start: end", "- complete: end")
    assert told == [
        'proof.procspec.yaml:9:15: "end" cannot be completed on 2024-12-01: "release" is waiting, until'
        " somebody starts it."
    ]


def test_a_process_that_is_not_valid_on_that_day(theatre: Theatre) -> None:
    """Guide, "Validating a Process": due dates lie in the future of the scenario's day (T22)."""
    played = theatre.play("- complete: books", head=HEAD.replace("2024-12-01", "2024-12-11"))
    assert played.taken == 0 and not played.passed
    (scene,) = played.scenes
    assert scene.run is None
    found = {str(one.place): one for one in scene.diagnostics}
    assert list(found) == ["close.procspec.yaml:10:71", "close.procspec.yaml:16:59"]
    for one in found.values():
        assert one.rule == "server-validation" and str(one.related[0]) == "proof.procspec.yaml:5:8"
        assert one.detail.endswith("The scenario begins on 2024-12-11.")


def test_every_rehearsal_is_the_first(theatre: Theatre) -> None:
    first, second = (theatre.play("- complete: books", expect(complete="[books]")) for _ in range(2))
    assert first == second and first.passed


KEYS = ("books", "cash", "debt", "letter", "report", "release")
DEEDS = st.one_of(
    st.builds("- {}: {}".format, st.sampled_from(["complete", "cancel"]), st.sampled_from((*KEYS, "side"))),
    st.builds("- {}: {}".format, st.just("fail"), st.sampled_from(KEYS)),
    st.builds("- {}: {}".format, st.just("submit"), st.sampled_from(["books", "cash", "debt", "report"])),
    st.sampled_from(["- return: books", "- start: end", "- start: release", "- today: 2025-01-02"]),
)


@given(st.lists(DEEDS, max_size=12))
@settings(max_examples=40)
def test_what_is_so_can_be_expected(deeds: list[str]) -> None:
    """Whatever happened: a look says what is so, and an expectation that says the same is met."""
    with TemporaryDirectory() as folder:
        theatre = theatre_in(Path(folder))
        nothing = {name: "[]" for name in LISTS}
        played = theatre.play(*deeds, expect(**nothing))
        taken = deeds[: played.taken]
        (scene,) = theatre.play(*taken, expect(**nothing)).scenes
        assert scene.run is not None
        jobs = scene.run.jobs
        phases = {
            phase.value: f"[{', '.join(job.key for job in jobs if job.phase is phase)}]"
            for phase in (Phase.WAITING, Phase.RUNNING, Phase.COMPLETE, Phase.FAILED, Phase.CANCELLED)
        }
        late = f"[{', '.join(job.key for job in jobs if job.is_overdue(scene.today))}]"
        again = theatre.play(*taken, expect(status=scene.run.phase.value, overdue=late, **phases))
        assert again.passed, again.diagnostics
