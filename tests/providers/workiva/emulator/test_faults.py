"""Faults on demand: what the client sees, and whether the server acted."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from procspec.errors import Unanswered, UnknownOutcome
from procspec.http import Http, Limits, Resend
from procspec.model import Credentials
from procspec.providers.workiva import emulator as package
from procspec.providers.workiva.emulator.faults import KINDS
from tests import faults
from tests.faults import Embedded, Rule, Served
from tests.providers.workiva.emulator.caller import HEADERS, VERSION, Caller, group, task

BODY = {"name": "Close", "root": {"name": "R", "children": [task("Reconcile"), task("Review")]}}
CREATE = ("POST", "/processes")
LOST = httpx.RemoteProtocolError
"""The connection ended before the answer did."""


class Client:
    """A client of the served emulator."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.faults = Served(self.control)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(
            method, f"{self.url}/_emulator/{path}", json=body, trust_env=False, verify=False
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        given = {**HEADERS, **headers}
        return httpx.request(
            method, self.url + path, json=body, headers=given, trust_env=False, timeout=httpx.Timeout(30)
        )

    def create(self) -> str:
        return str(self.call(*CREATE, BODY).json()["id"])

    def names(self) -> list[str]:
        return [process["name"] for process in self.control("GET", "processes")]

    def marks(self) -> list[Any]:
        """Status and fault of every request in the log."""
        log = self.control("GET", "requests")
        return [(entry["status"], entry.get("fault")) for entry in log]


@pytest.fixture
def client(served: str) -> Client:
    return Client(served)


# ------------------------------------------------------------------------- what the client sees of a create

LOCATION = "https://elsewhere.example/"
ACTED, IDLE = 1, 0

SEEN: list[tuple[Rule, int | type[Exception], int, int | None]] = [
    # rule, status or error that the client sees, processes that were made, status in the log
    (faults.refuse(*CREATE), httpx.TransportError, IDLE, None),
    (faults.drop(*CREATE), httpx.TransportError, ACTED, 201),
    (faults.truncate(*CREATE), LOST, ACTED, 201),
    (faults.status(400, *CREATE), 400, IDLE, 400),
    (faults.status(503, *CREATE), 503, IDLE, 503),
    (faults.act_status(500, *CREATE), 500, ACTED, 201),
    (faults.act_status(502, *CREATE), 502, ACTED, 201),
    (faults.act_status(503, *CREATE), 503, ACTED, 201),
    (faults.too_many(1, *CREATE), 429, IDLE, 429),
    (faults.expire(0, *CREATE), 401, IDLE, 401),
    (faults.redirect(LOCATION, *CREATE), 307, IDLE, 307),
    (faults.html(*CREATE), 200, IDLE, 200),
    (faults.html(*CREATE, act=True, code=502), 502, ACTED, 201),
    (faults.no_id(*CREATE), 201, ACTED, 201),
    (faults.other(*CREATE), 201, ACTED, 201),
    (faults.slow(0.01, *CREATE), 201, ACTED, 201),
    (faults.drip(0, *CREATE), 201, ACTED, 201),
    (faults.huge(*CREATE, size=200_000), 200, IDLE, 200),
    (faults.huge(*CREATE, size=200_000, act=True), 200, ACTED, 201),
    (faults.edit([{"op": "replace", "path": "/name", "value": "x"}], *CREATE, when="after"), 201, ACTED, 201),
    (faults.extra(*CREATE), 201, ACTED, 201),
    (faults.normalised(*CREATE), 201, ACTED, 201),
    (faults.shuffled(*CREATE), 201, ACTED, 201),
]
NAMES = [f"{rule['do']}-{seen if isinstance(seen, int) else 'lost'}-{acted}" for rule, seen, acted, _ in SEEN]


def test_every_kind_is_tried() -> None:
    assert {rule["do"] for rule, *_ in SEEN} == set(KINDS)


