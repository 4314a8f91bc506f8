"""The dates of a process: what is computed, from what, and what is said when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from procspec.model import Diagnostic, Document, Json, Severity
from procspec.source.calendars import calendars
from procspec.source.reader import read
from procspec.source.schedule import compute, holidays
from tests.source.spec import brief

FILE = """\
kind: Project
name: test
calendars:
  us:
    holidays: US
    businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]
  ny:
    holidays: US-NY
    businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]
  zz: {holidays: ZZ, businessDaysOfWeek: [monday]}
  bare: {businessDateExclusions: [2024-12-25]}
"""
WEEK = "businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]\n"
ROOT = """\
root:
  name: Root
  children:
    - job: a
      sendTask: {title: A, dueDate: WD+3, approverDueDate: WD+5}
    - group: g
      name: G
      children:
        - job: b
          contentRequest: {title: B, dueDate: due-1wd}
        - job: c
          sendTask: {title: C, dueDate: 2025-01-07}
"""


def project() -> Document:
    document, _ = read("procspec.yaml", FILE.encode())
    assert document is not None
    return document


def computed(text: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    document, _ = read("a.procspec.yaml", text.encode())
    assert document is not None
    made, _ = calendars(project())
    return compute(document, made)


def problems(text: str) -> list[str]:
    return brief(computed(text)[1])


def dates(document: Document) -> dict[str, Json]:
    """The dates of the process, and those of its jobs by their key."""
    data: Any = document.data
    own = {name: data[name] for name in ("businessStartDate", "businessEndDate", "dueDate") if name in data}
    a, g = data["root"]["children"]
    b, c = g["children"]
    return own | {"a": a["sendTask"], "b": b["contentRequest"], "c": c["sendTask"]}


def test_everywhere_a_date_may_stand() -> None:
    head = "businessStartDate: end-91d\nbusinessEndDate: 2024-12-31\ndueDate: WD+10\ncalendar: us\n"
    document, found = computed(head + ROOT)
    assert found == ()
    assert dates(document) == {
        "businessStartDate": "2024-10-01",
        "businessEndDate": "2024-12-31",
        "dueDate": "2025-01-15",
        "a": {"title": "A", "dueDate": "2025-01-06", "approverDueDate": "2025-01-08"},
        "b": {"title": "B", "dueDate": "2025-01-14"},
        "c": {"title": "C", "dueDate": "2025-01-07"},
    }
    first, second = ("root", "children", 0, "sendTask"), ("root", "children", 1, "children", 0)
    assert document.written == {
        ("businessStartDate",): "end-91d",
        ("dueDate",): "WD+10",
        (*first, "dueDate"): "WD+3",
        (*first, "approverDueDate"): "WD+5",
        (*second, "contentRequest", "dueDate"): "due-1wd",
    }
    assert str(document.place((*first, "dueDate"))) == "a.procspec.yaml:9:37"
    assert document.calendar is not None and document.calendar.name == "us"
    assert document.calendar_fields["businessDaysOfWeek"][0] == "monday"
    exclusions = document.calendar_fields["businessDateExclusions"]
    assert {text[:4] for text in exclusions} == {"2024", "2025"} and exclusions == sorted(exclusions)


def test_the_document_itself_is_left_alone() -> None:
    text = f"businessEndDate: 2024-12-31\ndueDate: WD+10\n{WEEK}{ROOT}"
    document, _ = read("a.procspec.yaml", text.encode())
    before, _ = read("a.procspec.yaml", text.encode())
    assert document is not None and before is not None
    made, _ = calendars(project())
    after, _ = compute(document, made)
    assert document.data == before.data and after.data != document.data
    assert list(after.data) == list(document.data)


def test_dates_of_the_process_count_from_each_other_in_any_order() -> None:
    text = f"businessStartDate: due-5wd\nbusinessEndDate: 2024-11-29\ndueDate: end+0d\n{WEEK}"
    document, found = computed(text)
    assert found == ()
    assert (document.data["businessStartDate"], document.data["dueDate"]) == ("2024-11-22", "2024-11-29")


def test_calendar_days_need_no_calendar() -> None:
    document, found = computed("businessEndDate: 2024-12-31\ndueDate: end+10d\n")
    assert found == () and document.data["dueDate"] == "2025-01-10"
    assert document.calendar is None and document.calendar_fields == {}


def test_without_dates_no_holidays_are_sent() -> None:
    document, found = computed("calendar: us\n")
    assert found == () and list(document.calendar_fields) == ["businessDaysOfWeek"]


def test_a_workday_without_business_days() -> None:
    head = "businessEndDate: 2024-12-31\n"
    (found,) = computed(f"{head}dueDate: WD+10\n")[1]
    assert brief((found,)) == ["2:10 workday-without-calendar"]
    assert 'Add "calendar: NAME"' in found.detail and "The project has us, ny," in found.detail
    (found,) = computed(f"{head}dueDate: end-1wd\ncalendar: bare\n")[1]
    assert '"bare" does not say' in found.detail and str(found.related[0]) == "procspec.yaml:11:3"
    assert problems(f"{head}dueDate: WD+10\ncalendarIds: [x]\n") == ["2:10 workday-without-calendar"]
    document, _ = computed(f"{head}dueDate: WD+10\n")
    assert document.data["dueDate"] is None and document.written == {}


@pytest.mark.parametrize(
    "text, field",
    [("WD+1", "businessEndDate"), ("end-2wd", "businessEndDate"), ("start+1d", "businessStartDate")],
)
def test_a_workday_without_its_anchor(text: str, field: str) -> None:
    (found,) = computed(f"calendar: us\ndueDate: {text}\n")[1]
    assert brief((found,)) == ["2:10 workday-without-anchor"]
    assert f'"{text}" counts from {field}, which the process does not have.' in found.detail


def test_due_is_the_date_of_the_process_everywhere() -> None:
    assert problems(f"calendar: us\nbusinessEndDate: 2024-12-31\n{ROOT}") == ["12:47 workday-without-anchor"]


CIRCLES: list[tuple[str, str, str, int]] = [
    ("dueDate: due+1wd", "1:10", '"dueDate" counts from itself.', 0),
    ("businessEndDate: WD-1", "1:18", '"businessEndDate" counts from itself.', 0),
    ("businessStartDate: end-1d\nbusinessEndDate: end+1d", "2:18", "itself", 0),
    (
        "businessStartDate: end-1d\nbusinessEndDate: start+1d",
        "1:20",
        '"businessEndDate", "businessEndDate" counts from "businessStartDate". Write one of them',
        1,
    ),
    (
        "businessStartDate: end-1d\nbusinessEndDate: due+1d\ndueDate: start+1d",
        "1:20",
        '"dueDate" counts from "businessStartDate". Write one of them',
        2,
    ),
    ("businessStartDate: end-1d\nbusinessEndDate: start-1d\ndueDate: start+1d", "1:20", "one of them", 1),
]


@pytest.mark.parametrize("text, place, words, related", CIRCLES)
def test_dates_that_count_from_each_other(text: str, place: str, words: str, related: int) -> None:
    document, found = computed(f"{text}\ncalendar: us\n")
    assert brief(found) == [f"{place} date-cycle"] and words in found[0].detail
    assert len(found[0].related) == related
    assert {document.data[name] for name in document.data if name != "calendar"} == {None}


BAD: list[tuple[str, str, list[str]]] = [
    ("the zeroth", "dueDate: WD+0", ["3:10 bad-workday"]),
    ("the zeroth before", "dueDate: end-0wd", ["3:10 bad-workday"]),
    ("after the last year", "dueDate: end+1d", []),
    ("no date at all", "dueDate: soon", []),
    ("lower case", "dueDate: wd+5", []),
    ("an unknown calendar", "calendar: nobody\ndueDate: WD+5", []),
    ("a broken calendar", "calendar: zz\ndueDate: WD+5", []),
    ("a broken week", "businessDaysOfWeek: monday\ndueDate: WD+5", []),
    ("no business day", "businessDaysOfWeek: []\ndueDate: WD+5", ["4:10 calendar-without-days"]),
]


@pytest.mark.parametrize("text, expected", [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_ones(text: str, expected: list[str]) -> None:
    week = "" if "calendar" in text or "Week" in text else WEEK
    document, found = computed(f"key: a\nbusinessEndDate: 2024-12-31\n{text}\n{week}")
    assert brief(found) == expected
    if expected or "WD" in text:
        assert document.data["dueDate"] is None


def test_what_is_no_workday_is_left_for_the_checks() -> None:
    document, found = computed(f"businessEndDate: 2024-02-30\ndueDate: soon\n{WEEK}{ROOT}")
    assert found == ()
    assert document.data["businessEndDate"] == "2024-02-30" and document.data["dueDate"] == "soon"
    assert dates(document)["a"]["dueDate"] is None and dates(document)["b"]["dueDate"] is None


def test_outside_of_the_calendar() -> None:
    (found,) = computed("businessEndDate: 9999-12-31\ndueDate: end+1d\n")[1]
    assert found.rule == "bad-workday" and "1 to 9999" in found.detail


def test_a_year_without_holidays_is_said_once() -> None:
    text = f"businessEndDate: 2101-03-31\ncalendar: us\n{ROOT.replace('due-1wd', 'WD+1')}"
    document, found = computed(text)
    assert brief(found) == ["7:37 year-without-holidays"]
    assert "US in 2101" in found[0].detail and str(found[0].related[0]) == "procspec.yaml:4:3"
    assert dates(document)["a"]["dueDate"] is None
    assert document.calendar is None and document.calendar_fields == {}


def test_years_are_asked_for_even_when_nothing_is_counted() -> None:
    assert problems("dueDate: 2101-03-31\ncalendar: us\n") == ["1:10 year-without-holidays"]
    text = "businessEndDate: 2100-12-31\ndueDate: 2104-03-31\ncalendar: us\n"
    (found,) = computed(text)[1]
    assert brief((found,)) == ["2:10 year-without-holidays"] and "US in 2101" in found.detail


def test_exclusions_of_a_process_leave_out_those_of_its_calendar() -> None:
    text = "calendar: us\nbusinessEndDate: 2024-12-31\ndueDate: WD+1\nbusinessDateExclusions: [2025-01-02]\n"
    document, (found,) = computed(text)
    assert document.data["dueDate"] == "2025-01-01"
    assert (found.severity, *brief((found,))) == (Severity.WARNING, "?4:1 exclusions-replace-calendar")
    assert 'calendar "us" and leaves out 22 of its days off (2024-01-01, 2024-01-15, ' in found.detail
    assert "or list them all here." in found.detail and str(found.related[0]) == "procspec.yaml:4:3"
    assert problems(text.replace("[2025-01-02]", "[]")) == []
    assert problems(text.replace("calendar: us", WEEK.strip())) == []


def test_only_a_hundred_problems() -> None:
    job = "    - job: j{0}\n      sendTask: {{title: A, dueDate: WD+0}}\n"
    text = "root:\n  children:\n" + "".join(job.format(number) for number in range(500))
    found = problems(text)
    assert len(found) == 101 and found[-1].endswith("too-many-problems")


def test_the_holidays_of_a_plan() -> None:
    made, _ = calendars(project())
    texts = [
        "calendar: us\nbusinessEndDate: 2024-12-31\ndueDate: WD+1\n",
        "calendar: us\ndueDate: 2027-03-31\n",
        "calendar: ny\ndueDate: 2024-03-31\nbusinessDateExclusions: [2024-12-25]\n",
        "calendar: bare\ndueDate: 2024-03-31\n",
        "calendar: ny\n",
        "dueDate: 2024-03-31\n",
    ]
    documents = []
    for text in texts:
        document, _ = read("a.procspec.yaml", text.encode())
        assert document is not None
        documents.append(compute(document, made)[0])
    shown = holidays(documents, made)
    assert list(shown) == ["us"] and shown["us"].region == "US"
    assert {text[:4] for text in shown["us"].dates} == {"2024", "2025", "2027"}


SHAPES: list[str] = [
    "a",
    "- a",
    "root: x",
    "root: {children: x}",
    "root: {children: [x, [y], ~, {}, {job: a}]}",
    "root: {children: [{sendTask: x, contentRequest: [y], certification: ~}]}",
    "root: {children: [{sendTask: {dueDate: [WD+1]}}, {group: g, children: {a: b}}]}",
    "businessEndDate: [2024-12-31]\ndueDate: WD+1\ncalendar: us",
    "businessEndDate: ~\ndueDate: WD+1\ncalendar: ~",
    "businessEndDate: {a: b}\ndueDate: {c: d}\ncalendar: [x]",
    "businessEndDate: 2024-12-31\ndueDate: WD+1\ncalendar: {a: b}",
    "businessEndDate: 2024-12-31\ndueDate: WD+1\nbusinessDateInclusions: 12",
    "calendar: us\nbusinessDateExclusions: ~\nbusinessEndDate: 2024-12-31",
]


@pytest.mark.parametrize("text", SHAPES)
def test_any_shape(text: str) -> None:
    assert problems(text) == []


def test_deep_and_wide() -> None:
    job = {"job": "j", "sendTask": {"title": "A", "dueDate": "WD+3"}}
    tree: Json = {"children": [job] * 20}
    for _ in range(60):
        tree = {"children": [job, {"group": "g", **tree}]}
    data = {"businessEndDate": "2024-12-31", "calendar": "us", "root": tree}
    made, _ = calendars(project())
    document, found = compute(Document(file="a", data=data, places={}, keys={}), made)
    assert found == () and len(document.written) == 80
