"""A small close on the served emulator."""

from __future__ import annotations

import pytest

from tests.conftest import Home, Server

PROJECT = """\
kind: Project
name: close
environments:
  served: {{provider: workiva, url: "{url}"}}
people:
  ana: {{id: user-1, name: Ana Ruiz}}
  ben: {{id: user-2, name: Ben Cole}}
calendars:
  us:
    businessDaysOfWeek: [monday, tuesday]
    businessDateExclusions: [2024-11-28]
"""

PROCESS = """\
kind: Process
key: close
name: Close
autoClose: true
dueDate: 2024-12-31
calendar: us
root:
  name: Steps
  children:
    - job: reconcile
      sendTask:
        title: Reconcile
        assignee: ana
        dueDate: 2024-12-15
        instructions: All accounts.
    - group: review
      name: Review
      parallel: true
      children:
        - job: revenue
          sendTask: {title: Revenue, assignee: ana}
        - job: costs
          sendTask: {title: Costs, assignee: ben}
"""


@pytest.fixture
def close(home: Home, server: Server) -> Home:
    """The close, not applied yet; the server's log is empty."""
    home.write("procspec.yaml", PROJECT.format(url=server.url))
    home.write("close.procspec.yaml", PROCESS)
    return home


@pytest.fixture
def applied(close: Home, server: Server) -> Home:
    """The close, applied; the server's log is empty again."""
    close.ok("apply", "--auto-approve")
    server.clear()
    return close