@pytest.mark.parametrize(("rule", "seen", "acted", "logged"), SEEN, ids=NAMES)
def test_over_http(
    client: Client, rule: Rule, seen: int | type[Exception], acted: int, logged: int | None
) -> None:
    client.faults.set(rule)
    if isinstance(seen, int):
        assert client.call(*CREATE, BODY).status_code == seen
    else:
        with pytest.raises(seen):
            client.call(*CREATE, BODY)
    assert len(client.names()) == acted
    assert client.marks() == [(logged, rule["do"])]
    assert client.faults.fired() == [1]
    client.faults.clear()
    assert client.call(*CREATE, BODY).status_code == 201


@pytest.mark.parametrize(("rule", "seen", "acted", "logged"), SEEN, ids=NAMES)
def test_in_process(
    emulator: Caller, rule: Rule, seen: int | type[Exception], acted: int, logged: int | None
) -> None:
    """Without a connection there is an exception in place of its end."""
    emulator.control("PUT", "faults", {"rules": [rule]})
    if isinstance(seen, int):
        assert emulator.call(*CREATE, BODY).status_code == seen
    else:
        with pytest.raises(ConnectionRefusedError if rule["do"] == "refuse" else ConnectionResetError):
            emulator.call(*CREATE, BODY)
    assert len(emulator.control("GET", "processes")) == acted
    log = emulator.control("GET", "requests")
    assert [(entry["status"], entry["fault"]) for entry in log] == [(logged, rule["do"])]


@pytest.mark.parametrize(
    ("rule", "error", "acted"),
    [
        (faults.refuse(*CREATE), Unanswered, IDLE),
        (faults.drop(*CREATE), UnknownOutcome, ACTED),
        (faults.truncate(*CREATE), UnknownOutcome, ACTED),
        (faults.huge(*CREATE, act=True), UnknownOutcome, ACTED),
        (faults.slow(3600, *CREATE), UnknownOutcome, ACTED),
        (faults.drip(3600, *CREATE), UnknownOutcome, ACTED),
    ],
    ids=lambda value: value["do"] if isinstance(value, dict) else "",
)
def test_our_own_client_in_process(rule: Rule, error: type[Exception], acted: int) -> None:
    """Only a refusal tells it that nothing was sent."""
    caller = Caller()
    caller.control("PUT", "faults", {"rules": [rule]})
    http = Http(
        "http://emulator.localhost",
        headers=VERSION,
        credentials=Credentials(token=package.TOKEN),
        app=caller.app,
        limits=Limits(attempts=1, deadline=0.2),
    )
    with pytest.raises(error) as caught:
        http.send(*CREATE, body=BODY, resend=Resend.NEVER, accept=(201,))
    http.close()
    assert type(caught.value) is error
    assert len(caller.control("GET", "processes")) == acted


# ----------------------------------------------------------------------------------------- the answers


def test_a_connection_that_met_a_fault_is_gone_and_the_next_one_works(client: Client) -> None:
    id = client.create()
    client.faults.set(faults.drop("GET", "/processes/*", call=2))
    with httpx.Client(base_url=client.url, headers=HEADERS, trust_env=False, verify=False) as keeps:
        assert keeps.get(f"/processes/{id}").status_code == 200
        with pytest.raises(httpx.TransportError):
            keeps.get(f"/processes/{id}")
        assert keeps.get(f"/processes/{id}").status_code == 200


def test_nothing_is_truncated_from_an_answer_without_a_body(client: Client) -> None:
    id = client.create()
    client.faults.set(faults.truncate("DELETE", "/processes/*"))
    with pytest.raises(httpx.TransportError):
        client.call("DELETE", f"/processes/{id}")
    assert client.control("GET", "processes")[0]["trashed"]


