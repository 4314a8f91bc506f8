"""What is sent again, what never is, and what the error says then (DESIGN section 5)."""

from __future__ import annotations

import math
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from email.utils import formatdate

import pytest

from procspec.errors import ServiceError, Unanswered, UnknownOutcome
from procspec.halt import Halt
from procspec.http import Answer, Http, Resend
from tests.http.clients import CLIENT, LOST, OK, QUICK, TOKEN, client, get, nested, post, token
from tests.http.wire import (
    Act,
    Connection,
    raw,
    says,
    says_nothing,
    serving,
)


@pytest.mark.parametrize("act", LOST.values(), ids=LOST)
def test_what_changes_nothing_is_sent_again(act: Act) -> None:
    with serving(act, OK) as server, client(server) as http:
        assert get(http).body == {"id": "p-1"}
    assert len(server.taken) == 2


@pytest.mark.parametrize("act", LOST.values(), ids=LOST)
def test_what_changes_nothing_is_given_up_after_some_attempts(act: Act) -> None:
    limits = replace(QUICK, attempts=2)
    with serving(act) as server, client(server, limits=limits) as http, pytest.raises(ServiceError) as caught:
        get(http)
    assert not isinstance(caught.value, UnknownOutcome)
    assert caught.value.message.startswith("GET /x")
    assert len(server.taken) == 2


@pytest.mark.parametrize("resend", [Resend.CHECKED, Resend.NEVER])
@pytest.mark.parametrize("act", LOST.values(), ids=LOST)
def test_what_may_have_been_carried_out_is_never_sent_again(act: Act, resend: Resend) -> None:
    with serving(act, OK) as server, client(server) as http, pytest.raises(UnknownOutcome) as caught:
        post(http, resend, accept=(200,))
    assert len(server.taken) == 1
    assert caught.value.exit_code == 4
    assert caught.value.request == "POST /processes"
    assert "may have been carried out" in caught.value.message


@pytest.mark.parametrize("resend", list(Resend))
@pytest.mark.parametrize(
    "acts", [[says(429)], [says(429, Retry_After="0"), says(429, b"<html>")]], ids=["once", "twice"]
)
def test_429_was_not_carried_out_and_is_sent_again(acts: list[Act], resend: Resend) -> None:
    with serving(*acts, OK) as server, client(server) as http:
        assert post(http, resend, accept=(200,)).body == {"id": "p-1"}
    assert len(server.taken) == len(acts) + 1


def test_429_is_given_up_after_some_attempts() -> None:
    with (
        serving(says(429, {"message": "Slow."})) as server,
        client(server) as http,
        pytest.raises(ServiceError, match="429: Slow") as caught,
    ):
        post(http)
    assert not isinstance(caught.value, UnknownOutcome)
    assert len(server.taken) == 3


@pytest.mark.parametrize("resend", list(Resend))
@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
def test_a_refusal_is_final(status: int, resend: Resend) -> None:
    refusal = says(status, {"code": "badThing", "message": "It is bad."})
    with serving(refusal) as server, client(server) as http, pytest.raises(ServiceError) as caught:
        post(http, resend)
    assert type(caught.value) is ServiceError
    assert caught.value.message == f"POST /processes was answered with {status} (badThing): It is bad."
    assert (caught.value.status, caught.value.code) == (status, "badThing")
    assert caught.value.body == {"code": "badThing", "message": "It is bad."}
    assert len(server.taken) == 1


@pytest.mark.parametrize("resend", list(Resend))
def test_who_is_not_there_is_tried_again_and_nothing_is_unknown(resend: Resend) -> None:
    with serving(OK) as server:
        pass
    with client(server) as http, pytest.raises(ServiceError, match="could not be sent") as caught:
        post(http, resend)
    assert not isinstance(caught.value, UnknownOutcome)
    assert server.origin in caught.value.message


def test_who_comes_back_between_two_attempts_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    limits = replace(QUICK, attempts=50, backoff=0.05)
    http = Http(f"http://127.0.0.1:{port}", credentials=TOKEN, limits=limits)
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(post(http)))
    with closing(http):
        thread.start()
        time.sleep(0.2)
        with socket.create_server(("127.0.0.1", port)) as listener:
            sock, _ = listener.accept()
            connection = Connection(sock, threading.Event())
            connection.take()
            connection.write(raw(201, b'{"id": "p-1"}'))
            thread.join()
            connection.close()
    assert [answer.body for answer in answers] == [{"id": "p-1"}]


def test_json_is_read_down_to_two_hundred_levels() -> None:
    with serving(says(200, nested(200))) as server, client(server) as http:
        body, levels = get(http).body, 0
        while body is not None:
            body, levels = next(iter(body), None), levels + 1
    assert levels == 200


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_success_of_another_kind_is_no_refusal(status: int) -> None:
    """The server did something; the caller does not know what."""
    with serving(says(status)) as server, client(server) as http:
        with pytest.raises(UnknownOutcome):
            post(http, accept=(201,))
        assert len(server.taken) == 1


