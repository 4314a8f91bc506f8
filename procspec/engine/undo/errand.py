"""Plans of a few processes for another reason than their files, carried out by `apply` all the same."""

from __future__ import annotations

from collections.abc import Iterable

from procspec.engine.moves import Seen
from procspec.engine.session import Session, is_run, labels
from procspec.errors import UsageError
from procspec.model import Plan, ProcessPlan, Record


def gathered(session: Session, now: Seen, items: Iterable[ProcessPlan], hints: Iterable[str] = ()) -> Plan:
    """The plan of these processes alone."""
    return Plan(
        project=session.project.name,
        environment=session.environment,
        target=session.target,
        lineage=session.store.lineage,
        spec=session.project.digest,
        variables=session.project.variables,
        processes=tuple(now.marked(item) for item in items),
        labels=labels(session.project),
        hints=tuple(hints),
        period=session.period,
    )


def known(session: Session, now: Seen, key: str) -> tuple[str, Record]:
    """The record of a process by the key that it has now, or had; raises UsageError when there is none."""
    key = key if key in now.records else session.project.moved.get(key, key)
    record = now.records.get(key)
    if record is not None and not is_run(record) and (record.id or record.intent):
        return key, record
    told = f"{key} was never applied" if key in session.files else f"There is no record of {key!r}"
    raise UsageError(
        f"{told} in {session.environment}.", hint=f"`procspec state list -e {session.environment}` shows all."
    )
