"""Drift for people: what was last applied, what is there now, and where the files have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from procspec.model import ROOT, Action, Departure, Drift, DriftKind, Json, ProcessDrift
from procspec.render.style import PLAIN, SYMBOLS, Paint
from procspec.render.values import sides, value
from procspec.render.visible import visible

_ACTIONS: Mapping[DriftKind, Action] = {
    DriftKind.CHANGED: Action.UPDATE,
    DriftKind.ADDED: Action.CREATE,
    DriftKind.REMOVED: Action.TRASH,
    DriftKind.MOVED: Action.UPDATE,
    DriftKind.REORDERED: Action.UPDATE,
    DriftKind.GONE: Action.TRASH,
    DriftKind.BACK: Action.RESTORE,
}
"""Whose symbol and colour each kind has."""

_WHOLE: Mapping[DriftKind, str] = {
    DriftKind.GONE: "it is not on the server; somebody trashed it",
    DriftKind.BACK: "procspec trashed it, and it is on the server again; somebody restored it",
}
_ANOTHER = "(another value was applied)"


def drift(given: Drift, paint: Paint = PLAIN, *, verbose: bool = False) -> str:
    """Every process that is not as it was last applied; the others are told when `verbose`."""
    where = visible(f"{given.environment} ({given.target})")
    parts = [f"{paint(visible(given.project), 'head')} in {where}: last applied -> live\n"]
    parts += [_process(item, given.labels, paint, verbose=verbose) for item in given.processes]
    return "\n".join(part for part in [*parts, _summary(given, paint)] if part)


def _process(item: ProcessDrift, labels: Mapping[str, str], paint: Paint, *, verbose: bool) -> str:
    told = list(_told(item, labels, paint))
    settled = list(_settled(item, labels, paint)) if verbose else []
    if not (item.departures or item.blocked or item.note or settled or (verbose and told)):
        return ""
    return "\n".join([_title(item, paint), *_differences(item, labels, paint), *settled, *told]) + "\n"


def _title(item: ProcessDrift, paint: Paint) -> str:
    kind = next((one.kind for one in item.departures if one.kind in _WHOLE), DriftKind.CHANGED)
    action = _ACTIONS[kind] if item.departures else Action.NOOP
    mark = paint(f"{SYMBOLS[action]} {visible(item.key)}", action.value)
    what = paint("drift", action.value) if item.departures else paint("no drift", "dim")
    place = f"  {paint(visible(str(item.place)), 'place')}" if item.place else ""
    said = "" if item.blocked or item.note else f"  {what}"
    period = visible(item.period)
    other = f"  {paint(f'of the period {period}: use --period {period}', 'dim')}" if period else ""
    return f"{mark}{said}  {value(item.title, {})}{place}{other}"


def _told(item: ProcessDrift, labels: Mapping[str, str], paint: Paint) -> Iterator[str]:
    """What is to be known besides the differences."""
    if item.blocked:
        yield f"    {paint('blocked', 'error')}: {visible(item.blocked)}"
    if item.note:
        yield f"    {paint(visible(item.note), 'dim')}"
    if item.departures and item.modified:
        who = labels.get(item.modified.who, item.modified.who)
        by = f" by {visible(who)}" if who else ""
        yield f"    {paint(f'last modified {visible(item.modified.when)}{by}', 'dim')}"
    differs = item.departures or item.settled
    if not differs and item.revision is not None and item.revision != item.was:
        moved = f"revision {item.revision}, was {item.was}: nothing that is managed differs"
        yield f"    {paint(moved, 'dim')}"


def _differences(item: ProcessDrift, labels: Mapping[str, str], paint: Paint) -> Iterator[str]:
    whole = [one for one in item.departures if one.kind in _WHOLE]
    parts = [one for one in item.departures if one.kind not in _WHOLE]
    width = min(60, max((len(visible(one.path)) for one in parts), default=0))
    yield from (f"    {_WHOLE[one.kind]}" for one in whole)
    yield from (_difference(one, width, labels, paint) for one in parts)


def _difference(one: Departure, width: int, labels: Mapping[str, str], paint: Paint) -> str:
    action = _ACTIONS[one.kind]
    symbol = paint(SYMBOLS[action], action.value)
    place = f"  {paint(visible(str(one.place)), 'place')}" if one.place else ""
    return f"    {symbol} {visible(one.path).ljust(width)}  {_sides(one, labels)}{place}"


def _settled(item: ProcessDrift, labels: Mapping[str, str], paint: Paint) -> Iterator[str]:
    """What the files have as well by now, without a symbol: nothing is to be done about it."""
    for one in item.settled:
        shown = value(one.live, labels) if one.unknown else _sides(one, labels)
        more = ", applied was another value" if one.unknown else ""
        place = f"  {paint(visible(str(one.place)), 'place')}" if one.place else ""
        yield f"      {visible(one.path)}  {shown}: {paint(f'as the file says now{more}', 'dim')}{place}"


def _sides(one: Departure, labels: Mapping[str, str]) -> str:
    if one.kind is DriftKind.ADDED:
        return f"added: {_what(one.live)}"
    if one.kind is DriftKind.REMOVED:
        return f"removed: {_what(one.applied)}"
    if one.kind is DriftKind.MOVED:
        return f"moved: {_group(one.applied)} -> {_group(one.live)}"
    if one.unknown:
        return f"{_ANOTHER} -> {value(one.live, labels)}"
    return " -> ".join(sides(one.applied, one.live, labels))


def _group(key: str) -> str:
    return "root" if key == ROOT else visible(key)


def _what(node: Json) -> str:
    """A group or a job, with its name where that is known."""
    name = node.get("title") or node.get("name")
    what = visible(str(node.get("action", node["kind"])))
    return f"{what} {value(name, {})}" if name else what


def _summary(given: Drift, paint: Paint) -> str:
    asked = [item for item in given.processes if not (item.blocked or item.note)]
    blocked = sum(bool(item.blocked) for item in given.processes)
    more = f" {blocked} blocked." if blocked else ""
    if not given.processes:
        return "Nothing was applied yet."
    if not given.drifted:
        same = _count(len(asked), "process is", "processes are")
        return f"{paint('No drift.', 'ok')} {same} as last applied{_exceptions(given)}.{more}"
    found = _count(sum(len(item.departures) for item in given.drifted), "difference", "differences")
    of = _count(len(asked), "process", "processes")
    return (
        f"{paint('Drift:', 'head')} {found} in {len(given.drifted)} of {of}.{more}"
        f" {_plans(given)} what an apply would do about it."
    )


def _exceptions(given: Drift) -> str:
    """What is not as last applied and no drift either."""
    settled = sum(len(item.settled) for item in given.processes)
    if not settled:
        return ""
    number = _count(settled, "difference", "differences")
    return f", but for {number} that the files have by now: `procspec -v drift`"


def _plans(given: Drift) -> str:
    """The plans that show the processes that drifted: one a period."""
    periods = dict.fromkeys(visible(item.period) for item in given.drifted)
    plans = [f"`procspec plan{f' --period {period}' if period else ''}`" for period in sorted(periods)]
    return f"{', '.join(plans)} {'shows' if len(plans) == 1 else 'show'}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
