"""A plan for people: what, why, where in the file, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from procspec.model import PROCESS, Action, Cause, Change, Json, Plan, ProcessPlan, When
from procspec.render.cascade import shifts
from procspec.render.notes import notes
from procspec.render.start import UNKNOWN, mailed, run
from procspec.render.style import PLAIN, SYMBOLS, Paint
from procspec.render.values import dated, person, sides, value
from procspec.render.visible import visible

_CAUSES: Mapping[Cause, str] = {
    Cause.SPEC: "",
    Cause.DRIFT: "drift: changed on the server",
    Cause.BOTH: "both: changed in the file and on the server",
    Cause.DEFAULT: "default",
    Cause.CALENDAR: "calendar: its days changed",
    Cause.PERSON: "person: the id behind the name changed",
}
_DOING: Mapping[Action, str] = {
    Action.CREATE: "to create",
    Action.UPDATE: "to update",
    Action.RENAME: "to rename",
    Action.REPLACE: "to replace",
    Action.TRASH: "to trash",
    Action.RESTORE: "to restore",
}

_BECAUSE = "replace  because"
_DATES = ("dueDate", "approverDueDate")
_ON_THE_LINE = frozenset(
    {
        *("name", "parallel", "action", "title", "triggerType"),
        *("assignee", "dueDate", "approver", "approverDueDate"),
    }
)
"""What the line of a created group or job says in words."""


def plan(given: Plan, paint: Paint = PLAIN, *, verbose: bool = False) -> str:
    """The whole plan; no-ops are shown when `verbose`, fields that cannot be removed always."""
    parts = [_head(given, paint)]
    parts += [process(item, given.labels, paint, verbose=verbose) for item in given.processes]
    parts += [run(item, given.labels, paint, verbose=verbose) for item in given.runs]
    parts += [*notes(given, paint, verbose=verbose), _summary(given, paint)]
    return "\n".join(part for part in parts if part)


def _head(given: Plan, paint: Paint) -> str:
    period = f", {given.period}" if given.period else ""
    where = visible(f"{given.environment} ({given.target}){period}")
    return f"{paint(visible(given.project), 'head')} in {where}\n"


def process(
    item: ProcessPlan, labels: Mapping[str, str], paint: Paint = PLAIN, *, verbose: bool = False
) -> str:
    """One process of a plan; empty when there is nothing to tell about it."""
    shown = [change for change in item.changes if _told(change, verbose)]
    if item.action is Action.NOOP and not (item.blocked or item.recheck or item.rekeyed or shown):
        return ""
    lines = [_title(item, paint)]
    if item.blocked:
        lines += [f"    {paint('blocked', 'error')}: {visible(item.blocked)}"]
    lines += _moves(item)
    lines += [*_changes(shown, labels, paint), *shifts(item.shifts, paint)]
    lines += [f"    {paint(cost, 'dim')}" for cost in _costs(item)]
    return "\n".join(lines) + "\n"


def _moves(item: ProcessPlan) -> Iterator[str]:
    """The keys that moved: they are never sent, so that nothing on the server has to change."""
    own = [(item.moved_from, item.key)] if item.moved_from else []
    more = ": only the record changes" if item.idle else ""
    yield from (f"    {visible(old)} is now {visible(new)}{more}" for old, new in (*own, *item.moved.items()))


def _told(change: Change, verbose: bool) -> bool:
    return verbose or change.action is not Action.NOOP or change.cause is Cause.SPEC


def _title(item: ProcessPlan, paint: Paint) -> str:
    action = item.action.value
    mark = paint(f"{SYMBOLS[item.action]} {visible(item.key)}", action)
    what = paint(action, action) if item.action is not Action.NOOP else paint("no changes", "dim")
    place = f"  {paint(visible(str(item.place)), 'place')}" if item.place else ""
    return f"{mark}  {what}  {value(item.title, {})}{place}"


def _changes(changes: list[Change], labels: Mapping[str, str], paint: Paint) -> list[str]:
    created = [change for change in changes if change.action is Action.CREATE]
    others = [change for change in changes if change.action is not Action.CREATE]
    lines = made(created, labels, paint)
    width = min(60, max((len(_label(change)) for change in others), default=0))
    for reason, group in groupby(others, key=lambda change: change.reason):
        lines += [_difference(change, width, labels, paint) for change in group]
        if reason:
            lines.append(f"        {paint(visible(reason), 'dim')}")
    return lines


def _difference(change: Change, width: int, labels: Mapping[str, str], paint: Paint) -> str:
    action = change.action.value
    symbol = paint(SYMBOLS[change.action], action)
    label = _label(change).ljust(width).replace(_BECAUSE, paint(_BECAUSE, action), 1)
    place = f"  {paint(visible(str(change.place)), 'place')}" if change.place else ""
    cause = f"  {paint(f'[{_CAUSES[change.cause]}]', 'dim')}" if _CAUSES[change.cause] else ""
    alone = f"  {paint('[not explained by the edits]', 'warning')}" if change.unexplained else ""
    return f"    {symbol} {label}  {_sides(change, labels)}{place}{cause}{alone}".rstrip()


def _label(change: Change) -> str:
    path = visible(change.path or "process")
    return f"{_BECAUSE} {path}" if change.action is Action.REPLACE else path


def _sides(change: Change, labels: Mapping[str, str]) -> str:
    if change.node == PROCESS and not change.field:
        return f"{change.action.value} {visible(str(change.before))}"
    if not change.field:
        there, node = ("added", change.after) if change.before is None else ("removed", change.before)
        return f"{there}: {node_line(node)}"
    if change.before == change.after is not None:  # a patch would move it away
        return f"stays {value(change.after, labels)}"
    hidden = change.before is None and change.after is None
    before, after = sides(change.before, change.after, labels)
    before = "(not shown by the server)" if hidden else before
    after = dated(after, change.written.get(change.field, ""))
    return before if change.action is Action.NOOP and change.after is None else f"{before} -> {after}"


def node_line(node: Json) -> str:
    """A job by its action, a group by its kind, and what people call it."""
    return (
        f"{visible(str(node.get('action', node['kind'])))} {value(node.get('title') or node.get('name'), {})}"
    )


# --------------------------------------------------------------------------------- what is created


def made(changes: Iterable[Change], labels: Mapping[str, str], paint: Paint = PLAIN) -> list[str]:
    """What is to be created, as lines."""
    return [line for change in changes for line in _created(change, labels, paint)]


def _created(change: Change, labels: Mapping[str, str], paint: Paint) -> Iterator[str]:
    """The process's own fields one a line; a group or a job on one line, indented as it is nested."""
    fields = {name: given for name, given in change.after.items() if name != "kind"}
    if change.node == PROCESS:
        fields.pop("name", None)
        width = max((len(name) for name in fields), default=0)
        for name, given in fields.items():
            shown = dated(value(given, labels), change.written.get(name, ""))
            yield f"      {visible(name).ljust(width)}  {shown}"
        return
    indent = "  " * (change.level + 1)
    symbol = paint(SYMBOLS[Action.CREATE], "create")
    is_group = change.after["kind"] == "group"
    told = _group(fields, labels) if is_group else _job(fields, labels, change.written)
    yield f"{indent}{symbol} {visible(change.path)}  {told}"
    more = [
        f"{visible(name)} {value(given, labels, 300)}"
        for name, given in fields.items()
        if name not in _ON_THE_LINE
    ]
    if more:
        yield paint(f"{indent}    {', '.join(more)}", "dim")


