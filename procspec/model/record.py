"""What the state store keeps, and what a server finds wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from procspec.model.plan import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What was last applied to one field: digests of the value and of what was written for it.

    `shown` says that the server's answer held the field afterwards; answers may leave fields out
    that were sent (guide, "Retrieving a Process"), and such an absence is no difference.
    """

    value: str
    written: str = ""
    shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A create, a replacement or a run that was begun and whose end is not recorded.

    While `id` is None the outcome is unknown; with the id of what was made, the rest can be done by
    the next apply. `marks` say what was sent; `confirmed`, that a person
    said that the id is the right one.
    """

    action: Action
    since: str
    owner: str
    id: str | None = None
    confirmed: bool = False
    marks: Mapping[str, Mapping[str, Mark]] = field(default_factory=dict)
    process: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something about a run that was begun and whose end is not recorded: job runs, or a human step.

    `action` is ADD_JOBS or TASK. `sent` is a digest of what was sent, under `salt`, or that of the record
    where it has none of its own. `before` are the ids of the jobs that were there, `node` is the human step.
    """

    action: Action
    since: str
    owner: str
    sent: str
    before: tuple[str, ...] = ()
    node: str = ""
    salt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A run that procspec started or amended: its id, when (ISO, UTC), and of which process, where that is
    known. `act` is what was begun about it and may or may not have been carried out.
    """

    id: str
    since: str
    process: str = ""
    act: Act | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the state store keeps for one process: no content, no people, no secrets.

    `serial` is the one that was read; writing compares and swaps on it, 0 meaning "not there yet".
    `ids` maps node keys to server ids. `marks` holds, per node key and field, what was last applied,
    as digests under `salt`. `leftovers` are ids of processes that a replacement still has to trash.
    `invalid` says that the server's last validation found something, so that the next apply asks again.
    `runs` are the runs that procspec started, oldest first. A run that the files declare has a record of
    its own, without an id; `digest` is then that of what was started. `order` has, by group, the keys of its
    children as last applied. `period` names the period that the process belongs to, if its key does.
    """

    environment: str
    key: str
    salt: str
    serial: int = 0
    id: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    revision: int | None = None
    digest: str = ""
    marks: Mapping[str, Mapping[str, Mark]] = field(default_factory=dict)
    intent: Intent | None = None
    leftovers: tuple[str, ...] = ()
    protect: bool = False
    invalid: bool = False
    trashed: bool = False
    runs: tuple[Started, ...] = ()
    order: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    period: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One error of the server's validation, as far as its target could be understood.

    `node` is the server's id of the node that it is about and `field` a field name in the files'
    words; both empty when the target has an unknown form, which `target` keeps as sent.
    """

    code: str
    message: str
    target: str = ""
    node: str = ""
    field: str = ""