@pytest.mark.parametrize("resend", list(Resend))
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(status: int, resend: Resend) -> None:
    with (
        serving(OK) as other,
        serving(says(status, Location=other.origin)) as server,
        client(server) as http,
        pytest.raises(ServiceError, match=r"redirect.*never followed") as caught,
    ):
        post(http, resend)
    assert caught.value.status == status
    assert (len(server.taken), other.taken) == (1, [])
    # 301 to 303 may say that it was done, and where to look: for a create that is no refusal.
    assert isinstance(caught.value, UnknownOutcome) == (status <= 303 and resend is Resend.NEVER)


def test_an_accepted_refusal_must_be_the_services_own() -> None:
    """A 404 page of a gateway does not say that the process is gone."""
    with (
        serving(says(404, {"code": "gone"}), says(404, b"<html>"), says(404)) as server,
        client(server) as http,
    ):
        assert http.send("GET", "/x", resend=Resend.ALWAYS, accept=(200, 404)).body == {"code": "gone"}
        with pytest.raises(ServiceError, match="404: an HTML page instead of JSON"):
            http.send("GET", "/x", resend=Resend.ALWAYS, accept=(200, 404))
        assert http.send("GET", "/x", resend=Resend.ALWAYS, accept=(200, 404)).status == 404


@pytest.mark.parametrize(
    ("seconds", "act"),
    [
        (1, says(429, Retry_After="1")),
        (1, says(503, Retry_After="1")),
        (
            1,
            says(429, {"message": "Rate limit of 1000 per 60 seconds exceeded. Retry request in 1 seconds."}),
        ),
        (1, says(429, {"error": "RATE_LIMIT_EXCEEDED", "message": "Slow", "retryAfter": 1})),
        (1, says(429, Retry_After="Mon, 30 Sep 2024 10:00:01 GMT", Date="Mon, 30 Sep 2024 10:00:00 GMT")),
        (0, says(429, Retry_After="Mon, 30 Sep 2024 10:00:00 GMT")),
        (0, says(429, Retry_After="soon")),
        (0, says(429, Retry_After="9" * 5000)),
        (0, says(429, {"message": "Slow", "retryAfter": -(10**400)})),
    ],
)
def test_the_wait_that_the_server_asks_for_is_made(seconds: int, act: Act) -> None:
    with serving(act, OK) as server, client(server) as http:
        start = time.monotonic()
        get(http)
        assert time.monotonic() - start >= seconds
    assert len(server.taken) == 2


@pytest.mark.parametrize("resend", list(Resend))
@pytest.mark.parametrize(
    "act",
    [
        says(429, Retry_After="100"),
        says(429, {"code": "tooMany", "message": "Retry request in 100 seconds."}),
        says(429, Retry_After=formatdate(time.time() + 100_000, usegmt=True)),
        says(429, {"message": "Slow", "retryAfter": 10**400}),
        says(429, b'{"message": "Slow", "retryAfter": 1e999}'),
    ],
)
def test_a_wait_that_is_too_long_ends_the_request_and_is_told(act: Act, resend: Resend) -> None:
    with (
        serving(act) as server,
        client(server) as http,
        pytest.raises(ServiceError, match=r"asks to wait \d+ seconds") as caught,
    ):
        post(http, resend)
    assert not isinstance(caught.value, UnknownOutcome)
    assert caught.value.status == 429
    assert len(server.taken) == 1


# ------------------------------------------------------------------------------------- after a signal


def asks(halt: Halt, act: Act) -> Act:
    """Answers, and a little later, in the pause that the client makes, somebody presses Ctrl-C."""

    def answer(connection: Connection) -> object:
        keep = act(connection)
        threading.Timer(0.1, halt.ask, (signal.SIGINT,)).start()
        return keep

    return answer


PATIENT = replace(QUICK, backoff=1.0)
"""A first pause of a second or two."""


@pytest.mark.parametrize("resend", list(Resend))
def test_a_signal_between_two_attempts_is_the_end_of_the_request(resend: Resend) -> None:
    halt = Halt()
    with (
        serving(asks(halt, says(429, {"message": "Slow."})), OK) as server,
        client(server, limits=PATIENT, halt=halt) as http,
        pytest.raises(ServiceError, match="429: Slow") as caught,
    ):
        post(http, resend, accept=(200,))
    assert halt.is_asked
    assert not isinstance(caught.value, UnknownOutcome)
    assert len(server.taken) == 1


@pytest.mark.parametrize("resend", list(Resend))
def test_who_comes_back_after_a_signal_is_not_reached(resend: Resend) -> None:
    """Nobody was there at the first attempt; there is no second one."""
    halt = Halt()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    threading.Timer(0.1, halt.ask, (signal.SIGINT,)).start()
    with (
        closing(Http(f"http://127.0.0.1:{port}", credentials=TOKEN, limits=PATIENT, halt=halt)) as http,
        ThreadPoolExecutor(1) as pool,
    ):
        sending = pool.submit(post, http, resend)
        assert halt.wait(30)
        with socket.create_server(("127.0.0.1", port)) as listener:
            with pytest.raises(ServiceError, match="could not be sent"):
                sending.result()
            listener.settimeout(0.1)
            with pytest.raises(TimeoutError):
                listener.accept()


