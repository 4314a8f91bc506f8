"""Which run a command means, and one look at it with the keys of the files."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from procspec.engine.guard import check_free
from procspec.engine.moves import records
from procspec.engine.session import Session, blocked, in_doubt, runs_of
from procspec.errors import ProcspecError, UnknownOutcome, UsageError
from procspec.model import ROOT, Action, Kind, Record, Run, RunNode, Started


def run_of(session: Session, text: str) -> str:
    """The id of the run that RUN means: of a key, the last one that was started of it; else it is an id.

    Sends nothing. Raises UsageError for a key of which nothing was started, UnknownOutcome while nobody
    can tell what its last run is, Contended while somebody is starting it.
    """
    known = records(session)
    record = known.get(text)
    if record is None:
        if text in session.files or text in session.runs:
            raise _nothing(session, text)
        return text
    is_run = record.intent is not None and record.intent.action is Action.RUN
    doubt = (blocked(record) if is_run else "") or in_doubt(known.values(), record.id)
    if doubt:
        check_free(session)
        raise UnknownOutcome(doubt)
    started = sorted((*record.runs, *runs_of(known.values(), record.id)), key=_since)
    if not started:
        raise _nothing(session, text)
    return started[-1].id


def _since(run: Started) -> str:
    return run.since


def _nothing(session: Session, key: str) -> UsageError:
    command = "apply" if key in session.runs else "run"
    return UsageError(
        f"Nothing of {key} was started in {session.environment} so far.",
        hint=f"Start it: `procspec {command} {key} -e {session.environment}`; or give the id of a run.",
    )


def seen_run(session: Session, id: str) -> Run:
    """A run by its id, its nodes with the keys that they have in the files: 1 GET.

    Raises ProcspecError when the system has no such run.
    """
    run = read(session, id)
    return keyed(run, maker(records(session).values(), run))


def read(session: Session, id: str, *, once: bool = False, within: float = math.inf) -> Run:
    """A run as the system tells it: 1 GET; raises ProcspecError when it has none of this id.

    `once` and `within` are as for `Service.read_run`.
    """
    run = session.service.read_run(id, once=once, within=within)
    if run is None:
        known = ", ".join(key for key, record in sorted(records(session).items()) if record.runs)
        raise ProcspecError(
            f"{session.target} has no run {id}.",
            hint=f"RUN is the id of a run, or a key of which one was started: {known or 'none so far'}.",
        )
    return run


def maker(known: Iterable[Record], run: Run) -> Record | None:
    """The record whose jobs the run was made from: of its process, or that which has started it."""
    made = [record for record in known if record.ids]
    ours = (record for record in made if run.process and record.id == run.process)
    started = (record for record in made if any(one.id == run.id for one in record.runs))
    return next(ours, None) or next(started, None)


def keyed(run: Run, record: Record | None) -> Run:
    """The run with the keys that its nodes have in the files; nodes that no record knows have none.

    A job says which job of the process it was made from. A group does not (schema page of
    ProcessGroupRun): it is the one whose children its children are.
    """
    if run.root is None or record is None:
        return run
    keys = {id: key for key, id in record.ids.items()}
    parents = {child: group for group, children in record.order.items() for child in children}
    return replace(run, root=replace(_keyed(run.root, keys, parents), key=ROOT))


def _keyed(node: RunNode, keys: Mapping[str, str], parents: Mapping[str, str]) -> RunNode:
    children = tuple(_keyed(child, keys, parents) for child in node.children)
    key = keys.get(node.source, "") if node.source else ""
    if not key and node.kind is Kind.GROUP:
        key = next((parents[child.key] for child in children if child.key in parents), "")
    return replace(node, key=key, children=children)
