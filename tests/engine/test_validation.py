"""The server's validation after an apply: every error at the line that it comes from."""

from __future__ import annotations

import pytest

from tests.conftest import Home, Server

FILE = "close.procspec.yaml"


@pytest.mark.parametrize(
    ("before", "after", "place", "told"),
    [
        # a JSON pointer to a job whose value is missing: the job's own place
        ("{title: Costs, assignee: ben}", "{title: Costs}", "22:16", "MISSING_REQUIRED_FIELD"),
        # a JSON pointer to a process-level value
        ("dueDate: 2024-12-31", "dueDate: 2024-01-31", "5:10", "INVALID_DUE_DATE"),
        # a JSON pointer to a value of a job
        ("dueDate: 2024-12-15", "dueDate: 2024-01-15", "14:18", "INVALID_DUE_DATE"),
        # a bare field with meta.jobId
        ("assignee: ben", "assignee: {id: unknown-9, type: user}", "23:46", "invalidUser"),
    ],
)
def test_an_error_is_shown_at_its_line(
    close: Home, server: Server, before: str, after: str, place: str, told: str
) -> None:
    close.edit(FILE, before, after)
    result = close.run("apply", "--auto-approve")
    assert result.code == 3
    assert f"{FILE}:{place}: error: Not valid on the server" in result.out
    assert told in result.out
    assert close.record("close")["id"]


def test_an_unknown_target_is_shown_as_the_server_says_it(close: Home, server: Server) -> None:
    close.edit(
        FILE,
        "sendTask: {title: Costs, assignee: ben}",
        "certification: {title: Costs, sourceLetter: missing-1, steps: [{type: sign}]}",
    )
    result = close.run("apply", "--auto-approve")
    assert result.code == 3
    assert "The server points at" in result.out
    assert f"{FILE}:2:6" in result.out


CERTIFY = """\
    - job: certify
      certification:
        title: Certify
        sourceLetter: letter-1
        steps: [{type: sign, participants: [{id: user-1, type: user}]}]
"""


def test_a_pointer_counts_generated_jobs(close: Home, server: Server) -> None:
    close.edit(FILE, "    - job: reconcile\n", f"{CERTIFY}    - job: reconcile\n")
    close.edit(FILE, "        dueDate: 2024-12-15\n", "        dueDate: 2024-01-15\n")
    result = close.run("apply", "--auto-approve")
    assert result.code == 3
    assert f"{FILE}:19:18: error: Not valid on the server" in result.out
