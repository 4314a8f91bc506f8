"""The shapes of false difference: what a server makes of a process must never look like a change.

Each is a way in which the documents say or show that answers differ from what was sent; after an
apply, a second plan is empty, and a second apply sends nothing.
"""

from __future__ import annotations

import pytest

from tests.conftest import Home, Server

PROJECT = """\
kind: Project
name: shapes
environments:
  served: {{provider: workiva, url: "{url}"}}
people:
  ana: {{id: user-1, name: Ana Ruiz}}
  ben: {{id: user-2, name: Ben Cole}}
"""

PROCESS = """\
kind: Process
key: close
name: Close
autoClose: true
relativeDates: true
dueDate: 2024-12-31
businessStartDate: 2024-10-01
businessEndDate: 2024-12-31
businessDaysOfWeek: [friday, monday, wednesday, tuesday, thursday]
businessDateExclusions: [2024-12-25, 2024-11-28]
businessDateInclusions: []
root:
  name: Root
  triggerType: whenEligible
  children:
    - job: reconcile
      triggerType: whenEligible
      sendTask:
        title: Reconcile
        assignee: ana
        approver: ben
        dueDate: 2024-12-15
        approverDueDate: 2024-12-20
        instructions: |
          Complete the reconciliation.
          Attach the support.
    - group: commentary
      name: Commentary
      parallel: true
      children:
        - job: revenue
          contentRequest: {title: Revenue, assignee: ana, document: d1, section: s1, dueDate: 2024-12-16}
        - job: costs
          contentRequest: {title: Costs, assignee: ben, document: d1, section: s2, dueDate: 2024-12-16}
        - group: cash
          name: Cash
          children:
            - job: bank
              sendTask: {title: Bank, assignee: ben}
        - job: twin-a
          sendTask: {title: Twin, assignee: ana}
        - job: twin-b
          sendTask: {title: Twin, assignee: ana}
    - job: certify
      certification:
        title: Certify
        sourceLetter: letter-1
        steps:
          - {type: sign, participants: [{id: user-1, type: user}]}
          - {type: approve, participants: [{id: user-2, type: user}]}
"""

SHAPES = {
    "T2 flat assigneeUser instead of an assignee object": "flat-people",
    "T3 other upper and lower case": "upper-case",
    "T5 date-times instead of dates": "datetime-dates",
    "sparse answers": "sparse-get",
    "reordered sets": "reordered-sets",
    "trailing newlines of block scalars": "trimmed-text",
    "children of a parallel group in another order": "shuffled-parallel",
    "unknown additional members": "extra-fields",
    "null for what is not set": "null-fields",
}


@pytest.fixture
def close(home: Home, server: Server) -> Home:
    home.write("procspec.yaml", PROJECT.format(url=server.url))
    home.write("close.procspec.yaml", PROCESS)
    return home


def applied(home: Home) -> None:
    result = home.run("apply", "--auto-approve")
    assert result.code == 0, result.out + result.err


def empty(home: Home, server: Server) -> None:
    assert home.pending() == []
    server.clear()
    applied(home)
    assert [method for method, _ in server.requests()] == ["GET"]


@pytest.mark.parametrize("quirk", SHAPES.values(), ids=SHAPES)
def test_a_server_that_always_answers_so(close: Home, server: Server, quirk: str) -> None:
    server.control("PUT", "quirks", {"quirks": [quirk]})
    applied(close)
    empty(close, server)


@pytest.mark.parametrize("quirk", [quirk for quirk in SHAPES.values() if quirk != "sparse-get"])
def test_a_server_that_begins_to_answer_so(close: Home, server: Server, quirk: str) -> None:
    """All but the sparse answers: a field that was shown and is gone was removed by somebody."""
    applied(close)
    server.control("PUT", "quirks", {"quirks": [quirk]})
    empty(close, server)


def test_all_of_them_at_once(close: Home, server: Server) -> None:
    server.control("PUT", "quirks", {"quirks": list(SHAPES.values())})
    applied(close)
    empty(close, server)


def test_t20_generated_jobs_are_not_ours(close: Home, server: Server) -> None:
    applied(close)
    id = close.record("close")["id"]
    everything = server.call("GET", f"/processes/{id}").text
    assert "Generated" in everything
    empty(close, server)


def test_server_defaults_are_no_changes(close: Home, server: Server) -> None:
    """The file writes no certAutoApprove and no readOnly; the server has both."""
    applied(close)
    shown = server.call("GET", f"/processes/{close.record('close')['id']}").json()
    assert shown["certAutoApprove"] is False and shown["root"]["readOnly"] is False
    empty(close, server)


def test_a_default_that_is_written_is_no_change_either(close: Home, server: Server) -> None:
    applied(close)
    close.edit("close.procspec.yaml", "autoClose: true", "autoClose: true\ncertAutoApprove: false")
    empty(close, server)


def test_no_ops_keep_their_reason(close: Home, server: Server) -> None:
    server.control("PUT", "quirks", {"quirks": ["datetime-dates"]})
    applied(close)
    (process,) = close.plan()["processes"]
    noted = {(change["node"], change["field"]): change for change in process["changes"]}
    change = noted["reconcile", "dueDate"]
    assert change["action"] == "no-op"
    assert change["reason"] == "the same, in the server's spelling"
    shown = close.ok("-v", "plan").out
    assert "reconcile.dueDate" in shown and "server's spelling" in shown
    assert "reconcile.dueDate" not in close.ok("plan").out