@pytest.mark.parametrize("resend", list(Resend))
def test_a_signal_while_the_rate_is_waited_for_sends_nothing_but_a_look(resend: Resend) -> None:
    """What was sent before may still be looked at, when its turn comes."""
    halt = Halt()
    limits = replace(QUICK, rate=1, window=1.5)
    with serving(OK) as server, client(server, limits=limits, halt=halt) as http:
        get(http)
        threading.Timer(0.2, halt.ask, (signal.SIGINT,)).start()
        with pytest.raises(ServiceError, match=r"could not be sent.*the command was interrupted") as caught:
            post(http, resend)
        assert not isinstance(caught.value, UnknownOutcome)
        assert len(server.taken) == 1
        assert get(http).body == {"id": "p-1"}
    assert [taken.method for taken in server.taken] == ["GET", "GET"]


# ------------------------------------------------------------------------- somebody who asks again anyway


def look(http: Http, within: float = math.inf, *, once: bool = True) -> Answer:
    return http.send("GET", "/x", resend=Resend.ALWAYS, once=once, within=within)


@pytest.mark.parametrize("act", LOST.values(), ids=LOST)
def test_once_is_a_single_request_whatever_comes_of_it(act: Act) -> None:
    with serving(act, OK) as server, client(server) as http:
        with pytest.raises(ServiceError):
            look(http)
        assert len(server.taken) == 1
        assert look(http).body == {"id": "p-1"}


ANSWERED = {name for name in LOST if name[0].isdigit()} | {
    "an oversize body",
    "an oversize compressed body",
    "an unknown compression",
}


@pytest.mark.parametrize("name", LOST)
def test_an_answer_that_cannot_be_taken_is_an_answer(name: str) -> None:
    """What a watch may wait out is told from what is no better the next time."""
    with serving(LOST[name]) as server, client(server) as http, pytest.raises(ServiceError) as caught:
        look(http)
    assert isinstance(caught.value, Unanswered) == (name not in ANSWERED)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("seconds", [0, 2, 7200])
def test_once_makes_no_wait_and_tells_of_it(status: int, seconds: int) -> None:
    with (
        serving(says(status, Retry_After=str(seconds))) as server,
        client(server) as http,
        pytest.raises(ServiceError) as caught,
    ):
        look(http)
    assert (len(server.taken), caught.value.status, caught.value.wait) == (1, status, seconds)
    assert "more than" not in caught.value.message


def test_a_wait_that_is_too_long_is_told_with_the_error() -> None:
    with serving(says(429, Retry_After="7200")) as server, client(server) as http:
        for within in (math.inf, 60.0):
            with pytest.raises(ServiceError, match="asks to wait 7200 seconds") as caught:
                look(http, within, once=False)
            assert caught.value.wait == 7200.0
    assert len(server.taken) == 2


def test_a_moment_in_ages_is_a_wait_that_can_be_made() -> None:
    far = "Fri, 31 Dec 9999 23:59:59 GMT"
    with (
        serving(says(429, Retry_After=far)) as server,
        client(server) as http,
        pytest.raises(ServiceError) as caught,
    ):
        look(http)
    assert 0 < caught.value.wait < threading.TIMEOUT_MAX


def test_once_is_meant_for_the_token_too() -> None:
    with serving(says(503), token(), OK) as server, client(server, credentials=CLIENT) as http:
        with pytest.raises(ServiceError, match="503"):
            look(http)
        assert [taken.path for taken in server.taken] == ["/oauth2/token"]
        look(http)


@pytest.mark.parametrize("once", [True, False])
def test_silence_ends_with_the_time_that_there_is(once: bool) -> None:
    patient = replace(QUICK, read=30.0, deadline=30.0)
    with (
        serving(says_nothing) as server,
        client(server, limits=patient) as http,
        pytest.raises(Unanswered, match=r"no whole answer within 0\.2 s"),
    ):
        look(http, 0.2, once=once)
    assert len(server.taken) == 1


def test_no_wait_goes_on_past_the_time_that_there_is() -> None:
    with (
        serving(says(503, Retry_After="2")) as server,
        client(server) as http,
        pytest.raises(ServiceError, match="503") as caught,
    ):
        look(http, 1.5, once=False)
    assert (len(server.taken), caught.value.wait) == (1, 2.0)


def test_no_turn_in_time_is_nothing_sent() -> None:
    slow = replace(QUICK, rate=1, window=60.0)
    with serving(OK) as server, client(server, limits=slow) as http:
        look(http)
        with pytest.raises(Unanswered, match="the rate of requests allowed none in time"):
            look(http, 0.1)
    assert len(server.taken) == 1
