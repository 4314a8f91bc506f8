"""The next period for people: the same tasks, moved dates, and what is left to do by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from procspec.model import Action, Change, Roll, Rolled
from procspec.render.plan import node_line
from procspec.render.style import PLAIN, Paint
from procspec.render.values import is_date, sides, value, weekday
from procspec.render.visible import visible


def roll(given: Roll, paint: Paint = PLAIN) -> str:
    """All of it: what becomes of every process, what is kept, and a summary."""
    head = (
        f"{paint(visible(given.project), 'head')}: {given.before} -> {given.after} in {given.environment}\n"
    )
    parts = [head, *(_process(one, given.labels, paint) for one in given.processes)]
    return "\n".join([*parts, *_kept(given, paint), _summary(given, paint)])


def _process(one: Rolled, labels: Mapping[str, str], paint: Paint) -> str:
    place = f"  {paint(visible(str(one.place)), 'place')}" if one.place else ""
    lines = [f"{_name(one, paint)}{place}"]
    lines += _aligned([(visible(change.path or "process"), change) for change in one.changes], labels, paint)
    for landing in one.landings:
        told = f"{visible(landing.path)} lands on {weekday(landing.day)}, which is no business day"
        lines.append(f"    {paint('holiday', 'warning')}: {told}{_at(landing.place, paint)}")
    for choice in one.choices:
        told = f"{visible(choice.path)} is still {value(choice.id, {})}; choose the one of the period"
        lines.append(f"    {paint('by hand', 'warning')}: {told}{_at(choice.place, paint)}")
    return "\n".join(lines) + "\n"


def _name(one: Rolled, paint: Paint) -> str:
    if one.before is None:
        return f"{paint(f'+ {visible(str(one.after))}', 'create')}  only in the next period"
    if one.after is None:
        return f"  {visible(one.before)}  not in the next period"
    if one.before == one.after:
        told = "its key has no period in it: the same process would be changed"
        return f"{paint(f'~ {visible(one.before)}', 'update')}  {told}"
    tasks = f"{one.tasks} task{'' if one.tasks == 1 else 's'} in both"
    mark = f"  {visible(one.after)}" if one.there else paint(f"+ {visible(one.after)}", "create")
    return f"{mark}  after {visible(one.before)}, {tasks}{', applied already' if one.there else ''}"


def _aligned(found: list[tuple[str, Change]], labels: Mapping[str, str], paint: Paint) -> Iterator[str]:
    width = min(48, max((len(path) for path, _ in found), default=0))
    for path, change in found:
        yield f"    {path.ljust(width)}  {_change(change, labels)}{_at(change.place, paint)}"


def _change(change: Change, labels: Mapping[str, str]) -> str:
    if not change.field:
        there, node = ("added", change.after) if change.action is Action.CREATE else ("gone", change.before)
        return f"{there}: {node_line(node)}"
    if is_date(change.before) and is_date(change.after):
        written = change.written.get(change.field, "")
        told = f"{weekday(change.before)} -> {weekday(change.after)}"
        return f"{visible(written)}  {told}" if written else told
    return " -> ".join(sides(change.before, change.after, labels))


def _at(place: object, paint: Paint) -> str:
    return f"  {paint(visible(str(place)), 'place')}" if place is not None else ""


def _kept(given: Roll, paint: Paint) -> Iterable[str]:
    if given.kept:
        keys = ", ".join(map(visible, given.kept))
        yield f"{paint('Kept:', 'head')} {keys}. Rolling trashes nothing; their records stay.\n"


def _summary(given: Roll, paint: Paint) -> str:
    both = [one for one in given.processes if one.before and one.after]
    hands = sum(len(one.choices) for one in given.processes)
    days = sum(len(one.landings) for one in given.processes)
    parts = [f"{len(both)} process{'' if len(both) == 1 else 'es'} go{'es' if len(both) == 1 else ''} on"]
    parts += [f"{len(given.processes) - len(both)} only in one of the two periods"] * (
        len(both) < len(given.processes)
    )
    parts += [f"{days} date{'' if days == 1 else 's'} on a day without business"] * bool(days)
    parts += [f"{hands} to choose by hand"] * bool(hands)
    told = f"{paint('Roll:', 'head')} {', '.join(parts)}."
    return f'{told} To go there, write "period: {given.after}" into procspec.yaml.'
