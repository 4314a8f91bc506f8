"""The calendars of a project file, and what each gives to a process: business days and fields of the API."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Final

from procspec.model import WEEKDAYS, Calendar, Diagnostic, Document, Holidays, Json, Location
from procspec.source import holidays
from procspec.source.dates import iso
from procspec.source.rules import first, problem
from procspec.workdays import Days, NoHolidays

WEEK: Final = "businessDaysOfWeek"
EXCLUSIONS: Final = "businessDateExclusions"
INCLUSIONS: Final = "businessDateInclusions"
FIELDS: Final = (WEEK, EXCLUSIONS, INCLUSIONS, "calendarIds")
"""What a calendar may hold of the API's fields (guide, business days)."""
_DAYS: Final = (WEEK, EXCLUSIONS, INCLUSIONS)
Given = Callable[[int], frozenset[date]]
"""The holidays of a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A calendar of the project file: its fields as written, and the holidays of `region`, if it has one.

    `broken` says that nothing can be counted in it, which has been reported.
    """

    name: str
    fields: Mapping[str, Json]
    region: str = ""
    holidays: Given | None = None
    place: Location | None = None
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """The business days of one process. `days` is None where there are none to count.

    `reported` says that this is because of a problem that is reported elsewhere; `named` is the calendar
    that the process names, and `holidays` what it takes over of it.
    """

    days: Days | None = None
    reported: bool = False
    named: Named | None = None
    holidays: Given | None = None


@dataclass(slots=True)
class Calendars:
    """The calendars of a project by name, and the business days that processes made of them so far."""

    named: Mapping[str, Named]
    _plain: dict[str, Business] = field(default_factory=dict, init=False)
    _made: dict[tuple[object, ...], Days] = field(default_factory=dict, init=False)

    def business(self, data: Mapping[str, Json]) -> Business:
        """The business days of a process: those of the calendar that it names, under its own fields.

        A field of the process replaces the calendar's of the same name, as in the payload; so its own
        exclusions stand instead of the calendar's, holidays included.
        """
        name = data.get("calendar")
        if not isinstance(name, str) or any(key in data for key in _DAYS):
            return self._business(name, data)
        if name not in self._plain:
            self._plain[name] = self._business(name, data)
        return self._plain[name]

    def _business(self, name: Json, data: Mapping[str, Json]) -> Business:
        named = self.named.get(name) if isinstance(name, str) else None
        if ("calendar" in data and named is None) or (named is not None and named.broken) or not _sound(data):
            return Business(reported=True, named=named)
        own = {key: data[key] for key in _DAYS if key in data}
        given = {**(named.fields if named else {}), **own}
        taken_over = named.holidays if named and EXCLUSIONS not in own else None
        if WEEK not in given:
            return Business(named=named, holidays=taken_over)
        days = self._days(given, taken_over, "" if own or named is None else named.name)
        return Business(days=days, named=named, holidays=taken_over)

    def _days(self, given: Mapping[str, Json], taken_over: Given | None, name: str) -> Days:
        """Equal business days are worked out once, however many processes have them."""
        week, exclusions, inclusions = (_week(given[WEEK]), *(_dates(given.get(key)) for key in _DAYS[1:]))
        key = (week, exclusions, inclusions, taken_over, name)
        if key not in self._made:
            made = Calendar(week=week, exclusions=exclusions, inclusions=inclusions, name=name)
            self._made[key] = Days(replace(made, holidays=taken_over) if taken_over else made)
        return self._made[key]


def calendars(document: Document | None) -> tuple[Calendars, tuple[Diagnostic, ...]]:
    """The calendars of a project file of any shape, and what is wrong with their holidays.

    What is wrong with their fields is reported by the schema and by `checks.dates`; here it is left out.
    """
    data = document.data.get("calendars") if document and isinstance(document.data, dict) else None
    if document is None or not isinstance(data, dict):
        return Calendars({}), ()
    found: list[Diagnostic] = []
    named = {name: _named(document, name, content, found) for name, content in data.items()}
    return Calendars(named), tuple(first(found))


