"""A create whose answer is lost: the intent stays, nothing is sent twice, and `resolve` settles it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Home, Server
from tests.engine.conftest import PROCESS, PROJECT
from tests.engine.proxy import Proxy, between


@pytest.fixture
def dropper(server: Server) -> Iterator[Proxy]:
    with between(server.url) as proxy:
        yield proxy


@pytest.fixture
def close(home: Home, dropper: Proxy) -> Home:
    home.write("procspec.yaml", PROJECT.format(url=dropper.url))
    home.write("close.procspec.yaml", PROCESS)
    return home


def creates(server: Server) -> int:
    return server.requests().count(("POST", "/processes"))


def named(server: Server) -> list[dict[str, Any]]:
    listed = server.control("GET", "processes")
    return [item for item in (listed["processes"] if isinstance(listed, dict) else listed)]


@pytest.mark.parametrize("drop", ["after", "502", "id", "deep"])
def test_a_lost_answer_is_adopted(close: Home, server: Server, dropper: Proxy, drop: str) -> None:
    before = {item["id"] for item in named(server)}
    dropper.faults = {"POST processes": drop}
    lost = close.run("apply", "--auto-approve")
    assert lost.code == 4, lost.out + lost.err
    dropper.faults = {}
    for command in (("plan",), ("apply", "--auto-approve")):
        again = close.run(*command)
        assert again.code == 4
        assert "procspec resolve close" in again.out
    assert creates(server) == 1
    (made,) = [item["id"] for item in named(server) if item["id"] not in before]
    close.ok("resolve", "close", "--id", made)
    assert close.pending() == []
    assert close.record("close")["id"] == made
    assert creates(server) == 1


def test_a_request_that_was_not_carried_out(close: Home, server: Server, dropper: Proxy) -> None:
    dropper.faults = {"POST processes": "before"}
    assert close.run("apply", "--auto-approve").code == 4
    dropper.faults = {}
    assert creates(server) == 0
    close.ok("resolve", "close", "--not-created")
    close.ok("apply", "--auto-approve")
    assert creates(server) == 1
    assert close.pending() == []


@pytest.mark.parametrize("others", [0, 1])
def test_the_end_of_an_apply_names_what_waits_for_resolve(close: Home, dropper: Proxy, others: int) -> None:
    """Nothing else went wrong, and yet it is not complete: exit 4 must not look like a success."""
    dropper.faults = {"POST processes": "after"}
    assert close.run("apply", "--auto-approve").code == 4
    dropper.faults = {}
    for number in range(others):
        close.write(f"{number}.procspec.yaml", PROCESS.replace("key: close", f"key: other-{number}"))
    again = close.run("apply", "--auto-approve")
    assert again.code == 4
    last = again.out.splitlines()[-1]
    assert (
        last
        == f"Apply incomplete: {others} of {others} carried out. close: an outcome is unknown, see above."
    )
    assert "Apply complete" not in again.out
    assert again.out.count("+ other-0  created ") == others


def test_a_failure_and_what_waits_for_resolve_are_both_named(close: Home, dropper: Proxy) -> None:
    dropper.faults = {"POST processes": "after"}
    assert close.run("apply", "--auto-approve").code == 4
    dropper.faults = {"POST processes": "400"}
    close.write("other.procspec.yaml", PROCESS.replace("key: close", "key: other"))
    again = close.run("apply", "--auto-approve")
    assert again.code == 4
    told = "Apply incomplete: 0 of 1 carried out; not right: other. close: an outcome is unknown, see above."
    assert again.out.splitlines()[-1] == told


def test_resolve_checks_the_structure(close: Home, server: Server, dropper: Proxy) -> None:
    dropper.faults = {"POST processes": "after"}
    assert close.run("apply", "--auto-approve").code == 4
    dropper.faults = {}
    other = server.call("POST", "/processes", {"name": "Other", "root": {"name": "R", "children": []}}).json()
    refused = close.run("resolve", "close", "--id", other["id"])
    assert refused.code == 1
    assert "does not have the groups and jobs" in refused.err
    assert close.run("resolve", "close", "--id", "0" * 32).code == 1
    assert close.run("plan").code == 4


def test_a_clear_refusal_leaves_no_intent(close: Home, server: Server, dropper: Proxy) -> None:
    """A 400 says that nothing was created: the next apply may try again."""
    close.edit("close.procspec.yaml", "name: Steps", "name: Steps\n  triggerType: manual")
    dropper.target = server.url + "/nowhere"
    refused = close.run("apply", "--auto-approve")
    assert refused.code == 1
    dropper.target = server.url
    close.ok("apply", "--auto-approve")


def test_a_server_that_is_not_there(home: Home) -> None:
    home.write("procspec.yaml", PROJECT.format(url="http://127.0.0.1:9"))
    home.write("close.procspec.yaml", PROCESS)
    result = home.run("apply", "--auto-approve")
    assert result.code == 7  # no credentials: nothing is even tried
    assert home.run("plan").code == 0


def test_no_more_connections_than_threads(home: Home, server: Server, dropper: Proxy) -> None:
    """With N processes and C threads, at most C + 1 connections are opened."""
    home.write("procspec.yaml", PROJECT.format(url=dropper.url))
    for number in range(20):
        home.write(f"{number}.procspec.yaml", PROCESS.replace("key: close", f"key: close-{number}"))
    home.ok("apply", "--auto-approve", "--parallelism", "4")
    assert dropper.connections <= 4 + 1
    for number in range(20):
        home.edit(f"{number}.procspec.yaml", "name: Close", "name: Edited")
    dropper.connections = 0
    home.ok("apply", "--auto-approve", "--parallelism", "4")
    assert 1 <= dropper.connections <= 4 + 1
