"""What the dates that the server moves by itself break where they land: the policies say it, all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from procspec.engine.session import Session, Wanted
from procspec.model import Diagnostic, Document, Json, Location, Node, Path, ProcessPlan, Shift

Site = tuple[str, str, str]
"""A date: the key of the process, the key of the job and the name of the field."""
Broken = Mapping[Site, Sequence[str]]
"""What is broken by dates."""


def judged(session: Session, plans: Iterable[ProcessPlan]) -> list[ProcessPlan]:
    """The plans with what their shifts break: `<id of the policy>: <what it finds>`, waivers respected.

    The project is judged twice: with the dates that are moved on the days on which they land, whether
    the files have them or not, and without these dates. What is found only with them is what they break.
    Nothing is done when nothing is moved, or when nobody compares days (`Session.as_of`).
    """
    plans = list(plans)
    if session.as_of is None:
        return plans
    found = [_moved(session.files[item.key], item) for item in plans if item.shifts]
    moved = {_name(one.key): one for one in found if one.days}
    broken = _broken(session, session.as_of, moved) if moved else {}
    return [replace(item, shifts=tuple(_told(item.key, item.shifts, broken))) for item in plans]


def _told(key: str, shifts: Iterable[Shift], broken: Broken) -> Iterator[Shift]:
    for shift in shifts:
        found = broken.get((key, shift.node, shift.field), ())
        yield replace(shift, breaks=(*shift.breaks, *found))


# ---------------------------------------------------------------------------------- the moved dates


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """A process file as it is with the dates that are moved on their `days`, and `bare` without them.

    Every value has a place of its own, also in the copies of a template, so that what is found at a place
    can be told of a date: `sites` has the places of the dates, `near` those of all that is in their jobs.
    """

    key: str
    days: Mapping[Site, str]
    landed: Document
    bare: Document
    sites: Mapping[Location, Site]
    near: Mapping[Location, Site]


def _moved(file: Wanted, item: ProcessPlan) -> _Moved:
    from procspec.policy.scene import Process

    jobs = {job.key: job for job in Process(file.document).jobs}
    shifts = [shift for shift in item.shifts if shift.after is not None and shift.node in jobs]
    landed = bare = file.document.data
    dates, first = dict[Path, Site](), dict[Path, Site]()
    for shift in shifts:
        job, site = jobs[shift.node], (item.key, shift.node, shift.field)
        path = job.at(shift.field)
        dates[path] = site
        first.setdefault(job.path, site)
        landed, bare = _put(landed, path, shift.after), _put(bare, path, None)
    places = _places(item.key, landed)
    document = replace(file.document, file=_name(item.key), places=places, keys={})
    return _Moved(
        key=item.key,
        days={(item.key, shift.node, shift.field): str(shift.after) for shift in shifts},
        landed=replace(document, data=landed),
        bare=replace(document, data=bare),
        sites={places[path]: site for path, site in dates.items()},
        near={places[path]: site for path, site in _inside(places, first)},
    )


def _name(key: str) -> str:
    """Stands for the file of a process; no file has such a name."""
    return f"\0{key}"


def _places(key: str, data: Json) -> dict[Path, Location]:
    return {path: Location(_name(key), line, 1) for line, path in enumerate(_paths(data), 1)}


def _inside(paths: Iterable[Path], jobs: Mapping[Path, Site]) -> Iterator[tuple[Path, Site]]:
    """The paths that lead into the jobs, each with what the job has."""
    for path in paths:
        for depth in range(len(path) + 1):
            if path[:depth] in jobs:
                yield path, jobs[path[:depth]]


def _put(data: Json, path: Path, day: str | None) -> Json:
    """The data with a day at the path, or with nothing there; what was given stays as it is."""
    step, *rest = path
    copy = data.copy()
    if rest:
        copy[step] = _put(data[step], tuple(rest), day)
    elif day is None:
        copy.pop(step, None)
    else:
        copy[step] = day
    return copy


def _paths(data: Json, path: Path = ()) -> Iterator[Path]:
    """The path of every value."""
    yield path
    if isinstance(data, dict):
        below: Iterable[tuple[str | int, Json]] = data.items()
    else:
        below = enumerate(data) if isinstance(data, list) else ()
    for step, value in below:
        yield from _paths(value, (*path, step))


# --------------------------------------------------------------------------------- what they break


def _broken(session: Session, as_of: date, moved: Mapping[str, _Moved]) -> Broken:
    """What the policies find with the moved dates, and not without them, by date; `moved` by `_name`."""
    before = _found(session, as_of, {one.key: one.bare for one in moved.values()})
    after = _found(session, as_of, {one.key: one.landed for one in moved.values()})
    known = {_mark(found) for found in before}
    told: dict[Site, list[str]] = {}
    for found in after:
        if _mark(found) not in known:
            told.setdefault(_site(found, moved), []).append(f"{found.rule}: {found.detail}")
    return told


def _mark(found: Diagnostic) -> tuple[str, Location | None, str]:
    return found.rule, found.place, found.detail


def _found(session: Session, as_of: date, changed: Mapping[str, Document]) -> tuple[Diagnostic, ...]:
    """What the policies find in the project with other documents."""
    from procspec.policy import check

    documents = [changed.get(str(one.data["key"]), one) for one in session.project.processes]
    project = replace(session.project, processes=tuple(documents))
    parts: dict[str, tuple[tuple[Node, Json], ...]] = {}
    for document in documents if session.custom else ():
        desired, _ = session.provider.compile(document, project)
        parts |= {str(document.data["key"]): session.provider.parts(desired)} if desired else {}
    return check(project, as_of=as_of, custom=session.custom, parts=parts).diagnostics


def _site(found: Diagnostic, moved: Mapping[str, _Moved]) -> Site:
    """The date that a finding is about: one of its places, or in one of its jobs, or in its process.

    A finding about many jobs may name none that moves; then it is a date on a day that it speaks of.
    """
    places = [place for place in (found.place, *found.related) if place is not None]
    inside = [(moved[place.file], place) for place in places if place.file in moved]
    exact = (one.sites[place] for one, place in inside if place in one.sites)
    near = (one.near[place] for one, place in inside if place in one.near)
    return next(chain(exact, near, _spoken(found, [one for one, _ in inside], moved.values())))


def _spoken(found: Diagnostic, inside: Iterable[_Moved], all_: Iterable[_Moved]) -> Iterator[Site]:
    """The dates on days that a finding speaks of, then the others; those of its own processes first."""
    dates = [(site, day) for one in (*inside, *all_) for site, day in one.days.items()]
    yield from (site for site, day in dates if day in found.detail)
    yield from (site for site, _ in dates)