def _group(fields: Mapping[str, Json], labels: Mapping[str, str]) -> str:
    order = "all at the same time" if fields.get("parallel") else "one after another"
    return ", ".join([value(fields.get("name"), labels), order, *_manual(fields)])


def _job(fields: Mapping[str, Json], labels: Mapping[str, str], written: Mapping[str, str]) -> str:
    dates = {
        name: dated(value(given, {}), written.get(name, ""))
        for name, given in fields.items()
        if name in _DATES
    }
    parts = [f"{visible(str(fields['action']))} {value(fields.get('title'), labels)}"]
    if "assignee" in fields:
        parts.append(person(fields["assignee"], labels) + _due(dates, "dueDate"))
    elif "dueDate" in fields:
        parts.append(_due(dates, "dueDate").strip())
    if "approver" in fields:
        parts.append(f"approved by {person(fields['approver'], labels)}{_due(dates, 'approverDueDate')}")
    elif "approverDueDate" in fields:
        parts.append(f"approval{_due(dates, 'approverDueDate')}")
    return ", ".join([*parts, *_manual(fields)])


def _due(dates: Mapping[str, str], name: str) -> str:
    return f" due {dates[name]}" if name in dates else ""


def _manual(fields: Mapping[str, Json]) -> list[str]:
    return ["started by hand"] if fields.get("triggerType") == "manual" else []


