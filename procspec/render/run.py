"""A run as it stands: how far it is, and its tree with people, days and what is late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from procspec.codec import encode
from procspec.model import FINISHED, Json, Kind, Phase, Run, RunNode
from procspec.render.style import PLAIN, Paint
from procspec.render.values import value
from procspec.render.visible import visible

Labels = Mapping[str, str]
"""People's names by id."""

_SYMBOLS: Mapping[Phase, tuple[str, str]] = {
    Phase.WAITING: ("○", "dim"),
    Phase.RUNNING: ("●", "run"),
    Phase.COMPLETE: ("✓", "ok"),
    Phase.FAILED: ("✗", "error"),
    Phase.CANCELLED: ("–", "dim"),
    Phase.UNKNOWN: ("?", "warning"),
}
"""A mark of each phase, and how it is painted; the system's own word is always beside it."""

_COUNTED = (
    (Phase.RUNNING, "running"),
    (Phase.WAITING, "waiting"),
    (Phase.FAILED, "in error"),
    (Phase.CANCELLED, "cancelled"),
    (Phase.UNKNOWN, "of unknown status"),
)
_BAR = 20
_WORD = 20
_LONGEST = 200
_MOST = 20
"""Variables and files that are shown."""


def run(given: Run, day: date, labels: Labels, paint: Paint = PLAIN, *, verbose: bool = False) -> str:
    """All of one look; `day` is what due dates are compared with."""
    view = View(given, day, labels, paint)
    rows = [line for row in view.rows for line in row.lines]
    return "\n".join([*view.head, *rows, *view.tail(verbose=verbose)])


def data(given: Run, day: date) -> dict[str, Json]:
    """All of one look for programs; `overdue` has the days by which a group or job is late, by its id."""
    late = {node.id: node.overdue(day) for node in given.nodes() if node.overdue(day)}
    done = sum(job.phase is Phase.COMPLETE for job in given.jobs)
    has_all = given.root is not None and not given.is_momentary
    counts = {"done": done, "jobs": len(given.jobs)} if has_all else {}
    return {"as_of": day.isoformat(), "run": encode(given), **counts, "overdue": late}


@dataclass(frozen=True, slots=True)
class Row:
    """A group or a job of the tree. `weight` is how much it matters that it is seen."""

    lines: tuple[str, ...]
    weight: int
    word: str


@dataclass(frozen=True)
class View:
    """One look at a run, in parts: `head`, the `rows` of the tree, and what stands below it."""

    run: Run
    day: date
    labels: Labels
    paint: Paint = PLAIN

    @cached_property
    def head(self) -> list[str]:
        """What it is and how far it is."""
        given = self.run
        title = given.name or given.process or given.id
        due = f"due {visible(given.due)}" if given.due else ""
        stands = (
            status(given.status, given.phase, self.paint),
            due,
            lateness(given.overdue(self.day), self.paint),
        )
        first = f"{self.paint(visible(title), 'head')}  {', '.join(part for part in stands if part)}"
        facts = ", ".join(part for part in _facts(given) if part)
        return [first, f"    {facts}", *(f"    {line}" for line in self._progress())]

    def _progress(self) -> Iterator[str]:
        jobs = self.run.jobs
        phases = Counter(job.phase for job in jobs)
        counts = [f"{phases[phase]} {word}" for phase, word in _COUNTED if phases[phase]]
        late = sum(job.overdue(self.day) > 0 for job in jobs)
        counts += [self.paint(f"{late} overdue", "error")] if late else []
        if self.run.is_momentary and not self.run.over:
            yield f"{len(jobs)} task{'' if len(jobs) == 1 else 's'} now: {', '.join(counts) or 'none'}"
        elif jobs:
            yield f"{_bar(phases[Phase.COMPLETE], len(jobs))}  {', '.join([_done(jobs), *counts])}"
        by_hand = [name(node) for node in self.run.nodes() if waits_for_hand(node)]
        if by_hand and not self.run.over:
            more = f" and {len(by_hand) - 3} more" if len(by_hand) > 3 else ""
            yield self.paint(f"to be started by hand: {', '.join(by_hand[:3])}{more}", "warning")
        if jobs and not self.run.over and not self.run.is_momentary and all(_is_done(job) for job in jobs):
            yield "All work is done; the run goes on until somebody closes it."

    @cached_property
    def rows(self) -> list[Row]:
        """The tree, parents first; none where the system shows none."""
        root = self.run.root
        if root is None:
            return []
        tops = root.children if self.run.is_momentary else (root,)
        words = (len(visible(node.told)) for top in tops for node in top.walk())
        width = min(_WORD, max(words, default=0))
        return [row for top in tops for row in self._rows(top, 1, width)]

    def _rows(self, node: RunNode, level: int, width: int) -> list[Row]:
        below = [row for child in node.children for row in self._rows(child, level + 1, width)]
        weight = max([self._weight(node), *(row.weight for row in below)])
        return [Row(tuple(self._lines(node, level, width)), weight, node.status), *below]

    def _weight(self, node: RunNode) -> int:
        if node.kind is Kind.GROUP:
            return 2 if waits_for_hand(node) else 0
        if node.phase is Phase.FAILED or node.overdue(self.day):
            return 3
        return 2 if node.phase in (Phase.RUNNING, Phase.UNKNOWN) or waits_for_hand(node) else 1

    def _lines(self, node: RunNode, level: int, width: int) -> Iterator[str]:
        pad = " " * (width - len(visible(node.told)))
        shown = f"{status(node.told, node.phase, self.paint)}{pad}  {name(node)}"
        about = ", ".join(part for part in self._about(node) if part)
        yield "  " * level + (f"{shown}  {about}" if about else shown)
        if node.permalink and node.phase not in FINISHED:
            yield "  " * level + f"    {self.paint(visible(node.permalink), 'place')}"

    def _about(self, node: RunNode) -> Iterator[str]:
        if node.kind is Kind.GROUP:
            yield "all at the same time" if node.parallel else "one after another"
        yield lateness(node.overdue(self.day), self.paint)
        if waits_for_hand(node):
            yield self.paint("to be started by hand", "warning")
        yield from people(node, self.labels)
        yield age(node, self.day)

    def tail(self, *, verbose: bool = False) -> list[str]:
        """Variables and files, where the system has them: the first of them, short, unless `verbose`."""
        longest = 10 * _LONGEST if verbose else _LONGEST
        pairs = [f"{visible(key)} = {value(item, {}, longest)}" for key, item in self.run.variables.items()]
        files = [visible(file) for file in self.run.files]
        return [*self._listed("variables", pairs, verbose), *self._listed("files", files, verbose)]

    def _listed(self, title: str, items: list[str], verbose: bool) -> list[str]:
        if not items:
            return []
        shown = items if verbose else items[:_MOST]
        more = [f"    … {len(items) - len(shown)} more (-v)"] if len(shown) < len(items) else []
        return ["", self.paint(title, "head"), *(f"    {item}" for item in shown), *more]


