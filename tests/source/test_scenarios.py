"""Scenario files: their days, and what is wrong with them, in line and column."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procspec.model import Document, Json
from procspec.source import RULES, Loaded, dump, load
from procspec.source.scenarios import LISTS, VERBS
from tests.source.spec import brief, write

PROJECT = """\
kind: Project
name: test
defaultEnvironment: local
environments:
  local: {provider: workiva, url: emulator, clock: 2024-09-30}
  other: {provider: workiva, url: emulator, clock: 2024-09-30, people: {cleo: user-3}}
variables:
  entities: {default: {us: {name: Acme}, de: {name: Werk}}}
people:
  ana: {id: user-1, name: Ana Ruiz}
  ben: user-2
calendars:
  us: {businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday], holidays: US}
"""
PROCESS = """\
kind: Process
key: close
name: Close
businessStartDate: 2024-10-01
businessEndDate: 2024-12-31
dueDate: WD+10
calendar: us
root:
  name: Root
  children:
    - job: first
      sendTask: {title: First, assignee: ana, approver: ben, dueDate: WD+1, approverDueDate: WD+2}
    - group: side
      name: Side
      triggerType: manual
      children:
        - job: second
          triggerType: manual
          sendTask: {title: Second, assignee: ana}
        - job: letter
          certification: {title: Letter, sourceLetter: l, steps: [{expect: {status: running}}]}