def _named(document: Document, name: str, content: Json, found: list[Diagnostic]) -> Named:
    path = ("calendars", name)
    place = document.keys.get(path) or document.place(path)
    if not isinstance(content, dict):
        return Named(name=name, fields={}, place=place, broken=True)
    fields = {key: content[key] for key in FIELDS if key in content}
    broken, given, region = not _sound(content), None, content.get("holidays", "")
    if "holidays" in content:
        fault = _fault(document.place((*path, "holidays")), region)
        found += [fault] if fault else []
        broken = broken or fault is not None or not isinstance(region, str)
        given = None if broken else _holidays(region)
    return Named(
        name=name, fields=fields, region=region if given else "", holidays=given, place=place, broken=broken
    )


def _fault(place: Location, region: Json) -> Diagnostic | None:
    if not isinstance(region, str):
        return None  # the schema says so
    if not holidays.installed():
        return problem("holidays-not-installed", place, holidays.NOT_INSTALLED)
    fault = holidays.fault(region)
    return problem("unknown-holidays", place, fault) if fault else None


def _holidays(region: str) -> Given:
    """The holidays of a region, each year looked up once."""

    @cache
    def given(year: int) -> frozenset[date]:
        return holidays.public(region, year)

    return given


def fields(data: Mapping[str, Json], business: Business, years: Iterable[int]) -> dict[str, Json]:
    """The API's fields that the named calendar adds to those of the process.

    The exclusions hold the holidays of the `years` too, sorted; a calendar without holidays gives what
    is written in it. Raises `NoHolidays`.
    """
    if business.named is None or business.named.broken:
        return {}
    given = {name: value for name, value in business.named.fields.items() if name not in data}
    texts = {day.isoformat() for day in _union(business.holidays, years)}
    return {**given, EXCLUSIONS: sorted({*_texts(given.get(EXCLUSIONS)), *texts})} if texts else given


def left_out(data: Mapping[str, Json], business: Business, years: range) -> list[date]:
    """The named calendar's days off that are none for a process with exclusions of its own, in order.

    Those of the `years`; without any, those that are written in the calendar. A process that lists no day
    at all wants none, and nothing is said of it.
    """
    named, own = business.named, data.get(EXCLUSIONS)
    if named is None or business.reported or not own:
        return []
    written = _dates(named.fields.get(EXCLUSIONS))
    theirs = {day for day in written if day.year in years} | _known(named.holidays, years)
    calendar = business.days.calendar if business.days else None
    off = _dates(own)
    works = calendar.is_business if calendar else lambda day: day not in off
    return sorted(filter(works, theirs if years else written))


def _known(given: Given | None, years: Iterable[int]) -> frozenset[date]:
    """The holidays of those years of which there are any."""
    found = frozenset[date]()
    for year in years:
        with suppress(NoHolidays):
            found |= _union(given, [year])
    return found


def taken(named: Named, years: Iterable[int]) -> Holidays:
    """The holidays of some years that a calendar took over, for plans. Raises `NoHolidays`."""
    days = sorted(_union(named.holidays, years))
    return Holidays(
        region=named.region, source=holidays.source(), dates=tuple(day.isoformat() for day in days)
    )


def _union(given: Given | None, years: Iterable[int]) -> frozenset[date]:
    return frozenset().union(*(given(year) for year in years)) if given else frozenset()


# ---------------------------------------------------------------------------------------- lists of any shape


def _sound(data: Mapping[str, Json]) -> bool:
    """Whether the lists are lists; what else they may be is reported by the schema."""
    return all(isinstance(data[name], list) for name in _DAYS if name in data)


def _week(names: Json) -> frozenset[int]:
    return frozenset(WEEKDAYS.index(name) for name in _texts(names) if name in WEEKDAYS)


def _dates(texts: Json) -> frozenset[date]:
    return frozenset(day for day in map(iso, _texts(texts)) if day is not None)


def _texts(values: Json) -> list[str]:
    return [value for value in values or () if isinstance(value, str)]