def _facts(given: Run) -> Iterator[str]:
    yield f"run {visible(given.id)}"
    yield f"of {visible(given.process)}" if given.process else ""
    yield f"version {visible(given.version)}" if given.version else ""
    yield f"correlation key {visible(given.correlation)}" if given.correlation else ""
    yield f"started {visible(given.started)}" if given.started else ""
    yield f"ended {visible(given.ended)}" if given.ended else ""


def status(word: str, phase: Phase, paint: Paint = PLAIN) -> str:
    """The system's word with the mark of what it means."""
    symbol, meaning = _SYMBOLS[phase]
    return paint(f"{symbol} {visible(word) or '(no status)'}", meaning)


def name(node: RunNode) -> str:
    """The title, and the key in the files or else the id, by which commands know it."""
    title = value(node.title, {}) if node.title else visible(node.action) or node.kind.value
    return f"{title} ({visible('root' if node.key == '/' else node.key or node.id)})"


def people(node: RunNode, labels: Labels) -> Iterator[str]:
    """Who has it until when, and who approves it."""
    who = visible(labels.get(node.person, node.person))
    due = f"due {visible(node.due)}" if node.due else ""
    yield " ".join(part for part in (who, due) if part)
    if node.approver:
        by = f" by {visible(node.approver_due)}" if node.approver_due else ""
        yield f"approved by {visible(labels.get(node.approver, node.approver))}{by}"


def lateness(days: int, paint: Paint = PLAIN) -> str:
    """`overdue by 3 days`; empty for 0."""
    return paint(f"overdue by {days} day{'' if days == 1 else 's'}", "error") if days else ""


def age(node: RunNode, day: date) -> str:
    """Since when somebody has it, in days where it is not today; empty where nobody knows."""
    if not node.since or node.phase in FINISHED:
        return ""
    try:
        days = (day - date.fromisoformat(node.since[:10])).days
    except ValueError:
        days = 0
    told = f" ({days} day{'' if days == 1 else 's'})" if days > 0 else ""
    return f"since {visible(node.since)}{told}"


def waits_for_hand(node: RunNode) -> bool:
    """Whether nothing happens with it before somebody starts it."""
    return node.manual and node.phase is Phase.WAITING


def _is_done(node: RunNode) -> bool:
    return node.phase in FINISHED


def _done(jobs: Iterable[RunNode]) -> str:
    found = [job.phase is Phase.COMPLETE for job in jobs]
    return f"{sum(found)} of {len(found)} done"


def _bar(done: int, of: int) -> str:
    full = _BAR * done // of
    return "█" * full + "░" * (_BAR - full)
