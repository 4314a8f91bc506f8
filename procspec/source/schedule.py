"""The dates of a process: workdays become days, and its calendar the API's fields (DESIGN section 3).

The dates of the process come first, in the order in which they count from each other; then those of its
jobs, which count from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Final

from procspec.model import Diagnostic, Document, Holidays, Json, Path
from procspec.source.calendars import EXCLUSIONS, WEEK, Calendars, fields, left_out, taken
from procspec.source.dates import iso
from procspec.source.rules import first, problem, warning
from procspec.source.violations import ACTIONS
from procspec.workdays import NoBusinessDay, NoHolidays, Uncounted, Workday, parse, resolve, shift

ANCHORS: Final = {"start": "businessStartDate", "end": "businessEndDate", "due": "dueDate"}
"""The fields of a process that days are counted from, by the word for them."""
_OF_JOB: Final = ("dueDate", "approverDueDate")
_SHOWN: Final = 3
"""So many days of a longer list are named."""


def compute(document: Document, calendars: Calendars) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The expanded process document with a day for every workday, its calendar, and what is wrong.

    Copes with any shape. A date with a problem becomes None. What stands in a file that is no workday is
    left as it is; whether it is a date is for `checks`.
    """
    if not isinstance(document.data, dict):
        return document, ()
    return _Schedule(document, calendars).computed()


def holidays(documents: Iterable[Document], calendars: Calendars) -> dict[str, Holidays]:
    """By the names of calendars, the holidays that computed documents without errors took over from them."""
    touched: dict[str, set[int]] = {}
    for document in documents:
        business = calendars.business(document.data)
        if business.named is not None and business.holidays is not None:
            touched.setdefault(business.named.name, set()).update(_years(_days(document.data)))
    return {name: taken(calendars.named[name], years) for name, years in sorted(touched.items()) if years}


def days(
    process: Document, document: Document, texts: Mapping[Path, Json], calendars: Calendars
) -> tuple[dict[Path, Json], tuple[Diagnostic, ...]]:
    """What stands in another document, by path, its workdays counted from the dates of a computed process.

    As in `compute`: a day in ISO form, None for one with a problem, and what is no workday as it is.
    """
    schedule = _Schedule(replace(document, data=process.data), calendars)
    found = {path: schedule.value(path, text) for path, text in texts.items()}
    return found, tuple(first([*schedule.found, *schedule.unknown_years()]))