def test_half_of_the_body_arrives_under_the_length_of_the_whole(client: Client) -> None:
    id = client.create()
    whole = client.call("GET", f"/processes/{id}").content
    client.faults.set(faults.truncate("GET", "/processes/*"))
    got = b""
    with (
        pytest.raises(LOST),
        httpx.stream(
            "GET", f"{client.url}/processes/{id}", headers=HEADERS, trust_env=False, verify=False
        ) as answer,
    ):
        assert int(answer.headers["content-length"]) == len(whole)
        for piece in answer.iter_raw():
            got += piece
    assert got == whole[: len(whole) // 2]


def test_a_dripped_answer_is_whole_in_the_end(client: Client) -> None:
    id = client.create()
    whole = client.call("GET", f"/processes/{id}").json()
    client.faults.set(faults.drip(0, "GET", "/processes/*"))
    assert client.call("GET", f"/processes/{id}").json() == whole


def test_a_huge_answer_is_json_of_just_that_length(client: Client) -> None:
    client.faults.set(faults.huge(size=200_001))
    answer = client.call("GET", "/processes/x")
    assert len(answer.content) == 200_001
    assert set(answer.json()) == {"x"}


def test_nobody_has_to_take_a_huge_answer_whole(client: Client) -> None:
    """The default is 1 GB; the server goes on living when its client has had enough."""
    client.faults.set(faults.huge(times=1))
    with httpx.stream(
        "GET", f"{client.url}/processes/x", headers=HEADERS, trust_env=False, verify=False
    ) as answer:
        assert int(answer.headers["content-length"]) == 1 << 30
    assert client.call("GET", "/processes/x").status_code == 404


@pytest.mark.parametrize("rule", [faults.slow(3600), faults.drip(3600)], ids=["slow", "drip"])
def test_nobody_waits_for_a_client_that_has_gone(client: Client, rule: Rule) -> None:
    """Else the server of this test would not end before tomorrow."""
    client.faults.set(rule)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{client.url}/processes/x", headers=HEADERS, trust_env=False, verify=False, timeout=0.1)


@pytest.mark.parametrize("says", ["seconds", "date", "message", "nothing"])
def test_how_429_says_how_long(client: Client, says: str) -> None:
    client.faults.set(faults.too_many(10, says=says))
    answer = client.call(*CREATE, BODY)
    header = answer.headers.get("retry-after")
    assert ("Retry request in 10 seconds." in answer.json()["message"]) == (says == "message")
    if says == "seconds":
        assert header == "10"
    elif says == "date":
        assert abs(parsedate_to_datetime(header).timestamp() - time.time() - 10) < 5
    else:
        assert header is None


def test_a_redirect_names_the_place(client: Client) -> None:
    client.faults.set(faults.redirect(LOCATION, code=308))
    answer = client.call("GET", "/processes/x")
    assert (answer.status_code, answer.headers["location"]) == (308, LOCATION)


def test_a_page(client: Client) -> None:
    client.faults.set(faults.html())
    answer = client.call(*CREATE, BODY)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<!doctype html>")


def test_an_answer_without_its_id_and_one_with_another(client: Client) -> None:
    client.faults.set(faults.no_id(call=1), faults.other(id="not-it"))
    assert "id" not in client.call(*CREATE, BODY).json()
    other = client.call(*CREATE, BODY).json()
    assert (other["id"], other["name"]) == ("not-it", "Close")
    assert "not-it" not in {process["id"] for process in client.control("GET", "processes")}


def test_validation_has_no_id_to_change(client: Client) -> None:
    id = client.create()
    client.faults.set(faults.other())
    assert client.call("POST", f"/processes/{id}/validation").json() == {"errors": []}


def test_quirks_for_one_answer(client: Client) -> None:
    children = [group("Inner", task("p"), task("q"), parallel=True)]
    body = {"name": "Close", "dueDate": "2024-12-31", "root": {"name": "R", "children": children}}
    id = client.call(*CREATE, body).json()["id"]
    plain = client.call("GET", f"/processes/{id}").json()
    client.faults.set(faults.extra(call=1), faults.normalised(call=2), faults.shuffled(call=3))
    extra, normal, shuffled, after = (client.call("GET", f"/processes/{id}").json() for _ in range(4))
    assert "addedLater" in extra
    assert normal["root"]["triggerType"] == "WhenEligible"
    inner = [each["root"]["children"][0]["group"]["children"] for each in (plain, shuffled)]
    assert inner[0] == inner[1][::-1] != inner[1]
    assert after == plain


# -------------------------------------------------------------------------------------- somebody else


def rename(name: str) -> list[Any]:
    return [{"op": "replace", "path": "/name", "value": name}]


def test_an_edit_between_two_requests(client: Client) -> None:
    """After our GET, or right before our PATCH: the same edit, seen from two sides."""
    id = client.create()
    client.faults.set(faults.edit(rename("Theirs"), "GET", "/processes/*", when="after", times=1))
    assert client.call("GET", f"/processes/{id}").json()["name"] == "Close"
    assert client.call("GET", f"/processes/{id}").json()["name"] == "Theirs"
    client.faults.set(faults.edit(rename("Again"), "PATCH", "/processes/*", times=1))
    patch = [{"op": "replace", "path": "/autoClose", "value": True}]
    patched = client.call("PATCH", f"/processes/{id}", patch).json()
    assert (patched["name"], patched["revision"]) == ("Again", 4)


@pytest.mark.parametrize("patch", [[{"op": "remove", "path": "/nothing"}], [{"op": "no"}], ["x"]])
def test_an_edit_that_cannot_be_made_is_told(client: Client, patch: list[Any]) -> None:
    id = client.create()
    client.faults.set(faults.edit(patch, "GET", "/processes/*"))
    answer = client.call("GET", f"/processes/{id}")
    assert answer.status_code == 500
    assert "cannot be made" in answer.json()["message"]


# --------------------------------------------------------------------------------------- which calls


def statuses(client: Client, count: int) -> list[int]:
    return [client.call("GET", "/processes/x").status_code for _ in range(count)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (faults.status(418), [418, 418, 418, 418]),
        (faults.status(418, call=2), [404, 418, 404, 404]),
        (faults.status(418, start=3), [404, 404, 418, 418]),
        (faults.status(418, times=1), [418, 404, 404, 404]),
        (faults.status(418, start=2, times=2), [404, 418, 418, 404]),
    ],
)
def test_which_call(client: Client, rule: Rule, expected: list[int]) -> None:
    client.faults.set(rule)
    assert statuses(client, 4) == expected
    assert client.control("GET", "faults")["rules"] == [{**rule, "calls": 4, "fired": expected.count(418)}]


