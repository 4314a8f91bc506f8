"""Apply records: what an apply sends is noted while it goes on, and kept in the state store.

The record is durable before the first request goes out, with what is planned, and is completed at the end
of the apply, whichever way it ends. One that was killed leaves the first: it may have done all of it or
nothing, and a rollback of it looks what is there.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from procspec import __version__, moment
from procspec.codec import Malformed, decode, encode
from procspec.digest import digest
from procspec.engine import inverse
from procspec.engine.inverse import Before
from procspec.engine.session import Session
from procspec.errors import ProcspecError, StateError, UnknownOutcome, UsageError
from procspec.model import (
    Action,
    ApplyRecord,
    Deed,
    Outcome,
    Plan,
    ProcessPlan,
    Receipt,
    Record,
    Request,
    RunPlan,
    Step,
    When,
)
from procspec.source.revision import head
from procspec.state.base import Holder, StateStore

FORMAT = 1
"""The version of an apply record's JSON; another one is refused."""
_READERS = 16


class Trail:
    """What one apply sends, by key. Thread-safe; its record begins with the first request."""

    def __init__(
        self,
        session: Session,
        plan: Plan,
        records: Mapping[str, Record],
        holder: Holder,
        *,
        command: str,
        undoes: str = "",
    ) -> None:
        self._session, self._plan, self._holder = session, plan, holder
        self._command, self._undoes = command, undoes
        items: tuple[ProcessPlan | RunPlan, ...] = (*plan.processes, *plan.runs)
        self._items = {item.key: item for item in items}
        self._befores = {item.key: self._before(item, records.get(item.key)) for item in plan.processes}
        self._steps: dict[str, list[Step]] = {}
        self._rejected: set[str] = set()
        self._mutex = threading.Lock()
        self._begun: ApplyRecord | None = None

    def _before(self, item: ProcessPlan, record: Record | None) -> Before:
        return Before(item=item, record=record, fields=self._session.provider.fields)

    def expect(self, item: ProcessPlan, record: Record | None) -> None:
        """Takes the plan that was just made again: its values from before are the server's of now."""
        self._befores[item.key] = self._before(item, record)

    def begin(self) -> None:
        """Before a request: makes sure that the apply has a record. Raises StateError."""
        with self._mutex:
            if self._begun is None:
                begun = self._new()
                self._session.store.keep(begun.environment, begun.id, to_text(begun))
                self._begun = begun

    def note(self, key: str, request: Request, receipt: Receipt | None, trace: str = "") -> None:
        """A request that was carried out; without a receipt, one of which nobody knows that."""
        step = inverse.step(self._befores.get(key), request, receipt, trace)
        with self._mutex:
            self._steps.setdefault(key, []).append(step)
            if request.when is When.INVALID:
                self._rejected.add(key)

    def settle(self, key: str, *, done: bool) -> None:
        """Reading showed whether the last request about a process was carried out, if that was in doubt.

        One that was not is forgotten: it is sent again, and that is another step.
        """
        with self._mutex:
            steps = self._steps.get(key, [])
            if steps and steps[-1].doubtful:
                last = steps.pop()
                steps.extend([replace(last, doubtful=False)] if done else [])

    def end(self, outcomes: Mapping[str, Outcome], exit_code: int) -> ApplyRecord | None:
        """Completes the record; None when nothing was sent. Raises StateError when it cannot be written."""
        if self._begun is None:
            return None
        records = self._session.store.read(self._session.environment)
        deeds = tuple(self._deed(key, outcomes, records) for key in self._items if self._steps.get(key))
        ended = replace(self._begun, exit_code=exit_code, deeds=deeds)
        self._session.store.keep(ended.environment, ended.id, to_text(ended))
        return ended

    # ------------------------------------------------------------------------------------- its record

    def _new(self) -> ApplyRecord:
        now = datetime.now(UTC)
        found = head(Path(self._session.project.folder))
        return ApplyRecord(
            id=new_id(now),
            environment=self._session.environment,
            target=self._session.target,
            command=self._command,
            since=moment.stamp(now),
            who=f"{self._holder.user}@{self._holder.host}",
            tool=__version__,
            plan=digest(json.dumps(encode(self._plan), sort_keys=True)),  # names of files may be no text
            commit=found.commit if found else "",
            dirty=found.dirty if found else False,
            undoes=self._undoes,
            deeds=tuple(self._planned()),
        )

    def _planned(self) -> Iterable[Deed]:
        """What may have been done by an apply that does not come to its end."""
        for item in self._plan.processes:
            before = self._befores[item.key]
            requests = [request for request in item.requests if request.when is not When.INVALID]
            if requests:
                steps = [inverse.step(before, request, None) for request in requests]
                yield inverse.deed(before, steps, _blank(item))
        for run in self._plan.starting:
            if run.request is not None:
                yield replace(_blank(run), steps=(inverse.step(None, run.request, None),))

    def _deed(self, key: str, outcomes: Mapping[str, Outcome], records: Mapping[str, Record]) -> Deed:
        outcome, before = outcomes.get(key), self._befores.get(key)
        blank = _blank(self._items[key])
        code, id = (outcome.exit_code, outcome.id) if outcome else (1, None)
        made = inverse.deed(before, self._steps[key], replace(blank, id=id or blank.id, exit_code=code))
        record = records.get(key)
        known = record is not None and record.intent is None and record.id == made.id
        made = replace(made, digest=record.digest if record and known else "")
        return inverse.kept(made) if key in self._rejected else made


