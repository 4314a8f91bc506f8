"""An application called in this process, as the embedded emulator is."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from procspec.errors import ServiceError, UnknownOutcome
from procspec.http import Answer, Http, Limits, Resend
from tests.http.clients import QUICK, TOKEN, get, post


async def show(request: Request) -> Response:
    return JSONResponse(
        {
            "path": request.url.path,
            "id": request.path_params["id"],
            "query": dict(request.query_params),
            "token": request.headers["authorization"],
            "body": (await request.body()).decode(),
        }
    )


def plain(request: Request) -> Response:
    return PlainTextResponse("42")


async def stream(request: Request) -> Response:
    return StreamingResponse(iter([b'{"a":', b" 1}"]), media_type="application/json")


async def raises(request: Request) -> Response:
    raise {"refused": ConnectionRefusedError, "reset": ConnectionResetError}.get(
        request.path_params["what"], ZeroDivisionError
    )


async def silent(scope: Any, receive: Any, send: Any) -> None:
    """Takes the request in and gives no answer."""
    await receive()


APP = Starlette(
    routes=[
        Route("/show/{id:path}", show, methods=["GET", "POST"]),
        Route("/plain", plain),
        Route("/stream", stream),
    ]
)


@contextmanager
def embedded(app: Any, limits: Limits = QUICK) -> Iterator[Http]:
    with closing(Http("http://emulator", credentials=TOKEN, app=app, limits=limits)) as http:
        yield http


def test_an_application_is_called_without_a_socket() -> None:
    with embedded(APP) as http:
        answer = http.send("POST", "/show/a%2Fb%20c", query={"q": "1 &"}, body={"é": 1}, resend=Resend.NEVER)
        assert answer.body == {
            "path": "/show/a/b c",
            "id": "a/b c",
            "query": {"q": "1 &"},
            "token": "Bearer canary-token-1",
            "body": '{"é":1}',
        }
        assert get(http, "/plain").body == 42
        assert get(http, "/stream").body == {"a": 1}


def test_an_application_is_called_from_many_threads() -> None:
    answers: list[Answer] = []
    with embedded(APP, Limits()) as http:

        def work(number: int) -> None:
            answers.extend(get(http, f"/show/{number}") for _ in range(20))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted({answer.body["id"] for answer in answers}) == sorted(str(number) for number in range(8))
    assert len(answers) == 160


async def slow(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(60)


async def torrent(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b" " * 1000, "more_body": True})


async def refuses(scope: Any, receive: Any, send: Any) -> None:
    raise ConnectionRefusedError


async def breaks(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 201, "headers": []})
    raise ConnectionResetError


@pytest.mark.parametrize("app", [silent, slow, torrent, breaks])
def test_an_application_whose_answer_is_lost(app: Any) -> None:
    with embedded(app, replace(QUICK, deadline=0.2)) as http:
        with pytest.raises(UnknownOutcome):
            post(http)
        with pytest.raises(ServiceError):
            get(http)


def test_an_application_that_refuses_the_connection() -> None:
    with embedded(refuses) as http, pytest.raises(ServiceError, match="could not be sent") as caught:
        post(http)
    assert not isinstance(caught.value, UnknownOutcome)


def test_an_application_that_fails_answers_as_its_server_would() -> None:
    app = Starlette(routes=[Route("/x", raises), Route("/processes", raises, methods=["POST"])])
    with embedded(app) as http, pytest.raises(UnknownOutcome, match="500"):
        post(http)