def test_every_rule_counts_a_call_and_the_first_one_due_fires(client: Client) -> None:
    client.faults.set(faults.status(418, call=2), faults.status(410, start=2))
    assert statuses(client, 3) == [404, 418, 410]
    assert client.faults.fired() == [1, 1]


@pytest.mark.parametrize(
    ("pattern", "path", "matched"),
    [
        ("/processes", "/processes", True),
        ("/processes", "/processes/1", False),
        ("/processes/*", "/processes/1", True),
        ("/processes/*", "/processes/1/run", False),
        ("/processes/*/run", "/processes/1/run", True),
        ("/processes/**", "/processes/1/run", True),
        ("/processes.*", "/processes/1", False),
        ("/**", "/oauth2/token", False),
        ("/oauth2/token", "/oauth2/token", True),
        ("/*/token", "/oauth2/token", True),
        ("/iam/v1/oauth2/token", "/iam/v1/oauth2/token", True),
    ],
)
def test_paths(client: Client, pattern: str, path: str, matched: bool) -> None:
    client.faults.set(faults.status(418, path=pattern))
    assert (client.call("POST", path).status_code == 418) == matched


def test_methods(client: Client) -> None:
    client.faults.set(faults.status(418, "GET"))
    assert client.call("GET", "/processes/x").status_code == 418
    assert client.call("DELETE", "/processes/x").status_code == 404


def token_of(client: Client) -> str:
    form = {"client_id": "i", "client_secret": "s", "grant_type": "client_credentials"}
    answer = httpx.post(f"{client.url}/oauth2/token", data=form, trust_env=False, verify=False)
    return str(answer.json()["access_token"])


def test_a_token_expires_after_some_calls_and_another_one_helps(client: Client) -> None:
    client.faults.set(faults.expire(2))
    assert statuses(client, 4) == [404, 404, 401, 401]
    answer = client.call("GET", "/processes/x", Authorization=f"Bearer {token_of(client)}")
    assert answer.status_code == 404
    assert statuses(client, 2) == [404, 401]


# ------------------------------------------------------------------------------------------ the rules


def test_it_knows_no_rules_at_first_and_lists_the_kinds(emulator: Caller) -> None:
    assert emulator.control("GET", "faults") == {"rules": [], "known": list(KINDS)}
    id = emulator.create(task())["id"]
    assert emulator.call("GET", f"/processes/{id}").status_code == 200
    assert all("fault" not in entry for entry in emulator.control("GET", "requests"))