# -------------------------------------------------------------------------------------- costs, ends


def _costs(item: ProcessPlan) -> Iterator[str]:
    if item.recheck:
        yield "It was not valid on the server, or that was not asked to the end; apply asks again."
    if item.action is Action.REPLACE and _comes_back(item):
        yield "The old process comes back as it was, with its ids; the new one goes to the trash."
        yield "Runs that were started from the new one stay with it."
    elif item.action is Action.REPLACE:
        yield "A new process with new ids is created; when it is valid, the old one goes to the trash."
        yield "Runs that were started from the old one stay with it."
    if item.action is Action.TRASH:
        yield "The process goes to the trash and can be restored."


def _comes_back(item: ProcessPlan) -> bool:
    """Whether it is a replacement that is undone: nothing is created."""
    return not any(request.action is Action.REPLACE for request in item.requests)


def _summary(given: Plan, paint: Paint) -> str:
    counts = {action: 0 for action in _DOING}
    for item in given.pending:
        counts[item.action] += 1
    told = [f"{number} {_DOING[action]}" for action, number in counts.items() if number]
    told += [f"{len(given.moves)} moved"] if given.moves else []
    told += [f"{len(given.starting)} to start"] if given.starting else []
    blocked = sum(bool(item.blocked) for item in given.processes) + sum(bool(r.blocked) for r in given.runs)
    told += [f"{blocked} blocked"] if blocked else []
    if not told and not given.processes and given.runs:
        number = _count(len(given.runs), "run was started", "runs were started")
        return f"{paint('No changes.', 'ok')} {number} already."
    if not told and not given.processes:
        return f"{paint('No changes.', 'ok')} {_unseen(given)}"
    if not told:
        same = _count(len(given.processes), "process is", "processes are")
        unsound = sum(item.recheck for item in given.processes)
        more = f" {unsound} not valid on the server, or not asked to the end." if unsound else ""
        done = sum(bool(run.started) for run in given.runs)
        runs = f" {_count(done, 'run was started', 'runs were started')} already." if done else ""
        return f"{paint('No changes.', 'ok')} {same} as the files say.{runs}{more}"
    # Of the two planned ends of a replacement one is sent; the plan counts the good one.
    total = sum(request.when is not When.INVALID for item in given.pending for request in item.requests)
    cost = _count(total + len(given.starting), "request", "requests")
    return f"{paint('Plan:', 'head')} {', '.join(told)}. {cost}; {_mail(given)}"


def _mail(given: Plan) -> str:
    """Only a run sends mail."""
    if any(item.tasks is None for item in given.starting):
        return UNKNOWN[0].lower() + UNKNOWN[1:]
    tasks = [task for item in given.starting for task in item.tasks or ()]
    return f"{mailed(tasks)}." if tasks else "nobody gets mail."


def _unseen(given: Plan) -> str:
    """Why a plan has no process at all."""
    if not given.kept:
        return "Nothing was looked at."
    belong = "belongs" if len(given.kept) == 1 else "belong"
    keys = visible(", ".join(given.kept))
    return f"Nothing was looked at: {keys} {belong} to another period, which --period names."


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
