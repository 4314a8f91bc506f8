"""What schema and checks say about a process or a project: rule, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from procspec.model import Location
from procspec.source import RULES, load
from tests.source.spec import PROCESS, PROJECT, brief, load_process, write

HEAD = "kind: Process\nkey: close\nname: Close\nroot:\n  name: Root\n  children:\n"

WAIVER = "waivers: [{policy: p, reason: r, owner: ana}]\n"


def jobs(*lines: str) -> str:
    """A process with these entries; the first is in line 7, and each is indented by four."""
    return HEAD + "".join(f"    {line}\n" for line in lines)


PROCESSES: list[tuple[str, str, list[str]]] = [
    ("a misspelt field of a process", PROCESS + "autoClos: true\n", ["9:1 unknown-field"]),
    ("a misspelt field of an action", jobs("- job: a", "  sendTask: {titel: A}"), ["8:18 unknown-field"]),
    (
        "a misspelt field of a group",
        jobs("- group: g", "  name: G", "  paralel: true", "  children: [{job: a, sendTask: {title: A}}]"),
        ["9:7 unknown-field"],
    ),
    ("a misspelt action", jobs("- job: a", "  sendTsk: {title: A}"), ["8:7 unknown-field"]),
    ("a misspelt job", jobs("- jb: a", "  sendTask: {title: A}"), ["7:7 unknown-field"]),
    ("a misspelt children", jobs("- group: g", "  name: G", "  childen: []"), ["9:7 unknown-field"]),
    ("a misspelt root", PROCESS.replace("root:", "rot:"), ["4:1 unknown-field"]),
    (
        "a field of the action beside it",
        jobs("- job: a", "  dueDate: 2024-12-01", "  sendTask: {title: A}"),
        ["8:7 unknown-field"],
    ),
    ("a missing title", jobs("- job: a", "  sendTask: {assignee: ana}"), ["8:7 missing-field"]),
    ("an action without fields", jobs("- job: a", "  sendTask: {}"), ["8:7 missing-field"]),
    ("a missing root", "kind: Process\nkey: a\nname: A\n", ["1:1 missing-field"]),
    ("several missing", "kind: Process\n", ["1:1 missing-field", "1:1 missing-field", "1:1 missing-field"]),
    (
        "a group without a name",
        jobs("- group: g", "  children: [{job: a, sendTask: {title: A}}]"),
        ["7:7 missing-field"],
    ),
    ("a group without children", jobs("- group: g", "  name: G"), ["7:7 missing-field"]),
    (
        "children without a group",
        jobs("- name: G", "  children: [{job: a, sendTask: {title: A}}]"),
        ["7:7 missing-field"],
    ),
    ("an action without a job", jobs("- sendTask: {title: A}"), ["7:7 missing-field"]),
    (
        "an incomplete person",
        jobs("- job: a", "  sendTask: {title: A, assignee: {id: x}}"),
        ["8:28 missing-field"],
    ),
    (
        "an unknown field of a person",
        jobs("- job: a", "  sendTask: {title: A, assignee: {id: x, type: user, nam: y}}"),
        ["8:58 unknown-field"],
    ),
    ("no action", jobs("- job: a"), ["7:7 job-without-action"]),
    ("no action, but a trigger", jobs("- job: a", "  triggerType: manual"), ["7:7 job-without-action"]),
    (
        "two actions",
        jobs("- job: a", "  sendTask: {title: A}", "  certification: {title: A}"),
        ["9:7 job-with-several-actions"],
    ),
    ("neither job nor group", jobs("- {}"), ["7:7 entry-without-key"]),
    ("neither, with something else", jobs("- triggerType: manual"), ["7:7 entry-without-key"]),
    (
        "both job and group",
        jobs("- job: a", "  group: g", "  name: G", "  children: [{job: b, sendTask: {title: A}}]"),
        ["7:7 unknown-field"],
    ),
    ("a text as an entry", jobs("- reconcile"), ["7:7 wrong-type"]),
    ("a list as a process", "- a\n", ["1:1 wrong-type"]),
    ("a text as a process", "a\n", ["1:1 wrong-type"]),
    ("children that are no list", HEAD.replace("children:", "children: x"), ["6:13 wrong-type"]),
    ("a number as a name", PROCESS.replace("Close", "2024", 1), ["3:7 wrong-type"]),
    ("yes for true", PROCESS + "autoClose: yes\n", ["9:12 wrong-type"]),
    (
        "a person who is a number",
        jobs("- job: a", "  sendTask: {title: A, assignee: 12}"),
        ["8:38 wrong-type"],
    ),
    ("a list for a text", PROCESS + "calendar: [x]\n", ["9:11 wrong-type"]),
    ("another kind", PROCESS.replace("Process", "Proces"), ["1:7 value-not-allowed"]),
    (
        "another trigger",
        jobs("- job: a", "  triggerType: Manual", "  sendTask: {title: A}"),
        ["8:20 value-not-allowed"],
    ),
    (
        "a weekday with a capital",
        PROCESS + "businessDaysOfWeek: [monday, Tuesday]\n",
        ["9:30 value-not-allowed"],
    ),
    ("an empty name", PROCESS.replace("Close", '""', 1), ["3:7 empty-text"]),
    ("a key with a space", PROCESS.replace("close", "the close"), ["2:6 bad-key"]),
    ("a key with a line feed at its end", PROCESS.replace("close", '"close\\n"'), ["2:6 bad-key"]),
    ("a key with an umlaut", jobs("- job: prüfen", "  sendTask: {title: A}"), ["7:12 bad-key"]),
    (
        "two jobs of one key",
        jobs("- job: a", "  sendTask: {title: A}", "- job: a", "  sendTask: {title: B}"),
        ["9:12 duplicate-node"],
    ),
    (
        "a job and a group of one key",
        jobs(
            "- job: a",
            "  sendTask: {title: A}",
            "- group: a",
            "  name: G",
            "  children: [{job: b, sendTask: {title: B}}]",
        ),
        ["9:14 duplicate-node"],
    ),
    (
        "an unknown person",
        jobs("- job: a", "  sendTask: {title: A, assignee: anna, approver: ben}"),
        ["8:38 unknown-person"],
    ),
    ("an unknown calendar", PROCESS + "calendar: uk-close\n", ["9:11 unknown-calendar"]),
    ("an impossible date", PROCESS + "dueDate: 2024-02-30\n", ["9:10 bad-date"]),
    ("a leap year that is none", PROCESS + "dueDate: 2023-02-29\n", ["9:10 bad-date"]),
    ("year nought", PROCESS + "dueDate: 0000-01-01\n", ["9:10 bad-date"]),
    ("a date-time", PROCESS + "dueDate: 2024-12-15T17:00:00Z\n", ["9:10 bad-date"]),
    (
        "a workday with nothing to count from",
        jobs("- job: a", "  sendTask: {title: A, dueDate: WD+3}"),
        ["8:37 workday-without-anchor"],
    ),
    (
        "a workday without business days",
        PROCESS + "businessEndDate: 2024-12-31\ncalendar: us-close\ndueDate: WD+3\n",
        ["11:10 workday-without-calendar"],
    ),
    (
        "a zeroth business day",
        PROCESS + "businessEndDate: 2024-12-31\ndueDate: WD+0\n",
        ["10:10 bad-workday"],
    ),
    ("a workday in lower case", PROCESS + "businessEndDate: 2024-12-31\ndueDate: wd+3\n", ["10:10 bad-date"]),
    ("a date that counts from itself", PROCESS + "dueDate: due+1d\n", ["9:10 date-cycle"]),
    (
        "a workday of no calendar",
        PROCESS + "calendar: x\nbusinessEndDate: WD-1\n",
        ["9:11 unknown-calendar", "10:18 date-cycle"],
    ),
    (
        "a workday among the holidays",
        PROCESS + "businessDateExclusions: [2024-12-25, WD+3]\n",
        ["9:38 bad-date"],
    ),
    ("another notation", PROCESS + "businessStartDate: 31/12/2024\n", ["9:20 bad-date"]),
    (
        "an impossible holiday",
        PROCESS + "businessDateExclusions: [2024-12-25, 2024-13-01]\n",
        ["9:38 bad-date"],
    ),
    ("Arabic digits", PROCESS + "dueDate: ٢٠٢٤-١٢-٣١\n", ["9:10 bad-date"]),
    (
        "a day twice",
        PROCESS + "businessDateExclusions: [2024-12-25, 2024-12-25]\n",
        ["?9:38 duplicate-entry"],
    ),
    (
        "an approval that nobody gives",
        jobs("- job: a", "  sendTask: {title: A, approverDueDate: 2024-12-01}"),
        ["?8:28 approver-date-without-approver"],
    ),
    (
        "an end before the start",
        PROCESS + "businessStartDate: end+1d\nbusinessEndDate: 2024-12-31\n",
        ["?10:18 ends-before-it-begins"],
    ),
    ("a waiver without an end", PROCESS + WAIVER, ["9:12 missing-field"]),
    ("a weekday that is a number", PROCESS + "businessDaysOfWeek: [5]\n", ["9:22 value-not-allowed"]),
    ("a kind that is a list", PROCESS.replace("Process", "[]", 1), ["1:7 value-not-allowed"]),
    ("an empty group", jobs("- group: g", "  name: G", "  children: []"), ["?9:17 empty-group"]),
    ("an empty root", HEAD.replace("children:", "children: []"), ["?6:13 empty-group"]),
    ("a null, once", jobs("- job: a", "  sendTask: {title: ~}"), ["8:25 null-value"]),
    ("an empty action, once", jobs("- job: a", "  sendTask:"), ["8:7 null-value"]),
    ("a control character", jobs("- job: a", '  sendTask: {title: "A\\x07"}'), ["8:25 control-character"]),
    (
        "all at once",
        PROCESS + "autoClos: 1\ndueDate: 2024-02-30\ncalendar: x\nautoClose: yes\n",
        ["9:1 unknown-field", "10:10 bad-date", "11:11 unknown-calendar", "12:12 wrong-type"],
    ),
]


@pytest.mark.parametrize("text, expected", [row[1:] for row in PROCESSES], ids=[row[0] for row in PROCESSES])
def test_processes(tmp_path: Path, text: str, expected: list[str]) -> None:
    loaded = load_process(tmp_path, text)
    assert brief(loaded.diagnostics) == expected, [d.detail for d in loaded.diagnostics]
    assert (loaded.project is None) == any(not line.startswith("?") for line in expected)
    for diagnostic in loaded.diagnostics:
        assert diagnostic.summary == RULES[diagnostic.rule]
        assert diagnostic.detail[0].isupper() or diagnostic.detail[0] == '"'


HINTS: list[tuple[str, str]] = [
    (PROCESS + "autoClos: true\n", 'Did you mean "autoClose"?'),
    (jobs("- job: a", "  sendTsk: {title: A}"), 'Did you mean "sendTask"?'),
    (jobs("- job: a", "  sendTask: {title: A, assigneeUser: ana}"), 'Did you mean "assignee"?'),
    (jobs("- job: a", "  dueDate: 2024-12-01", "  sendTask: {title: A}"), 'Move it into "sendTask".'),
    (
        jobs("- group: g", "  name: G", "  children: []", "  sendTask: {title: A}"),
        'Put the job among the "children"',
    ),
    (jobs("- job: a", "  sendTask: {title: A, assignee: anna}"), 'Did you mean "ana"?'),
    (PROCESS + "calendar: us_close\n", 'Did you mean "us-close"?'),
    (PROCESS + "businessDaysOfWeek: [Friday]\n", 'Did you mean "friday"?'),
    (PROCESS + "autoClose: yes\n", "Write true"),
    (PROCESS.replace("Close", "2024", 1), 'Put it in quotes: "2024".'),
    (PROCESS + "dueDate: 2024-12-15T17:00:00Z\n", 'write "2024-12-15"'),
    (jobs("- job: a", "  sendTask: {assignee: ana}"), "`title: Reconcile accounts receivable`"),
    (PROCESS + WAIVER, 'A waiver needs the field "expires".'),
    (PROCESS + WAIVER.replace("reason", "note"), '"note" is not a field of a waiver.'),
    (PROCESS + "moved: [{from: a}]\n", 'A move needs the field "to".'),
    (PROCESS + "dueDate: 20241231\n", "not the number 20241231. Write the day as YYYY-MM-DD."),
    (PROCESS + "dueDate: WD5\n", 'Did you mean "WD+5"?'),
]


@pytest.mark.parametrize("text, hint", HINTS)
def test_hints(tmp_path: Path, text: str, hint: str) -> None:
    assert any(hint in diagnostic.detail for diagnostic in load_process(tmp_path, text).diagnostics)


HEADER = "kind: Project\nname: x\n"
OF_PROJECTS: list[tuple[str, str]] = [
    ("moved: [{from: a}]\n", '3:10 A move needs the field "to".'),
    (
        "people:\n  eve: {id: e, awayFrom: 2024-01-01}\n",
        '4:16 "awayFrom" needs the field "awayUntil". Add it: the last day of an absence.',
    ),
    (
        "people:\n  eve: {id: e, awayUntil: 2024-01-01}\n",
        '4:16 "awayUntil" needs the field "awayFrom". Add it: the first day of an absence.',
    ),
    (
        "people:\n  eve: {id: e, awayFrom: 2024-01-01, awayUntl: 2024-01-02}\n",
        '4:38 "awayUntl" is not a field of a person. Did you mean "awayUntil"?',
    ),
    (
        "policies: {self-approval: false}\n",
        '3:27 "self-approval" takes "off", "warning", "error" or settings such as {severity: error}, not the '
        'value false. Did you mean "off"?',
    ),
    (
        "policies: {self-approval: [off]}\n",
        '3:27 "self-approval" takes "off", "warning", "error" or settings',
    ),
    ("policies: {busy-day: {max: 1}}\n", '3:23 "max" is not a field of the settings of a policy.'),
    ("policies: {busy-day: {most: 0}}\n", '3:29 "most" takes 1 or more, not the number 0.'),
    ("fiscalYearStart: 13\n", '3:18 "fiscalYearStart" takes a number from 1 to 12, not the number 13.'),
    ("fiscalYearStart: 0\n", '3:18 "fiscalYearStart" takes a number from 1 to 12, not the number 0.'),
    ("calendars: {c: {holidays: 5}}\n", '3:27 "holidays" takes a text, not the number 5.'),
    ("calendars: {c: {holidays: ''}}\n", '3:27 "" is no region.'),
    (
        "environments: {e: {provider: workiva, url: emulator, clock: WD5}}\n",
        '3:61 "WD5" is counted, which only the dates of a process and of its jobs can be. Write the day as',
    ),
]


@pytest.mark.parametrize("text, told", OF_PROJECTS)
def test_one_mistake_is_said_once_and_in_the_right_words(tmp_path: Path, text: str, told: str) -> None:
    (found,) = load(write(tmp_path, {"procspec.yaml": HEADER + text})).diagnostics
    assert found.place is not None
    said = f"{found.place.line}:{found.place.column} {found.detail}"
    assert said.startswith(told) and ("quotes" not in said)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "    - {}\n" * 5000,
        PROCESS + "".join(f"field{n}: 1\n" for n in range(5000)),
        PROCESS.replace("Close", "${var.nope}" * 5000, 1),
        PROCESS + f"businessDateExclusions: [{'2024-02-30, ' * 5000}]\n",
    ],
)
def test_a_file_full_of_problems_is_not_repeated_in_full(tmp_path: Path, text: str) -> None:
    diagnostics = load_process(tmp_path, text).diagnostics
    assert len(diagnostics) == 101 and "too-many-problems" in {diagnostic.rule for diagnostic in diagnostics}


def test_a_process_of_one_day(tmp_path: Path) -> None:
    text = f"{PROCESS}businessStartDate: 2024-12-31\nbusinessEndDate: 2024-12-31\n"
    assert load_process(tmp_path, text).diagnostics == ()


def test_both_places(tmp_path: Path) -> None:
    text = jobs(
        "- job: a",
        "  sendTask: {title: A}",
        "  certification: {title: A}",
        "- job: a",
        "  sendTask: {title: A}",
    )
    actions, key = load_process(tmp_path, text).diagnostics
    assert actions.related == (Location("a.procspec.yaml", 8, 7, 8),)
    assert key.related == (Location("a.procspec.yaml", 7, 12, 1),)


def test_two_processes_of_one_key(tmp_path: Path) -> None:
    write(tmp_path, {"procspec.yaml": PROJECT, "a/x.procspec.yaml": PROCESS, "b.procspec.yaml": PROCESS})
    (diagnostic,) = load(tmp_path).diagnostics
    assert (diagnostic.rule, diagnostic.place) == ("duplicate-process", Location("b.procspec.yaml", 2, 6, 5))
    assert diagnostic.related == (Location("a/x.procspec.yaml", 2, 6, 5),)


def environment(text: str) -> str:
    return f"kind: Project\nname: x\nenvironments:\n  local:\n    provider: workiva\n    {text}\n"


PROJECTS: list[tuple[str, str, list[str]]] = [
    ("a misspelt field", PROJECT + "peoples: {}\n", ["14:1 unknown-field"]),
    ("another kind", PROJECT.replace("Project", "Process"), ["1:7 value-not-allowed"]),
    ("no name", "kind: Project\n", ["1:1 missing-field"]),
    (
        "a variable without braces",
        "kind: Project\nname: x\nvariables: {period: 2024-Q4}\n",
        ["3:21 wrong-type"],
    ),
    ("a bad name of a variable", "kind: Project\nname: x\nvariables:\n  fiscal-year: {}\n", ["4:3 bad-key"]),
    (
        "a default of another type",
        PROJECT.replace("default: 10000", "default: many"),
        ["5:41 bad-variable-value"],
    ),
    (
        "a text that is a number",
        "kind: Project\nname: x\nvariables: {a: {type: string, default: 2024}}\n",
        ["3:40 bad-variable-value"],
    ),
    ("an unknown type", PROJECT.replace("integer", "int"), ["5:23 value-not-allowed"]),
    (
        "a person without an id",
        "kind: Project\nname: x\npeople:\n  ana: {name: Ana}\n",
        ["4:3 missing-field"],
    ),
    ("a person who is a list", "kind: Project\nname: x\npeople:\n  ana: [x]\n", ["4:8 wrong-type"]),
    ("two names for one id", PROJECT.replace("user-2", "user-1"), ["?11:8 duplicate-person"]),
    ("an impossible holiday", PROJECT.replace("12-25", "12-32"), ["13:39 bad-date"]),
    (
        "an unknown weekday",
        "kind: Project\nname: x\ncalendars: {c: {businessDaysOfWeek: [mon]}}\n",
        ["3:38 value-not-allowed"],
    ),
    (
        "an unknown default",
        "kind: Project\nname: x\ndefaultEnvironment: prod\n",
        ["3:21 unknown-environment"],
    ),
    (
        "an unknown provider",
        environment("url: emulator").replace("workiva", "workviva"),
        ["5:15 value-not-allowed"],
    ),
    ("no URL", environment("clock: 2024-01-01"), ["4:3 missing-field"]),
    ("plain http", environment("url: http://api.example.com"), ["6:10 bad-url"]),
    ("a user in the URL", environment("url: https://me:secret@api.example.com"), ["6:10 bad-url"]),
    ("a path", environment("url: https://api.example.com/v1"), ["6:10 bad-url"]),
    ("a query", environment("url: https://api.example.com?x=1"), ["6:10 bad-url"]),
    ("no scheme", environment("url: api.example.com"), ["6:10 bad-url"]),
    ("another scheme", environment("url: ftp://api.example.com"), ["6:10 bad-url"]),
    (
        "a host that only begins like this machine",
        environment("url: http://127.0.0.1.example.com"),
        ["6:10 bad-url"],
    ),
    ("a port that is none", environment("url: https://api.example.com:99999"), ["6:10 bad-url"]),
    (
        "a clock without an emulator",
        environment("url: https://a.example\n    clock: 2024-01-01"),
        ["7:5 clock-without-emulator"],
    ),
    ("an impossible clock", environment("url: emulator\n    clock: 2024-02-30"), ["7:12 bad-date"]),
    (
        "a secret for a name",
        environment("url: emulator\n    credentials: {token: eyJ.abc-def}"),
        ["7:26 bad-key"],
    ),
    ("an unknown variable", environment("url: emulator\n    variables: {x: 1}"), ["7:17 unknown-variable"]),
]


@pytest.mark.parametrize("text, expected", [row[1:] for row in PROJECTS], ids=[row[0] for row in PROJECTS])
def test_projects(tmp_path: Path, text: str, expected: list[str]) -> None:
    loaded = load(write(tmp_path, {"procspec.yaml": text}))
    assert brief(loaded.diagnostics) == expected, [d.detail for d in loaded.diagnostics]
    assert not any("secret@" in d.detail or "eyJ" in d.detail for d in loaded.diagnostics)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.app.wdesk.com",
        "https://h:8443",
        "http://127.0.0.1:8080",
        "http://localhost",
        "http://[::1]:1",
        "emulator",
    ],
)
def test_good_urls(tmp_path: Path, url: str) -> None:
    for written in (url, url if url == "emulator" else f"{url}/"):
        loaded = load(write(tmp_path, {"procspec.yaml": environment(f"url: {written}")}))
        assert loaded.project is not None and loaded.project.environment.url == url
