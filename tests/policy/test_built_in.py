"""Every built-in policy: a case that fires at its place, one that does not, and one that is waived."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from procspec.model import Calendar
from procspec.policy import POLICIES, check
from procspec.workdays import NoHolidays
from tests.policy.spec import PROCESS, PROJECT, TODAY, brief, checked


@dataclass(frozen=True, kw_only=True)
class Case:
    """Changes of the usual project and of the usual process, each a text and what stands for it.

    `fires` breaks the policy at `found`, which has all that is found; `quiet` does not. `waived` is the
    first without one, where no waiver can stand.
    """

    fires: dict[str, str]
    found: list[str]
    quiet: dict[str, str]
    details: tuple[str, ...] = ()
    project: dict[str, str] = field(default_factory=dict)


ANA = "assignee: ana, approver: ben}"
LAST = "      sendTask: {title: A, assignee: ana, approver: ben}\n"
CLOSE = "name: Close\n"
WEEK = "businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]\n"
CALENDAR = f"{WEEK}businessDateExclusions: [2024-11-28]\n"
BEN = "ben: {id: user-2, name: Ben Cole"
AWAY = "awayFrom: 2024-12-20, awayUntil: 2024-12-31"


def job(key: str, due: str = "", title: str = "") -> str:
    dated = f", dueDate: {due}" if due else ""
    return (
        f"    - job: {key}\n      sendTask: {{title: {title or key}, assignee: ana, approver: ben{dated}}}\n"
    )


def jobs(*dated: tuple[str, str]) -> str:
    return "".join(job(key, due) for key, due in dated)


def due(day: str, approved: str = "") -> str:
    more = f", approverDueDate: {approved}" if approved else ""
    return f"assignee: ana, approver: ben, dueDate: {day}{more}}}"


GROUPS = """\
    - group: first
      name: First
      parallel: true
      children:
        - group: inner
          name: Inner
          children:
            - job: late
              sendTask: {{title: Late, assignee: ana, approver: ben, dueDate: 2024-12-20}}
        - job: early
          sendTask: {{title: Early, assignee: ana, approver: ben, dueDate: 2024-12-02}}
    - group: second
      name: Second
      parallel: true
      children:
        - job: next
          sendTask: {{title: Next, assignee: ana, approver: ben, dueDate: {day}}}
        - job: last
          sendTask: {{title: Last, assignee: ana, approver: ben, dueDate: 2024-12-23}}