def _blank(item: ProcessPlan | RunPlan) -> Deed:
    action = item.action if isinstance(item, ProcessPlan) else Action.RUN
    id = item.base.id if isinstance(item, ProcessPlan) else None
    return Deed(key=item.key, title=item.title, action=action, id=id or "")


def send(session: Session, key: str, request: Request) -> Receipt:
    """Carries out one request about a process or a run; notes it, where an apply is under way.

    Raises as `Service.send` does, and StateError or Interrupted before anything is sent.
    """
    if session.trail is None:
        return session.service.send(request)
    session.trail.begin()
    session.halt.check()  # writing the record may have taken its time
    try:
        receipt = session.service.send(request)
    except UnknownOutcome as error:
        session.trail.note(key, request, None, error.trace)
        raise
    session.trail.note(key, request, receipt)
    return receipt


def new_id(now: datetime) -> str:
    """The id of an apply: the second, and four hex digits for when in it, so that ids sort by time."""
    return f"{now:%Y%m%d-%H%M%S}-{now.microsecond * 0x10000 // 1_000_000:04x}"


# ---------------------------------------------------------------------------------------------- the texts


def to_text(record: ApplyRecord) -> str:
    """The JSON of an apply record."""
    return json.dumps({"format": FORMAT, **encode(record)}, allow_nan=False)


def from_text(text: str) -> ApplyRecord:
    """The apply record in a JSON text; raises StateError for one of another format."""
    try:
        data = json.loads(text)
        version = data.pop("format", None) if isinstance(data, dict) else None
        if version != FORMAT:
            raise Malformed(f"its format is {version!r}, and this procspec knows {FORMAT}")
        return decode(ApplyRecord, data)
    except (ValueError, RecursionError) as error:
        raise StateError(
            f"An apply record of the state cannot be read: {error}.",
            hint="Use the version of procspec that wrote it.",
        ) from error


def applies(store: StateStore, environment: str) -> tuple[ApplyRecord, ...]:
    """The records of the last applies, newest first."""
    with ThreadPoolExecutor(_READERS) as pool:
        texts = list(pool.map(partial(store.fetch, environment), store.kept(environment)))
    return tuple(from_text(text) for text in texts if text is not None)


def find(store: StateStore, environment: str, id: str) -> ApplyRecord:
    """The record of one apply; raises UsageError when there is none."""
    text = store.fetch(environment, id)
    if text is None:
        known = ", ".join(store.kept(environment)[:3]) or "none"
        raise UsageError(
            f"There is no apply {id!r} in {environment}.",
            hint=f"The last ones: {known}. `procspec history -e {environment}` shows all.",
        )
    return from_text(text)


def ended(trail: Trail, outcomes: Mapping[str, Outcome], exit_code: int) -> tuple[ApplyRecord | None, str]:
    """The record of an apply that is over, and why it could not be completed; "" when it could."""
    try:
        return trail.end(outcomes, exit_code), ""
    except ProcspecError as error:
        return None, error.message