class _Schedule:
    """One document's dates; `found` and `written` collect."""

    def __init__(self, document: Document, calendars: Calendars) -> None:
        self.document = document
        self.data: Mapping[str, Json] = document.data
        self.calendars = calendars
        self.business = calendars.business(self.data)
        self.own: dict[str, Json] = {}
        self.written: dict[Path, str] = {}
        self.found: list[Diagnostic] = []
        self.without: dict[int, tuple[Path, NoHolidays]] = {}

    def computed(self) -> tuple[Document, tuple[Diagnostic, ...]]:
        self.own = dict.fromkeys(self.circles())
        dates = {field: self.anchor(name) for name, field in ANCHORS.items() if field in self.data}
        data = {**self.data, **dates}
        if "root" in data:
            data["root"] = self.group(("root",), data["root"])
        added = self.added(data)
        days = None if self.without else self.business.days
        document = replace(
            self.document,
            data=data,
            written=self.written,
            calendar=days.calendar if days else None,
            calendar_fields=added,
        )
        return document, tuple(first([*self.found, *self.replaced(data), *self.unknown_years()]))

    # ---------------------------------------------------------------------------------------- the process

    def circles(self) -> Iterator[str]:
        """The words for the dates of the process that count from themselves; each circle is reported once."""
        texts = {name: self.data.get(field) for name, field in ANCHORS.items()}
        parsed = {name: parse(text) if isinstance(text, str) else None for name, text in texts.items()}
        after = {name: workday.anchor for name, workday in parsed.items() if workday}
        seen: set[str] = set()
        for name in ANCHORS:
            steps = [name]
            while steps[-1] in after and after[steps[-1]] not in steps:
                steps.append(after[steps[-1]])
            if after.get(steps[-1]) == name:
                if name not in seen:
                    self.report_circle(steps)
                seen.update(steps)
                yield name

    def report_circle(self, steps: list[str]) -> None:
        names = [ANCHORS[name] for name in steps]
        place, *others = (self.document.place((name,)) for name in names)
        if others:
            chain = ", ".join(f'"{one}" counts from "{other}"' for one, other in pairwise((*names, names[0])))
            detail = f"{chain}. Write one of them as YYYY-MM-DD."
        else:
            detail = f'"{names[0]}" counts from itself. Write it as YYYY-MM-DD, or count from another date.'
        self.found.append(problem("date-cycle", place, detail, related=others))

    def anchor(self, name: str) -> Json:
        """A date of the process, computed when it is first asked for, or what else stands there."""
        if name not in self.own:
            field = ANCHORS[name]
            self.own[name] = self.value((field,), self.data.get(field))
        return self.own[name]

    # ------------------------------------------------------------------------------------------- the jobs

    def group(self, path: Path, group: Json) -> Json:
        children = group.get("children") if isinstance(group, dict) else None
        if not isinstance(children, list):
            return group
        done = [self.child((*path, "children", index), child) for index, child in enumerate(children)]
        return {**group, "children": done}

    def child(self, path: Path, child: Json) -> Json:
        if not isinstance(child, dict):
            return child
        jobs = {
            name: self.arguments((*path, name), child[name])
            for name in ACTIONS
            if isinstance(child.get(name), dict)
        }
        return self.group(path, {**child, **jobs})

    def arguments(self, path: Path, values: Mapping[str, Json]) -> Json:
        dates = {name: self.value((*path, name), values[name]) for name in _OF_JOB if name in values}
        return {**values, **dates}

    # ------------------------------------------------------------------------------------------- one date

    def value(self, path: Path, value: Json) -> Json:
        """What stands at `path`: for a workday the day in ISO form, or None after a problem."""
        workday = parse(value) if isinstance(value, str) else None
        if workday is None:
            return value
        day = self.counted(path, value, workday)
        if day is None:
            return None
        self.written[path] = value
        return day.isoformat()

    def counted(self, path: Path, text: str, workday: Workday) -> date | None:
        anchor = self.counted_from(path, text, workday)
        if anchor is None:
            return None
        try:
            days = self.business.days
            return resolve(workday, anchor, days) if days else shift(anchor, workday.count)
        except NoHolidays as error:
            self.without.setdefault(error.year, (path, error))
        except NoBusinessDay as error:
            advice = f"Add days to {WEEK}, or write the day as YYYY-MM-DD."
            detail = f'"{text}" cannot be counted. {error} {advice}'
            self.report("calendar-without-days", path, detail)
        except Uncounted as error:
            self.report("bad-workday", path, f'"{text}" cannot be counted. {error}')
        return None

    def counted_from(self, path: Path, text: str, workday: Workday) -> date | None:
        """The day to count from, if the workday can be counted at all."""
        field = ANCHORS[workday.anchor]
        if workday.fault:
            self.report("bad-workday", path, workday.fault)
            return None
        if field not in self.data:
            detail = f'"{text}" counts from {field}, which the process does not have. Add it to the process.'
            self.report("workday-without-anchor", path, detail)
            return None
        written = self.anchor(workday.anchor)
        anchor = iso(written) if isinstance(written, str) else None
        if anchor and workday.unit != "d" and self.business.days is None:
            if not self.business.reported:
                self.report_no_days(path, text)
            return None
        return anchor

    def report_no_days(self, path: Path, text: str) -> None:
        """Nothing says which days are business days."""
        named = self.business.named
        why = f'"{text}" counts business days, and '
        week = f"{WEEK}: [monday, tuesday, wednesday, thursday, friday]"
        if named is not None:
            detail = (
                f'{why}the calendar "{named.name}" does not say which days of the week are. Add "{week}".'
            )
        else:
            names = list(self.calendars.named)
            known = f" The project has {', '.join(names[:5])}." if names else ""
            detail = f'{why}the process has none. Add "calendar: NAME" to it, or "{week}".{known}'
        related = [named.place] if named and named.place else []
        self.found.append(
            problem("workday-without-calendar", self.document.place(path), detail, related=related)
        )

    def report(self, rule: str, path: Path, detail: str) -> None:
        self.found.append(problem(rule, self.document.place(path), detail))

    # -------------------------------------------------------------------------------------- the calendar

    def added(self, data: Mapping[str, Json]) -> dict[str, Json]:
        """The fields of the calendar, with the holidays of every year from the first date to the last."""
        days = list(_days(data)) if self.business.holidays else []
        try:
            return fields(data, self.business, _years(days))
        except NoHolidays as error:
            paths = {day.year: path for path, day in reversed(days)}
            later = min(year for year in paths if year >= error.year)
            self.without.setdefault(error.year, (paths[later], error))
            return {}

    def replaced(self, data: Mapping[str, Json]) -> Iterator[Diagnostic]:
        """Whoever adds one day off to a process seldom means to take all others away."""
        named, days = self.business.named, left_out(data, self.business, _years(_days(data)))
        if named is None or not days:
            return
        shown = ", ".join([*map(str, days[:_SHOWN]), *(["..."] if len(days) > _SHOWN else [])])
        detail = (
            f'The list stands instead of that of the calendar "{named.name}" and leaves out {len(days)} of '
            f"its days off ({shown}). Put the days under {EXCLUSIONS} of the calendar instead, or list them "
            f"all here."
        )
        related = [named.place] if named.place else []
        place = self.document.keys.get((EXCLUSIONS,)) or self.document.place((EXCLUSIONS,))
        yield warning("exclusions-replace-calendar", place, detail, related=related)

    def unknown_years(self) -> Iterator[Diagnostic]:
        for _, (path, error) in sorted(self.without.items(), key=lambda item: item[0]):
            named = self.business.named
            related = [named.place] if named and named.place else []
            yield problem("year-without-holidays", self.document.place(path), str(error), related=related)


def _days(data: Mapping[str, Json]) -> Iterator[tuple[Path, date]]:
    """Every date of computed data that is one, with its path, in the order of the file."""
    for path, value in _dates(data):
        day = iso(value) if isinstance(value, str) else None
        if day is not None:
            yield path, day


def _dates(data: Mapping[str, Json]) -> Iterator[tuple[Path, Json]]:
    yield from (((field,), data[field]) for field in ANCHORS.values() if field in data)
    yield from _below(("root",), data.get("root"))


def _below(path: Path, group: Json) -> Iterator[tuple[Path, Json]]:
    children = group.get("children") if isinstance(group, dict) else None
    for index, child in enumerate(children if isinstance(children, list) else ()):
        where = (*path, "children", index)
        for action in ACTIONS:
            values = child.get(action) if isinstance(child, dict) else None
            if isinstance(values, dict):
                yield from (((*where, action, name), values[name]) for name in _OF_JOB if name in values)
        yield from _below(where, child)


def _years(days: Iterable[tuple[Path, date]]) -> range:
    """From the year of the earliest day to that of the latest."""
    years = [day.year for _, day in days]
    return range(min(years), max(years) + 1) if years else range(0)