def test_a_new_list_replaces_the_old_one_and_its_counters(emulator: Caller) -> None:
    emulator.control("PUT", "faults", {"rules": [faults.status(418)]})
    emulator.call("GET", "/processes/x")
    assert emulator.control("PUT", "faults", {"rules": [faults.drop()]})["rules"][0]["calls"] == 0
    emulator.control("DELETE", "faults")
    assert emulator.control("GET", "faults")["rules"] == []


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({}, "/rules"),
        ([], ""),
        ({"rules": {}}, "/rules"),
        ({"rules": [], "more": 1}, "/more"),
        ({"rules": [1]}, "/rules/0"),
        ({"rules": [{}]}, "/rules/0/do"),
        ({"rules": [{"do": "nonsense"}]}, "/rules/0/do"),
        ({"rules": [{"do": ["drop"]}]}, "/rules/0/do"),
        ({"rules": [{"do": "drop"}, {"do": "drop", "seconds": 1}]}, "/rules/1/seconds"),
        ({"rules": [{"do": "drop", "method": "get"}]}, "/rules/0/method"),
        ({"rules": [{"do": "drop", "path": "processes"}]}, "/rules/0/path"),
        ({"rules": [{"do": "drop", "call": 0}]}, "/rules/0/call"),
        ({"rules": [{"do": "drop", "call": True}]}, "/rules/0/call"),
        ({"rules": [{"do": "drop", "call": 1, "from": 2}]}, "/rules/0/from"),
        ({"rules": [{"do": "drop", "times": 1.5}]}, "/rules/0/times"),
        ({"rules": [{"do": "status"}]}, "/rules/0/status"),
        ({"rules": [{"do": "status", "status": 200}]}, "/rules/0/status"),
        ({"rules": [{"do": "slow", "seconds": -1}]}, "/rules/0/seconds"),
        ({"rules": [{"do": "slow", "seconds": "1"}]}, "/rules/0/seconds"),
        ({"rules": [{"do": "too-many", "says": "nonsense"}]}, "/rules/0/says"),
        ({"rules": [{"do": "redirect"}]}, "/rules/0/location"),
        ({"rules": [{"do": "huge", "bytes": 1}]}, "/rules/0/bytes"),
        ({"rules": [{"do": "edit"}]}, "/rules/0/patch"),
        ({"rules": [{"do": "edit", "patch": [], "when": "never"}]}, "/rules/0/when"),
    ],
)
def test_a_bad_rule_is_refused_and_changes_nothing(emulator: Caller, body: Any, target: str) -> None:
    emulator.control("PUT", "faults", {"rules": [faults.status(418)]})
    assert emulator.refused(400, "PUT", "/_emulator/faults", body).get("target", "") == target
    assert [each["do"] for each in emulator.control("GET", "faults")["rules"]] == ["status"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_web_pages_are_kept_out(emulator: Caller, method: str) -> None:
    answer = emulator.send(method, "/_emulator/faults", headers={"Origin": "https://example.com"})
    assert answer.status_code == 403


def test_controls_meet_no_faults(emulator: Caller) -> None:
    emulator.control("PUT", "faults", {"rules": [faults.status(418)]})
    assert emulator.control("GET", "processes") == []


def test_rules_and_counters_are_in_the_database(tmp_path: Path) -> None:
    """Whoever opens the file obeys them: that is how they reach an embedded emulator."""
    database = tmp_path / "emulator.db"
    embedded = Embedded(database)
    embedded.set(faults.status(418, call=2))
    assert Caller(database).call("GET", "/processes/x").status_code == 404
    assert Caller(database).call("GET", "/processes/x").status_code == 418
    assert embedded.fired() == [1]
    embedded.clear()
    assert Caller(database).call("GET", "/processes/x").status_code == 404


def test_a_database_from_before_there_were_faults(tmp_path: Path) -> None:
    database = tmp_path / "emulator.db"
    old = Caller(database)
    old.app.world.store.execute("DROP TABLE faults")
    old.app.world.store.close()
    assert Caller(database).call("GET", "/processes/x").status_code == 404
