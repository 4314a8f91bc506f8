"""Random processes for the properties: desired trees, edits of them, and the server's side of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from hypothesis import strategies as st

from procspec.model import PROCESS, ROOT, FieldTable, Json, Kind, Node, Record
from procspec.providers.workiva.fields import FIELDS
from procspec.reconcile import ids_of, keyed, marks, order_of, pair, snapshot

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).map(
    lambda text: f"T{text}x"
)
DATES = st.dates().map(lambda day: day.isoformat())
DAYS = st.lists(
    st.sampled_from(["monday", "tuesday", "wednesday", "thursday", "friday"]), unique=True, max_size=5
)
PEOPLE = st.sampled_from(["ana", "ben", "cleo"]).map(lambda id: {"id": id, "type": "user"})

PROCESS_FIELDS: dict[str, st.SearchStrategy[Json]] = {
    "autoClose": st.booleans(),
    "relativeDates": st.booleans(),
    "certAutoApprove": st.booleans(),
    "ipmBetaEnabled": st.booleans(),
    "iwmOptOut": st.booleans(),
    "dueDate": DATES,
    "businessStartDate": DATES,
    "businessEndDate": DATES,
    "businessDaysOfWeek": DAYS,
    "businessDateExclusions": st.lists(DATES, unique=True, max_size=3),
    "businessDateInclusions": st.lists(DATES, unique=True, max_size=3),
    "calendarIds": st.lists(TEXTS, unique=True, max_size=3),
    "defaultCertSignerReminders": st.lists(st.dictionaries(TEXTS, TEXTS, max_size=2), max_size=2),
}
ARGUMENTS: dict[str, dict[str, st.SearchStrategy[Json]]] = {
    "sendTask": {"assignee": PEOPLE, "approver": PEOPLE, "dueDate": DATES, "instructions": TEXTS},
    "contentRequest": {"assignee": PEOPLE, "document": TEXTS, "section": TEXTS, "dueDate": DATES},
    "certification": {"sourceLetter": TEXTS, "steps": st.lists(st.dictionaries(TEXTS, TEXTS), max_size=2)},
}


def _some(fields: dict[str, st.SearchStrategy[Json]]) -> st.SearchStrategy[dict[str, Json]]:
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def jobs(draw: st.DrawFn) -> Node:
    action = draw(st.sampled_from(sorted(ARGUMENTS)))
    trigger = draw(_some({"triggerType": st.sampled_from(["whenEligible", "manual"])}))
    fields = {"action": action, **trigger, "title": draw(TEXTS), **draw(_some(ARGUMENTS[action]))}
    return Node(kind=Kind.JOB, key="", fields=fields)


@st.composite
def groups(draw: st.DrawFn, depth: int = 0) -> Node:
    child = jobs() if depth >= 2 else st.one_of(jobs(), jobs(), groups(depth + 1))
    optional = {"parallel": st.booleans(), "triggerType": st.sampled_from(["whenEligible", "manual"])}
    fields = {"name": draw(TEXTS), **draw(_some(optional))}
    children = tuple(draw(st.lists(child, max_size=4)))
    return Node(kind=Kind.GROUP, key="", fields=fields, children=children)


@st.composite
def processes(draw: st.DrawFn) -> Node:
    """A desired process with keys."""
    fields = {"name": draw(TEXTS), **draw(_some(PROCESS_FIELDS))}
    root = replace(draw(groups()), key=ROOT)
    return _named(Node(kind=Kind.PROCESS, key=PROCESS, fields=fields, children=(root,)))


def _named(process: Node) -> Node:
    numbers = count(1)

    def name(node: Node) -> Node:
        key = node.key if node.kind is Kind.PROCESS or node.key == ROOT else f"k{next(numbers)}"
        return replace(node, key=key, children=tuple(name(child) for child in node.children))

    return name(process)


@st.composite
def edits(draw: st.DrawFn, process: Node) -> Node:
    """The process with other process-level fields, other titles, and perhaps another job field."""
    fields = {"name": draw(TEXTS), **draw(_some(PROCESS_FIELDS))}
    root = process.children[0]
    rooted = replace(root, fields={**root.fields, **draw(_some({"parallel": st.booleans()}))})
    return replace(process, fields=fields, children=(_retitled(draw, rooted),))


def _retitled(draw: st.DrawFn, node: Node) -> Node:
    name = "title" if node.kind is Kind.JOB else "name"
    fields = {**node.fields, name: draw(TEXTS)} if draw(st.booleans()) else node.fields
    return replace(node, fields=fields, children=tuple(_retitled(draw, child) for child in node.children))


def served(process: Node) -> Node:
    """The live process that a server would make of it: ids everywhere, defaults filled in."""
    numbers = count(1)

    def serve(node: Node) -> Node:
        given = {
            row.name: row.default
            for row in FIELDS.values()
            if row.default is not None and row.on == _on(node) and row.name != "action"
        }
        children = tuple(serve(child) for child in node.children)
        return replace(
            node,
            key=node.key if node.key in (PROCESS, ROOT) else "",
            id=f"id{next(numbers)}",
            fields={**given, **node.fields},
            children=children,
            revision=1 if node.kind is Kind.PROCESS else None,
        )

    return serve(process)


def _on(node: Node) -> str:
    if node.kind is Kind.JOB:
        return str(node.fields["action"])
    return "process" if node.kind is Kind.PROCESS else "root" if node.key == ROOT else "group"


def applied(desired: Node, live: Node, fields: FieldTable = FIELDS) -> tuple[Node, Record]:
    """The keyed live process and the record after it was created from `desired`."""
    ids = pair(desired, live, fields)
    assert ids is not None
    known = keyed(live, ids)
    assert ids_of(known) == ids
    record = Record(
        environment="local",
        key="p",
        salt="s",
        serial=1,
        id=live.id,
        ids=ids,
        revision=1,
        digest=snapshot(known, fields),
        marks=marks(desired, known, fields, "s"),
        order=order_of(known, desired),
    )
    return known, record