"""
HEAD = "kind: Scenario\nkey: proof\nprocess: close\ntoday: 2024-10-01\nsteps:\n"


def load_scenario(folder: Path, text: str, environment: str | None = None) -> Loaded:
    files: dict[str, str | bytes] = {
        "procspec.yaml": PROJECT,
        "close.procspec.yaml": PROCESS,
        "proof.procspec.yaml": text,
    }
    return load(write(folder, files), environment=environment)


def scenario(folder: Path, text: str) -> Document:
    loaded = load_scenario(folder, text)
    assert loaded.diagnostics == () and loaded.project is not None
    (found,) = loaded.project.scenarios
    return found


def steps(*lines: str) -> str:
    """A scenario with these steps; the first is in line 6, and each is indented by two."""
    return HEAD + "".join(f"  {line}\n" for line in lines)


STEP = "  - expect: {status: running}\n"
WRONG: list[tuple[str, str, list[str]]] = [
    ("an unknown process", HEAD.replace("close", "cloze") + STEP, ["3:10 unknown-process"]),
    ("no process", HEAD.replace("process: close\n", "") + STEP, ["1:1 missing-field"]),
    ("no day", HEAD.replace("today: 2024-10-01\n", "") + STEP, ["1:1 missing-field"]),
    ("a key twice", HEAD.replace("proof", "close") + STEP, ["2:6 duplicate-process"]),
    ("an unknown field", HEAD + STEP + "step: []\n", ["7:1 unknown-field"]),
    # a step
    ("an unknown verb", steps("- complet: first"), ["6:5 unknown-field"]),
    ("two verbs", steps("- complete: first", "  today: WD+1"), ["7:5 several-verbs"]),
    ("no verb", steps("- {}"), ["6:5 nothing-stated"]),
    ("a text", steps("- complete first"), ["6:5 wrong-type"]),
    ("a number as a key", steps("- complete: 3"), ["6:15 wrong-type"]),
    ("a mapping as a key", steps("- complete: {first: true}"), ["6:15 wrong-type"]),
    ("an unknown job", steps("- complete: frist"), ["6:15 unknown-job"]),
    ("an unknown job in a list", steps("- complete: [first, thrid]"), ["6:23 unknown-job"]),
    ("a group that is submitted", steps("- submit: side"), ["6:13 impossible-step"]),
    ("a group that fails", steps("- fail: side"), ["6:11 impossible-step"]),
    ("a job that starts by itself", steps("- start: first"), ["6:12 impossible-step"]),
    ("a certification that is submitted", steps("- submit: letter"), ["6:13 impossible-step"]),
    ("a return without an approver", steps("- return: second"), ["6:13 impossible-step"]),
    # days
    ("a day that is none", steps("- today: 2024-13-01"), ["6:12 bad-date"]),
    ("a day in another order", steps("- today: 01.10.2024"), ["6:12 bad-date"]),
    ("a workday that is misspelt", steps("- today: wd+1"), ["6:12 bad-date"]),
    ("a workday that is none", steps("- today: WD+0"), ["6:12 bad-workday"]),
    ("time that runs back", steps("- today: WD+2", "- today: WD+1"), ["7:12 time-runs-back"]),
    ("before the beginning", steps("- today: 2024-09-30"), ["6:12 time-runs-back"]),
    # expectations
    ("nothing expected", steps("- expect: {}"), ["6:13 nothing-stated"]),
    ("an unknown state", steps("- expect: {runing: [first]}"), ["6:14 unknown-field"]),
    ("a job for a list", steps("- expect: {running: first}"), ["6:23 wrong-type"]),
    ("an unknown status", steps("- expect: {status: done}"), ["6:22 value-not-allowed"]),
    ("an unknown job that runs", steps("- expect: {running: [frist]}"), ["6:24 unknown-job"]),
    ("an unknown job with somebody", steps("- expect: {with: {frist: ana}}"), ["6:21 unknown-job"]),
    ("a group with somebody", steps("- expect: {with: {side: ana}}"), ["6:21 impossible-step"]),
    ("somebody unknown", steps("- expect: {with: {first: anna}}"), ["6:28 unknown-person"]),
    ("somebody of elsewhere", steps("- expect: {with: {first: cleo}}"), ["6:28 unknown-person"]),
]


@pytest.mark.parametrize("text, found", [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_what_is_wrong(tmp_path: Path, text: str, found: list[str]) -> None:
    loaded = load_scenario(tmp_path, text)
    assert brief(loaded.diagnostics) == found
    assert loaded.project is None
    for one in loaded.diagnostics:
        assert one.summary == RULES[one.rule] and one.detail.endswith((".", "?")), one.detail


def told(folder: Path, text: str) -> str:
    (one,) = load_scenario(folder, text).diagnostics
    return one.detail


def test_what_was_meant(tmp_path: Path) -> None:
    assert told(tmp_path, HEAD.replace("close", "cloze") + STEP) == (
        'The project has no process "cloze". Did you mean "close"?'
    )
    assert told(tmp_path, steps("- complete: frist")) == (
        'The process has no job or group "frist". Did you mean "first"?'
    )
    assert told(tmp_path, steps("- complet: first")) == (
        '"complet" is not a field of a step. Did you mean "complete"?'
    )
    assert told(tmp_path, steps("- expect: {with: {first: anna}}")).startswith(
        'Nobody is called "anna" in the project. Did you mean "ana"?'
    )
    assert told(tmp_path, steps("- start: first")) == (
        '"first" starts by itself when its turn comes. Make it one with "triggerType: manual", or remove the'
        " step."
    )
    assert told(tmp_path, steps("- complete: first", "  today: WD+1")) == (
        'A step is one thing, and this one has "complete" already. Put "today" behind a dash of its own.'
    )
    assert told(tmp_path, steps("- {}")) == (
        'A step without a field states nothing. It takes "expect", "submit", "return", "complete", "start",'
        ' "fail", "cancel", "today".'
    )
    assert told(tmp_path, steps("- today: WD+2", "- today: WD+1")) == (
        "It is 2025-01-03 since line 6, and time does not run back to 2025-01-02."
    )


def test_days_are_those_of_the_process(tmp_path: Path) -> None:
    """WD+1 is not New Year: the process's calendar says so."""
    found = scenario(
        tmp_path,
        steps("- today: WD-1", "- today: WD+1", "- today: due+1d").replace("2024-10-01", "start+0d"),
    )
    assert found.data["today"] == "2024-10-01"
    assert [step["today"] for step in found.data["steps"]] == ["2024-12-31", "2025-01-02", "2025-01-16"]
    assert found.written == {
        ("today",): "start+0d",
        ("steps", 0, "today"): "WD-1",
        ("steps", 1, "today"): "WD+1",
        ("steps", 2, "today"): "due+1d",
    }


def test_a_day_may_stay(tmp_path: Path) -> None:
    scenario(tmp_path, steps("- today: 2024-10-01", "- today: 2024-10-01"))


