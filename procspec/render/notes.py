"""What a plan tells below its processes: what is left alone, what was waived, where holidays came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from procspec.model import Holidays, Plan, Waiver
from procspec.render.style import Paint
from procspec.render.values import weekday
from procspec.render.visible import visible


def notes(given: Plan, paint: Paint, *, verbose: bool = False) -> Iterator[str]:
    """A block each; none where there is nothing to tell. The days of holidays are listed when `verbose`."""
    yield _orphans(given.orphans, paint)
    yield _kept(given, paint)
    yield _waivers(given.waivers, paint)
    if given.pending or verbose:
        yield _holidays(given.holidays, paint, verbose=verbose)
    yield _unexplained(given, paint)
    yield "".join(f"{paint('hint', 'warning')}: {visible(hint)}\n" for hint in given.hints)


def _orphans(keys: Iterable[str], paint: Paint) -> str:
    return "".join(
        f"{paint('note', 'warning')}: {visible(key)} has no file any more and is left alone;"
        " `procspec apply --prune` would trash it.\n"
        for key in keys
    )


def _kept(given: Plan, paint: Paint) -> str:
    if not given.kept:
        return ""
    number = len(given.kept)
    told = f"{visible(', '.join(given.kept))} belong{'s' if number == 1 else ''} to another period"
    return f"{paint('kept', 'head')}: {told}; nothing happens to {'it' if number == 1 else 'them'}.\n"


def _unexplained(given: Plan, paint: Paint) -> str:
    if not given.since:
        return ""
    since = visible(given.since)
    found = {item.key: sum(change.unexplained for change in item.changes) for item in given.processes}
    told = [f"{visible(key)} ({number})" for key, number in found.items() if number]
    if not told:
        return f"{paint('since', 'head')} {since}: the edits of the files explain every change.\n"
    return f"{paint('since', 'warning')} {since}: changes that no edit explains: {', '.join(told)}.\n"


def _waivers(given: Iterable[Waiver], paint: Paint) -> str:
    return "".join(f"{paint('waived', 'warning')}: {_waiver(one, paint)}\n" for one in given)


def _waiver(one: Waiver, paint: Paint) -> str:
    where = visible(f"{one.key}.{one.node}" if one.node else one.key)
    place = f"  {paint(visible(str(one.place)), 'place')}" if one.place else ""
    owner = f"{visible(one.owner)}, until {weekday(one.expires)}"
    return f"{visible(one.policy)} of {where}: {visible(one.reason)} ({owner}){place}"


def _holidays(given: Mapping[str, Holidays], paint: Paint, *, verbose: bool) -> str:
    lines = []
    for name, taken in given.items():
        source = visible(f"{len(taken.dates)} holidays of {taken.region} from {taken.source}")
        lines.append(f"{paint('calendar', 'head')}: {visible(name)} has {source}.\n")
        lines += [f"    {weekday(day)}\n" for day in taken.dates] if verbose else []
    return "".join(lines)