"""

CASES: dict[str, tuple[str, Case]] = {
    "one name": (
        "self-approval",
        Case(
            fires={ANA: "assignee: ana, approver: ana}"},
            found=["8:53 self-approval"],
            quiet={ANA: "assignee: ana, approver: ben}"},
            details=("Ana Ruiz would approve their own work. Choose another approver.",),
        ),
    ),
    "two names of one id": (
        "self-approval",
        Case(
            project={"  cleo: {id: user-3, name: Cleo Park}": "  anna: user-1"},
            fires={ANA: "assignee: ana, approver: anna}"},
            found=["8:53 self-approval"],
            quiet={ANA: "assignee: ben, approver: anna}"},
            details=('"ana" and "anna" are one person, user-1, who would approve their own work.',),
        ),
    ),
    "a name and its id": (
        "self-approval",
        Case(
            fires={ANA: "assignee: ana, approver: {id: user-1, type: USER}}"},
            found=["8:53 self-approval"],
            quiet={ANA: "assignee: ana, approver: {id: user-9, type: user}}"},
        ),
    ),
    "the approver's delegate, on leave": (
        "self-approval",
        Case(
            project={BEN: f"{BEN}, delegate: ana, {AWAY}"},
            fires={ANA: due("2024-12-15", "2024-12-20")},
            found=["?8:53 person-away", "8:53 self-approval"],
            quiet={ANA: due("2024-12-15", "2024-12-19")},
            details=("Ana Ruiz stands in for the approver, Ben Cole, and would approve their own work.",),
        ),
    ),
    "the assignee's delegate, on leave": (
        "self-approval",
        Case(
            project={BEN: f"{BEN}, delegate: ana, {AWAY}"},
            fires={ANA: "assignee: ben, approver: ana, dueDate: 2024-12-31}"},
            found=["?8:38 person-away", "8:53 self-approval"],
            quiet={ANA: "assignee: ben, approver: ana, dueDate: 2025-01-01}"},
            details=("Ana Ruiz stands in for the assignee, Ben Cole, and would approve their own work.",),
        ),
    ),
    "a delegate at any time": (
        "self-approval",
        Case(
            project={BEN: f"{BEN}, delegate: ana"},
            fires={ANA: due("2024-12-15")},
            found=["8:53 self-approval"],
            quiet={ANA: "assignee: cleo, approver: ben, dueDate: 2024-12-15}"},
        ),
    ),
    "a delegate's delegate": (
        "self-approval",
        Case(
            project={BEN: f"{BEN}, delegate: cleo", "Cleo Park": "Cleo Park, delegate: ana"},
            fires={ANA: due("2024-12-15")},
            found=["8:53 self-approval"],
            quiet={ANA: "assignee: {id: user-9, type: user}, approver: ben}"},
        ),
    ),
    "one delegate of two who are away": (
        "self-approval",
        Case(
            project={
                BEN: f"{BEN}, delegate: cleo, {AWAY}",
                "name: Ana Ruiz": f"name: Ana Ruiz, delegate: cleo, {AWAY}",
            },
            fires={ANA: due("2024-12-20")},
            found=["?8:38 person-away", "?8:53 person-away", "8:53 self-approval"],
            quiet={ANA: due("2024-12-19")},
            details=("Cleo Park stands in for both, Ana Ruiz and Ben Cole, and would",),
        ),
    ),
    "no user": (
        "unchecked-approval",
        Case(
            fires={ANA: "assignee: ana, approver: auditors}"},
            found=["?8:53 unchecked-approval"],
            quiet={ANA: "assignee: ana, approver: ben}"},
            details=('"auditors" is a group and no user',),
        ),
    ),
    "nobody": (
        "no-approver",
        Case(
            fires={ANA: "assignee: ana}"},
            found=["?8:7 no-approver"],
            quiet={LAST: "      certification: {title: A, sourceLetter: letter-1}\n"},
            details=('Nobody approves "A". Add an approver, or waive it where none is needed.',),
        ),
    ),
    "the assignee is away": (
        "person-away",
        Case(
            project={BEN: f"{BEN}, delegate: cleo, {AWAY}"},
            fires={ANA: "assignee: ben, approver: ana, dueDate: 2024-12-20}"},
            found=["?8:38 person-away"],
            quiet={ANA: "assignee: ben, approver: ana, dueDate: 2025-01-01}"},
            details=(
                "Ben Cole is away from 2024-12-20 to 2024-12-31, and this is due on 2024-12-20. The delegate"
                " is Cleo Park. Nobody is swapped by procspec: write who is to do it.",
            ),
        ),
    ),
    "the approver is away": (
        "person-away",
        Case(
            project={BEN: f"{BEN}, {AWAY}"},
            fires={ANA: due("2024-12-18", "2024-12-20")},
            found=["?8:53 person-away"],
            quiet={ANA: due("2024-12-18", "2024-12-19")},
            details=("Choose somebody else, or name a delegate.",),
        ),
    ),
    "the delegate is away as well": (
        "person-away",
        Case(
            project={BEN: f"{BEN}, delegate: cleo, {AWAY}", "Cleo Park": f"Cleo Park, {AWAY}"},
            fires={ANA: due("2024-12-20")},
            found=["?8:53 person-away"],
            quiet={ANA: due("2024-12-19")},
            details=("The delegate is Cleo Park, who is away as well.",),
        ),
    ),
    "three on a day": (
        "busy-day",
        Case(
            project={"name: test\n": "name: test\npolicies: {busy-day: {most: 2}}\n"},
            fires={LAST: LAST + jobs(*((key, "2024-12-16") for key in "bcd"))},
            found=["?10:38 busy-day"],
            quiet={LAST: LAST + jobs(*((key, "2024-12-16") for key in "bc"), ("d", "2024-12-17"))},
            details=(
                "Ana Ruiz has 3 tasks that are due on 2024-12-16, and 2 are what the project allows: b, c,"
                " d. Move some, or give them to somebody else.",
            ),
        ),
    ),
    "eleven on a day": (
        "busy-day",
        Case(
            fires={LAST: LAST + jobs(*((key, "2024-12-16") for key in "bcdefghijkl"))},
            found=["?10:38 busy-day"],
            quiet={LAST: LAST + jobs(*((key, "2024-12-16") for key in "bcdefghijk"))},
        ),
    ),
    "the approval first": (
        "approver-due-before-assignee",
        Case(
            fires={ANA: due("2024-12-16", "2024-12-13")},
            found=["8:96 approver-due-before-assignee"],
            quiet={ANA: due("2024-12-16", "2024-12-16")},
            details=("The approval is due on 2024-12-13, before the work itself on 2024-12-16.",),
        ),
    ),
    "a Saturday": (
        "no-business-day",
        Case(
            fires={CLOSE: CLOSE + CALENDAR, ANA: due("2024-12-14")},
            found=["?10:67 no-business-day"],
            quiet={CLOSE: CLOSE + CALENDAR, ANA: due("2024-12-13")},
            details=("2024-12-14 is a Saturday and no business day. Choose a business day.",),
        ),
    ),
    "a holiday": (
        "no-business-day",
        Case(
            fires={CLOSE: CLOSE + CALENDAR + "dueDate: 2024-11-28\n"},
            found=["?6:10 no-business-day"],
            quiet={CLOSE: CLOSE + "dueDate: 2024-12-14\n"},
            details=("2024-11-28 is a Thursday and no business day.",),
        ),
    ),
    "before the start": (
        "due-outside-window",
        Case(
            fires={CLOSE: CLOSE + "businessStartDate: 2024-12-01\n", ANA: due("2024-11-29")},
            found=["?9:67 due-outside-window"],
            quiet={CLOSE: CLOSE + "businessStartDate: 2024-11-29\n", ANA: due("2024-11-29")},
            details=("2024-11-29 is before the process's period begins, on 2024-12-01.",),
        ),
    ),
    "after the end": (
        "due-outside-window",
        Case(
            fires={
                CLOSE: CLOSE + "businessEndDate: 2024-12-31\ndueDate: 2025-01-10\n",
                ANA: due("2025-01-10", "2025-01-13"),
            },
            found=["?10:96 due-outside-window"],
            quiet={
                CLOSE: CLOSE + "businessEndDate: 2024-12-31\ndueDate: 2025-01-10\n",
                ANA: due("2025-01-10", "2025-01-10"),
            },
            details=("2025-01-13 is after 2025-01-10, when the whole process is due.",),
        ),
    ),
    "a row": (
        "serial-order",
        Case(
            fires={LAST: LAST + jobs(("b", "2024-12-18"), ("c", "2024-12-17"), ("d", "2024-12-18"))},
            found=["?12:67 serial-order"],
            quiet={LAST: LAST + jobs(("b", "2024-12-17"), ("c", "2024-12-17"), ("d", "2024-12-18"))},
            details=(
                '"c" is due on 2024-12-17 and begins only when "b" is done, which is due on 2024-12-18.',
            ),
        ),
    ),
    "a row with gaps, all at once": (
        "serial-order",
        Case(
            fires={LAST: LAST + jobs(("b", "2024-12-18"), ("c", ""), ("d", "2024-12-17"))},
            found=["?14:67 serial-order"],
            quiet={
                "name: Root\n": "name: Root\n  parallel: true\n",
                LAST: LAST + jobs(("b", "2024-12-18"), ("c", "2024-12-17")),
            },
        ),
    ),
    "a row, not only the one before": (
        "serial-order",
        Case(
            fires={
                LAST: LAST
                + jobs(("b", "2024-12-20"), ("c", "2024-12-20"), ("d", "2024-12-20"), ("e", "2024-12-15"))
            },
            found=["?16:67 serial-order"],
            quiet={LAST: LAST + jobs(("b", "2024-12-15"), ("c", "2024-12-20"), ("d", "2024-12-20"))},
            details=(
                '"e" is due on 2024-12-15 and begins only when "d" is done, which is due on 2024-12-20.',
            ),
        ),
    ),
    "groups": (
        "serial-order",
        Case(
            fires={LAST: LAST + GROUPS.format(day="2024-12-19")},
            found=["?25:74 serial-order"],
            quiet={LAST: LAST + GROUPS.format(day="2024-12-20")},
            details=('"Next" is due on 2024-12-19 and begins only when "Late" is done',),
        ),
    ),
    "today": (
        "past-due",
        Case(
            fires={ANA: due("2024-09-30")},
            found=["?8:67 past-due"],
            quiet={ANA: due("2024-10-01")},
            details=("2024-09-30 is today. The server's validation refuses a new process with such a day.",),
        ),
    ),
    "yesterday": (
        "past-due",
        Case(
            fires={CLOSE: CLOSE + "dueDate: 2024-09-29\n"},
            found=["?4:10 past-due"],
            quiet={CLOSE: CLOSE + "dueDate: 2024-10-01\n"},
            details=("2024-09-29 is in the past on 2024-09-30.",),
        ),
    ),
    "twins": (
        "twin-titles",
        Case(
            fires={LAST: LAST + job("b", title="' a'")},
            found=["?10:25 twin-titles"],
            quiet={LAST: LAST + job("b", title="A2")},
            details=('The job "a" has the title " a" too. Say in the titles what differs.',),
        ),
    ),
    "no letter": (
        "certification-without-letter",
        Case(
            fires={LAST: "      certification: {title: A}\n"},
            found=["8:7 certification-without-letter"],
            quiet={LAST: "      certification: {title: A, sourceLetter: letter-1}\n"},
        ),
    ),
    "a blank letter": (
        "certification-without-letter",
        Case(
            fires={LAST: "      certification: {title: A, sourceLetter: ' '}\n"},
            found=["8:47 certification-without-letter"],
            quiet={LAST: "      certification: {title: A, sourceLetter: letter-1}\n"},
        ),
    ),
    "no start": (
        "relative-without-start",
        Case(
            fires={CLOSE: CLOSE + "relativeDates: true\n"},
            found=["4:16 relative-without-start"],
            quiet={CLOSE: CLOSE + "relativeDates: true\nbusinessStartDate: 2024-10-01\n"},
        ),
    ),
    "not relative": (
        "relative-without-start",
        Case(
            fires={CLOSE: CLOSE + "relativeDates: true\nbusinessEndDate: 2024-12-31\n"},
            found=["4:16 relative-without-start"],
            quiet={CLOSE: CLOSE + "relativeDates: false\n"},
        ),
    ),
    "four reminders": (
        "many-reminders",
        Case(
            fires={
                CLOSE: CLOSE
                + "defaultCertSignerReminders: [1, 2, 3, 4]\ndefaultCertApproverReminders: [1, 2, 3]\n"
            },
            found=["4:39 many-reminders"],
            quiet={CLOSE: CLOSE + "defaultCertSignerReminders: [1, 2, 3]\n"},
            details=("These are 4 reminders, and an action has 3 at most.",),
        ),
    ),
}

PEOPLE: dict[str, tuple[str, str, str, str]] = {
    "unknown-delegate": (
        f"{BEN}, delegate: dan",
        "5:47 unknown-delegate",
        f"{BEN}, delegate: cleo",
        'Nobody is called "dan"',
    ),
    "away-dates": (
        f"{BEN}, awayFrom: 2024-12-20, awayUntil: 2024-12-19",
        "5:70 away-dates",
        f"{BEN}, awayFrom: 2024-12-20, awayUntil: 2024-12-20",
        "The absence ends on 2024-12-19, before it begins on 2024-12-20.",
    ),
}
"""About the people of the project, where no waiver can stand."""

SETTINGS = {name for name, policy in POLICIES.items() if policy.find is None}
"""Tested in `test_waivers`, `test_settings` and `test_custom`."""


def written(text: str, changes: dict[str, str]) -> str:
    for before, after in changes.items():
        assert before in text, f"{before!r} is not there"
        text = text.replace(before, after, 1)
    return text


def files(case: Case, changes: dict[str, str]) -> dict[str, str | bytes]:
    return {
        "procspec.yaml": written(PROJECT, case.project),
        "close.procspec.yaml": written(PROCESS, changes),
    }


def test_every_policy_has_a_case() -> None:
    assert {policy for policy, _ in CASES.values()} | PEOPLE.keys() | SETTINGS == POLICIES.keys()
    assert {name for name in POLICIES if "waiver" in name or "polic" in name or "owner" in name} == SETTINGS


each = pytest.mark.parametrize("name", CASES)


@each
def test_it_fires_at_its_place(name: str, tmp_path: Path) -> None:
    policy, case = CASES[name]
    found = checked(tmp_path, files(case, case.fires))
    assert brief(found) == case.found
    (one,) = [diagnostic for diagnostic in found.found if diagnostic.rule == policy]
    assert one.summary == POLICIES[policy].summary and one.severity is POLICIES[policy].severity
    assert all(words in one.detail for words in case.details)


@each
def test_it_does_not_fire(name: str, tmp_path: Path) -> None:
    policy, case = CASES[name]
    found = checked(tmp_path, files(case, case.quiet))
    assert [line for line in brief(found) if line.endswith(policy)] == []


@each
def test_it_is_waived(name: str, tmp_path: Path) -> None:
    policy, case = CASES[name]
    waiver = f"waivers: [{{policy: {policy}, reason: Agreed., owner: ana, expires: 2024-09-30}}]\n"
    process = written(PROCESS, case.fires) + waiver
    found = checked(tmp_path, {**files(case, {}), "close.procspec.yaml": process})
    assert brief(found) == [line for line in case.found if not line.endswith(policy)]
    (one,) = found.waivers
    assert (one.policy, one.key, one.node, one.owner) == (policy, "close", "", "ana")


@pytest.mark.parametrize("policy", PEOPLE)
def test_people_of_the_project(policy: str, tmp_path: Path) -> None:
    bad, place, good, words = PEOPLE[policy]
    found = checked(tmp_path, {"procspec.yaml": PROJECT.replace(BEN, bad)})
    assert brief(found) == [place]
    assert words in found.found[0].detail and found.found[0].place is not None
    assert found.found[0].place.file == "procspec.yaml"
    assert brief(checked(tmp_path, {"procspec.yaml": PROJECT.replace(BEN, good)})) == []


def test_people_of_the_environment(tmp_path: Path) -> None:
    """The place is where it is written: the environment's entry comes before the project's."""
    environments = (
        "environments:\n  local:\n    provider: workiva\n    url: emulator\n"
        "    people: {ben: {id: user-9, delegate: dan}}\n"
    )
    found = checked(tmp_path, {"procspec.yaml": PROJECT + environments})
    assert brief(found) == ["12:42 unknown-delegate"]


def test_the_related_places(tmp_path: Path) -> None:
    process = written(
        PROCESS, {ANA: "assignee: ana, approver: ana, dueDate: 2024-12-16, approverDueDate: 2024-12-13}"}
    )
    found = checked(tmp_path, {"close.procspec.yaml": process}).found
    assert {one.rule: [place.column for place in one.related] for one in found} == {
        "self-approval": [38],
        "approver-due-before-assignee": [67],
    }


def test_a_task_of_another_process_counts(tmp_path: Path) -> None:
    project = PROJECT + "policies: {busy-day: {most: 1}}\n"
    one = written(PROCESS, {ANA: due("2024-12-16")})
    other = one.replace("key: close", "key: other").replace(
        "assignee: ana", "assignee: {id: user-1, type: user}"
    )
    found = checked(
        tmp_path, {"procspec.yaml": project, "close.procspec.yaml": one, "other.procspec.yaml": other}
    )
    (busy,) = found.found
    assert (busy.rule, str(busy.place)) == ("busy-day", "close.procspec.yaml:8:38")
    assert [str(place) for place in busy.related] == ["other.procspec.yaml:8:38"]
    assert "allows: close: a, other: a. Move some" in busy.detail


def test_a_row_is_compared_with_the_latest_before(tmp_path: Path) -> None:
    """One that is out of order, and waived, hides nothing from those behind it."""
    dated = jobs(("b", "2024-12-20"), ("c", "2024-12-10"), ("d", "2024-12-15"))
    exception = "waivers: [{policy: serial-order, reason: Agreed., owner: ana, expires: 2024-09-30}]"
    process = written(PROCESS, {LAST: LAST + dated.replace("job: c\n", f"job: c\n      {exception}\n")})
    found = checked(tmp_path, {"close.procspec.yaml": process})
    assert brief(found) == ["?15:67 serial-order"]
    assert found.found[0].detail.startswith('"d" is due on 2024-12-15 and begins only when "b" is done')
    assert [place.line for place in found.found[0].related] == [10]


BUSY = PROJECT.replace("name: test\n", "name: test\npolicies: {busy-day: {most: 2}}\n")


def busy(folder: Path, keys: str, waived: str = "", extra: str = "") -> list[str]:
    """What is found where these jobs are due on one day, waivers on some of them."""
    exception = "waivers: [{policy: busy-day, reason: Agreed., owner: ana, expires: 2024-09-30}]"
    text = PROCESS + extra
    for key in keys:
        one = job(key, "2024-12-16")
        text += one.replace(f"job: {key}\n", f"job: {key}\n      {exception}\n") if key in waived else one
    return [
        f"{text.splitlines()[d.place.line - 2].split()[-1] if d.rule == 'busy-day' and d.place else ''}"
        f" {d.rule}: {d.detail}"
        for d in checked(folder, {"procspec.yaml": BUSY, "close.procspec.yaml": text}).found
    ]


def test_a_waiver_takes_a_task_out_of_the_count(tmp_path: Path) -> None:
    """It covers neither the other tasks of the day nor one that is added later."""
    (one,) = busy(tmp_path, "bcde", waived="e")
    assert one.startswith(
        "b busy-day: Ana Ruiz has 3 tasks that are due on 2024-12-16, besides 1 that is waived,"
    )
    assert busy(tmp_path, "bcde", waived="bd") == []
    (one,) = busy(tmp_path, "bcdef", waived="bd")
    assert "allows: c, e, f." in one


def test_a_waiver_of_a_busy_day_does_not_depend_on_other_jobs(tmp_path: Path) -> None:
    assert busy(tmp_path, "bcde", waived="de", extra=job("z", "2024-12-13")) == []
    assert busy(tmp_path, "bcde", waived="de") == []
    assert busy(tmp_path, "bcd", waived="cd") == []  # fewer tasks than before, still too many without it
    assert [line.split(":")[0] for line in busy(tmp_path, "bc", waived="c")] == [" unused-waiver"]


def test_a_year_without_holidays_is_told(tmp_path: Path) -> None:
    """What a library does not know is no business day for sure, and nothing breaks."""

    def nothing(year: int) -> frozenset[date]:
        raise NoHolidays(f"Nothing is known about {year}.", year)

    project = checked(tmp_path, {"close.procspec.yaml": written(PROCESS, {ANA: due("2024-12-16")})}).project
    assert project is not None
    calendar = Calendar(week=frozenset(range(5)), holidays=nothing)
    (document,) = project.processes
    unsure = replace(project, processes=(replace(document, calendar=calendar),))
    (found,) = check(unsure, as_of=TODAY).diagnostics
    assert (found.rule, str(found.place)) == ("no-business-day", "close.procspec.yaml:8:67")
    assert found.detail == "Nobody knows whether 2024-12-16 is a business day. Nothing is known about 2024."