def test_a_workday_needs_something_to_count_from(tmp_path: Path) -> None:
    process = PROCESS.replace("businessStartDate: 2024-10-01\n", "")
    text = HEAD.replace("2024-10-01", "start+1wd") + STEP
    files: dict[str, str | bytes] = {"procspec.yaml": PROJECT, "a.procspec.yaml": process}
    loaded = load(write(tmp_path, {**files, "proof.procspec.yaml": text}))
    assert brief(loaded.diagnostics) == ["4:8 workday-without-anchor"]
    assert loaded.diagnostics[0].place is not None
    assert loaded.diagnostics[0].place.file == "proof.procspec.yaml"


def test_one_proof_an_entity(tmp_path: Path) -> None:
    """`forEach` on the scenario, over the copies of a process."""
    process = PROCESS.replace("key: close", "key: close-${each.key}\nforEach: ${var.entities}")
    text = steps("- complete: first").replace("key: proof", "key: ${each.key}\nforEach: ${var.entities}")
    files: dict[str, str | bytes] = {
        "procspec.yaml": PROJECT,
        "a.procspec.yaml": process,
        "proof.procspec.yaml": text.replace("process: close", "process: close-${each.key}"),
    }
    loaded = load(write(tmp_path, files))
    assert loaded.project is not None
    assert [one.data["process"] for one in loaded.project.scenarios] == ["close-us", "close-de"]
    wrong = {**files, "proof.procspec.yaml": str(files["proof.procspec.yaml"]).replace("first", "frist")}
    (one,) = load(write(tmp_path, wrong)).diagnostics
    assert one.rule == "unknown-job" and one.detail.endswith("The same in de.")


def test_nobody_blames_a_scenario_for_a_process_that_cannot_be_read(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "procspec.yaml": PROJECT,
        "close.procspec.yaml": "kind: [",
        "proof.procspec.yaml": HEAD + STEP,
    }
    assert brief(load(write(tmp_path, files)).diagnostics) == ["1:8 invalid-yaml"]


def test_people_are_those_of_the_environment(tmp_path: Path) -> None:
    text = steps("- expect: {with: {first: cleo}}")
    assert load_scenario(tmp_path, text, "other").project is not None
    assert load_scenario(tmp_path, steps("- expect: {with: {first: {id: user-9, type: user}}}")).project


def test_no_plan_depends_on_a_scenario(tmp_path: Path) -> None:
    with_it = load_scenario(tmp_path, steps("- complete: first")).project
    (tmp_path / "proof.procspec.yaml").unlink()
    without = load(tmp_path).project
    changed = load_scenario(tmp_path, steps("- cancel: first")).project
    assert with_it is not None and without is not None and changed is not None
    assert with_it.digest == without.digest == changed.digest
    assert len(with_it.scenarios) == 1 and with_it.processes == without.processes


KEYS = st.sampled_from(["first", "second", "side", "letter", "frist", "", "ana"])
DAYS = st.sampled_from(["WD+1", "WD+0", "2024-10-02", "2024-02-30", "due+9999d", "start-1wd", "x", ""])
WORDS = st.sampled_from([*VERBS, *LISTS, "expect", "today", "status", "with", "key", "process", "steps"])
SHAPES = st.recursive(
    st.one_of(KEYS, DAYS, st.integers(-1, 2), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=12,
)
STEPS = st.lists(st.one_of(SHAPES, st.dictionaries(WORDS, SHAPES, max_size=2)), max_size=4)


@given(st.fixed_dictionaries({}, optional={"process": SHAPES, "today": SHAPES, "steps": SHAPES}), STEPS)
def test_any_shape(fields: dict[str, Json], steps: Json) -> None:
    """Whatever stands in a scenario, what is wrong is said at a place, and nothing breaks."""
    data = {"kind": "Scenario", "key": "k", "process": "close", "today": "WD-1", "steps": steps, **fields}
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_scenario(Path(folder), dump(data))
    assert (loaded.project is not None) == all(one.severity.value == "warning" for one in loaded.diagnostics)
    for one in loaded.diagnostics:
        assert one.rule in RULES and one.place is not None and one.place.file == "proof.procspec.yaml"
