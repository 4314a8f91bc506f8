"""Files that are downloaded: whole or not at all, in constant memory, and what they are called."""

from __future__ import annotations

import gzip
import io
import shutil
import signal
import ssl
import subprocess
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from procspec.errors import Denied, Interrupted, ServiceError, Terminated, UsageError
from procspec.halt import Halt
from procspec.http import Http, shown_name
from tests.http.clients import CLIENT, QUICK, TOKEN, client, everything, token
from tests.http.wire import (
    Act,
    Connection,
    Server,
    drips,
    first,
    hangs_up,
    raw,
    resets,
    says,
    says_nothing,
    sends,
    serving,
)

DATA = bytes(range(256)) * 400
"""102,400 bytes: more than any piece, and more than `QUICK.max_body`."""
NAMED = {"Content_Disposition": 'attachment; filename="receipt.pdf"'}
FILE = says(200, DATA, **NAMED)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 102400\r\n\r\n"


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + end


class Pipe(io.RawIOBase):
    """Takes bytes, some at a time, and gives no way back."""

    def __init__(self) -> None:
        self.got = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        some = bytes(data[:1000])
        self.got += some
        return len(some)


class Full(io.BytesIO):
    def write(self, data: Any) -> int:
        raise OSError(28, "No space left on device")


def fetch(http: Http, into: Any = None, **more: Any) -> bytes:
    into = io.BytesIO() if into is None else into
    http.download("/files/a%2Fb", into=into, **more)
    return bytes(into.getvalue())


def test_a_file_as_it_is_asked_for_and_comes() -> None:
    heard: list[tuple[int, int | None]] = []
    into = io.BytesIO()
    with (
        serving(says(200, DATA, X_Request_Id="r-1", **NAMED)) as server,
        client(server, headers={"accept": "x/y"}) as http,
    ):
        answer = http.download(
            "/files/a%2Fb", into=into, heard=lambda *one: heard.append(one), query={"v": "1"}
        )
    assert into.getvalue() == DATA
    assert (answer.status, answer.body, answer.trace) == (200, None, "r-1")
    assert shown_name(answer.headers) == "receipt.pdf"
    (taken,) = server.taken
    assert (taken.method, taken.path, taken.body) == ("GET", "/files/a%2Fb?v=1", b"")
    assert taken.headers["accept"] == "*/*"
    assert taken.headers["accept-encoding"] == "identity"
    assert taken.headers["authorization"] == "Bearer canary-token-1"
    assert (heard[0], heard[-1]) == ((0, len(DATA)), (len(DATA), len(DATA)))
    assert [count for count, _ in heard] == sorted(count for count, _ in heard)
    assert len(heard) > 2


WHOLE: dict[str, bytes] = {
    "a length": raw(200, DATA),
    "chunks": chunked(DATA[:70_000], DATA[70_000:]),
    "the end of the connection": b"HTTP/1.1 200 OK\r\n\r\n" + DATA,
    "coded as it is": raw(200, DATA, Content_Encoding="identity"),
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_a_file_may_be_sent_in_several_ways(data: bytes) -> None:
    totals: set[int | None] = set()
    with serving(sends(data)) as server, client(server) as http:
        assert fetch(http, heard=lambda _, total: totals.add(total), most=len(DATA)) == DATA
    assert totals == ({len(DATA)} if b"Content-Length" in data else {None})


@pytest.mark.parametrize("data", [raw(200, b""), chunked()], ids=["a length", "chunks"])
def test_an_empty_file_is_a_file(data: bytes) -> None:
    with serving(sends(data)) as server, client(server) as http:
        assert fetch(http, most=0) == b""


def test_a_file_begins_where_the_other_stands() -> None:
    into = io.BytesIO(b"head,")
    into.seek(5)
    with serving(sends(HEAD + DATA[:90_000]), FILE) as server, client(server) as http:
        assert fetch(http, into) == b"head," + DATA


SHORT: dict[str, Act] = {
    "a short body": sends(HEAD + DATA[:-1]),
    "a body that is reset": first(HEAD + DATA[:90_000], resets),
    "chunks cut off": sends(chunked(DATA, end=b"")),
    "a chunk cut off": sends(chunked(DATA[:80_000], end=b"ffff\r\n" + DATA[80_000:80_003])),
    "a chunk that is none": sends(chunked(DATA[:80_000], end=b"xyz\r\n")),
    "silence within": first(HEAD + DATA[:90_000], says_nothing),
}
NONE: dict[str, Act] = {
    "reset": resets,
    "closed": hangs_up,
    "silence": says_nothing,
    "headers cut off": sends(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "headers for ever": drips(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
    "500": says(500, {"message": "Oops."}),
    "503": says(503),
    "429": says(429, {"error": "RATE_LIMIT_EXCEEDED", "message": "Slow", "retryAfter": 0}),
    "204": says(204),
}


@pytest.mark.parametrize("act", [*SHORT.values(), *NONE.values()], ids=[*SHORT, *NONE])
def test_a_file_that_did_not_come_whole_is_fetched_again(act: Act) -> None:
    with serving(act, FILE) as server, client(server) as http:
        assert fetch(http) == DATA
    assert len(server.taken) == 2


@pytest.mark.parametrize("act", [*SHORT.values(), *NONE.values()], ids=[*SHORT, *NONE])
def test_a_file_that_never_comes_whole_is_given_up(act: Act) -> None:
    limits = replace(QUICK, attempts=2)
    into = io.BytesIO()
    with serving(act) as server, client(server, limits=limits) as http, pytest.raises(ServiceError) as caught:
        fetch(http, into)
    assert caught.value.message.startswith("GET /files/a%2Fb")
    assert into.getvalue() == b""
    assert len(server.taken) == 2


@pytest.mark.parametrize("act", SHORT.values(), ids=SHORT)
def test_a_part_that_cannot_be_taken_back_is_the_end(act: Act) -> None:
    pipe = Pipe()
    with serving(act, FILE) as server, client(server) as http, pytest.raises(ServiceError):
        http.download("/x", into=pipe)  # type: ignore[arg-type]
    assert DATA.startswith(bytes(pipe.got))
    assert pipe.got
    assert len(server.taken) == 1


@pytest.mark.parametrize("act", NONE.values(), ids=NONE)
def test_before_the_first_byte_there_is_nothing_to_take_back(act: Act) -> None:
    pipe = Pipe()
    with serving(act, FILE) as server, client(server) as http:
        http.download("/x", into=pipe)  # type: ignore[arg-type]
    assert pipe.got == DATA
    assert len(server.taken) == 2


def test_silence_is_told_as_silence() -> None:
    """Also long after the deadline of a request."""

    def pauses(connection: Connection) -> None:
        connection.write(HEAD)
        for start in range(0, 60_000, 10_000):
            connection.write(DATA[start : start + 10_000])
            connection.stopped.wait(0.1)
        connection.stopped.wait()

    limits = replace(QUICK, deadline=0.4, attempts=1)
    with (
        serving(pauses) as server,
        client(server, limits=limits) as http,
        pytest.raises(ServiceError, match=r"silence for 0\.3 s"),
    ):
        fetch(http)


def test_a_file_may_take_longer_than_an_answer() -> None:
    def slowly(connection: Connection) -> None:
        connection.write(HEAD)
        for start in range(0, len(DATA), 10_240):
            connection.write(DATA[start : start + 10_240])
            connection.stopped.wait(0.08)

    with serving(slowly) as server, client(server, limits=replace(QUICK, read=5.0, deadline=0.4)) as http:
        assert fetch(http) == DATA


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_a_file_that_is_too_large_is_refused_once(data: bytes) -> None:
    into = io.BytesIO()
    with (
        serving(sends(data)) as server,
        client(server) as http,
        pytest.raises(ServiceError, match="larger than 102399 bytes"),
    ):
        fetch(http, into, most=len(DATA) - 1)
    assert into.getvalue() == b""
    assert len(server.taken) == 1


@pytest.mark.parametrize("coding", ["gzip", "br", "GZIP, identity"])
def test_a_file_that_is_compressed_unasked_is_refused(coding: str) -> None:
    packed = says(200, gzip.compress(DATA), Content_Encoding=coding)
    with (
        serving(packed) as server,
        client(server) as http,
        pytest.raises(ServiceError, match="compressed, which was not asked for"),
    ):
        fetch(http)
    assert len(server.taken) == 1


def test_a_huge_file_is_never_whole_in_memory(tmp_path: Path) -> None:
    piece, pieces = bytes(1 << 20), 64

    def pours(connection: Connection) -> None:
        connection.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(piece) * pieces))
        for _ in range(pieces):
            connection.write(piece)

    with serving(pours) as server, client(server) as http, open(tmp_path / "huge", "wb") as into:
        tracemalloc.start()
        try:
            http.download("/x", into=into)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (tmp_path / "huge").stat().st_size == len(piece) * pieces
    assert peak < 4 << 20


# ------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize("status", [400, 404, 409, 410])
def test_a_refusal_is_the_services_own_and_not_the_file(status: int) -> None:
    refusal = says(status, {"error": "File does not exist in storage", "code": "FILE_NOT_FOUND"})
    with (
        serving(refusal) as server,
        client(server) as http,
        pytest.raises(ServiceError, match=rf"{status} \(FILE_NOT_FOUND\): File does not exist") as caught,
    ):
        fetch(http, Full())
    assert (caught.value.status, caught.value.code) == (status, "FILE_NOT_FOUND")
    assert len(server.taken) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_who_may_not_is_told_what_to_do(status: int) -> None:
    with serving(says(status, b"<html>")) as server, client(server) as http, pytest.raises(Denied) as caught:
        fetch(http)
    assert caught.value.hint
    assert len(server.taken) == 1


def test_a_fetched_token_is_renewed_for_a_file_too() -> None:
    with (
        serving(token(), says(401), token("new"), FILE) as server,
        client(server, credentials=CLIENT) as http,
    ):
        assert fetch(http) == DATA
    assert server.taken[-1].headers["authorization"] == "Bearer new"


def test_a_refusal_that_does_not_end_is_an_answer_that_does_not_end() -> None:
    endless = drips(b"HTTP/1.1 404 No\r\nContent-Length: 99999\r\n\r\n", b" ")
    limits = replace(QUICK, deadline=0.3, attempts=1)
    with (
        serving(endless) as server,
        client(server, limits=limits) as http,
        pytest.raises(ServiceError, match=r"no whole answer within 0\.3 s"),
    ):
        fetch(http)


def test_an_oversize_refusal_is_not_read() -> None:
    limits = replace(QUICK, attempts=1)
    with (
        serving(says(404, b" " * 20_000)) as server,
        client(server, limits=limits) as http,
        pytest.raises(ServiceError, match="larger than 10000 bytes"),
    ):
        fetch(http)


@pytest.mark.parametrize(
    "path", ["x", "//evil.example/x", "/files/../../x", "/files/%2e%2e", "/a?b", "/a\nb"]
)
def test_a_path_that_leads_elsewhere_is_not_sent(path: str) -> None:
    with serving(FILE) as server, client(server) as http, pytest.raises(UsageError):
        http.download(path, into=io.BytesIO())
    assert server.taken == []


def test_what_a_file_is_called_does_not_say_a_secret() -> None:
    named = says(200, b"x", Content_Disposition='attachment; filename="canary-token-1.pdf"')
    with serving(named) as server, client(server) as http:
        answer = http.download("/x", into=io.BytesIO())
    assert shown_name(answer.headers) == "[redacted].pdf"


# ------------------------------------------------------------------------------------------- our own side


def test_a_full_disk_is_no_fault_of_the_server() -> None:
    with (
        serving(FILE) as server,
        client(server) as http,
        pytest.raises(OSError, match="No space left") as caught,
    ):
        fetch(http, Full())
    assert len(server.taken) == 1
    assert "canary" not in everything(caught.value)


def test_who_listens_may_fail_too() -> None:
    def heard(*_: object) -> None:
        raise BrokenPipeError

    with serving(FILE) as server, client(server) as http, pytest.raises(BrokenPipeError):
        fetch(http, heard=heard)
    assert len(server.taken) == 1


def test_a_connection_is_good_for_the_next_request() -> None:
    with serving(FILE) as server, client(server) as http:
        assert [fetch(http) for _ in range(3)] == [DATA] * 3
    assert server.connections == 1


@contextmanager
def certified(monkeypatch: pytest.MonkeyPatch, folder: Path, *acts: Act) -> Iterator[Server]:
    """A server with a certificate that we trust."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    made = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key), "-out", str(cert))
    subprocess.run(["openssl", "req", *made, *subject], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    with serving(*acts, tls=tls) as server, monkeypatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(cert))
        patch.setenv("NO_PROXY", "localhost")
        yield server


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl")
def test_a_pause_under_tls_breaks_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The glances whether anybody still wants the file leave the connection as it is."""

    def pauses(connection: Connection) -> None:
        data = HEAD + DATA
        for start in range(0, len(data), 40_000):
            connection.write(data[start : start + 40_000])
            connection.stopped.wait(0.5)

    limits = replace(QUICK, read=5.0, attempts=1)
    with certified(monkeypatch, tmp_path, pauses) as server:
        origin = f"https://localhost:{server.port}"
        with closing(Http(origin, credentials=TOKEN, limits=limits)) as http:
            assert fetch(http) == DATA


# ----------------------------------------------------------------------------------------- after a signal


@pytest.mark.parametrize(
    ("number", "error"), [(signal.SIGINT, Interrupted), (signal.SIGTERM, Terminated)], ids=["INT", "TERM"]
)
@pytest.mark.parametrize(
    "act",
    [
        drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n", b"a" * 100),
        first(HEAD + DATA[:50_000], says_nothing),
        says_nothing,
        says(503, Retry_After="29"),
    ],
    ids=["it comes", "it hangs", "nothing comes", "it shall come later"],
)
def test_a_signal_ends_a_download_wherever_it_is(number: int, error: type[Interrupted], act: Act) -> None:
    halt = Halt()
    limits = replace(QUICK, read=60.0, deadline=90.0, max_wait=30.0)
    with serving(act) as server, client(server, limits=limits, halt=halt) as http:
        threading.Timer(0.3, halt.ask, (number,)).start()
        with pytest.raises(error) as caught:
            fetch(http)
    assert "silence for" not in everything(caught.value)
    assert len(server.taken) == 1


def test_after_a_signal_no_download_begins() -> None:
    halt = Halt()
    halt.ask(signal.SIGINT)
    with serving(FILE) as server, client(server, halt=halt) as http, pytest.raises(Interrupted):
        fetch(http)
    assert server.taken == []


def test_a_signal_while_the_rate_is_waited_for_ends_a_download() -> None:
    halt = Halt()
    limits = replace(QUICK, rate=1, window=30.0)
    with serving(FILE) as server, client(server, limits=limits, halt=halt) as http:
        fetch(http)
        threading.Timer(0.2, halt.ask, (signal.SIGINT,)).start()
        with pytest.raises(Interrupted):
            fetch(http)
    assert len(server.taken) == 1


# --------------------------------------------------------------------------------------- in this process


class Told:
    """How many pieces an application has made."""

    made = 0


def app(folder: Path, told: Told) -> Starlette:
    (folder / "receipt.pdf").write_bytes(DATA)

    async def pieces(request: Request) -> Response:
        async def many() -> Any:
            for _ in range(1000):
                told.made += 1
                yield DATA

        return StreamingResponse(many())

    return Starlette(
        routes=[
            Route("/file", lambda _: FileResponse(folder / "receipt.pdf", filename="receipt.pdf")),
            Route("/pieces", pieces),
            Route("/sync", lambda _: StreamingResponse(iter([DATA, b"", DATA]))),
            Route("/none", lambda _: JSONResponse({"error": "No file", "code": "FILE_NOT_FOUND"}, 404)),
        ]
    )


@contextmanager
def embedded(application: Any, **more: Any) -> Iterator[Http]:
    more = {"limits": QUICK, **more}
    with closing(Http("http://emulator", credentials=TOKEN, app=application, **more)) as http:
        yield http


def test_a_file_of_an_application_in_this_process(tmp_path: Path) -> None:
    heard: list[tuple[int, int | None]] = []
    into = io.BytesIO()
    with embedded(app(tmp_path, Told())) as http:
        answer = http.download("/file", into=into, heard=lambda *one: heard.append(one))
        assert into.getvalue() == DATA
        assert shown_name(answer.headers) == "receipt.pdf"
        assert (heard[0], heard[-1]) == ((0, len(DATA)), (len(DATA), len(DATA)))
        again = io.BytesIO()
        http.download("/sync", into=again)
        assert again.getvalue() == DATA * 2
        with pytest.raises(ServiceError, match=r"404 \(FILE_NOT_FOUND\): No file"):
            http.download("/none", into=io.BytesIO())


def test_an_application_makes_a_piece_when_the_last_was_taken(tmp_path: Path) -> None:
    told, ahead = Told(), []
    into = io.BytesIO()

    def heard(count: int, _: int | None) -> None:
        ahead.append(told.made - count // len(DATA))

    with (
        embedded(app(tmp_path, told)) as http,
        pytest.raises(ServiceError, match="larger than 5000000 bytes"),
    ):
        http.download("/pieces", into=into, heard=heard, most=5_000_000)
    assert max(ahead) <= 1
    assert told.made < 60


async def _start(send: Any, length: int | None = None) -> None:
    headers = [] if length is None else [(b"content-length", str(length).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _piece(send: Any, piece: bytes, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": more})


async def cut(scope: Any, receive: Any, send: Any) -> None:
    await _start(send, 100)
    await _piece(send, b"a" * 50, more=False)


async def long(scope: Any, receive: Any, send: Any) -> None:
    await _start(send, 10)
    await _piece(send, b"a" * 50, more=False)


async def stops(scope: Any, receive: Any, send: Any) -> None:
    await _start(send)
    await _piece(send, b"a")


async def breaks(scope: Any, receive: Any, send: Any) -> None:
    await _start(send)
    await _piece(send, b"a")
    raise ConnectionResetError


async def leaves(scope: Any, receive: Any, send: Any) -> None:
    await _start(send)
    await _piece(send, b"a")
    raise ConnectionRefusedError


async def hangs(scope: Any, receive: Any, send: Any) -> None:
    await _start(send)
    await _piece(send, b"a")
    await receive()
    await receive()


async def late(scope: Any, receive: Any, send: Any) -> None:
    raise TimeoutError


async def silent(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await receive()


BROKEN = (cut, long, stops, breaks, leaves, hangs, late, silent)


@pytest.mark.parametrize("broken", BROKEN)
def test_an_application_that_does_not_give_a_whole_file(broken: Any) -> None:
    into = io.BytesIO()
    with embedded(broken, limits=replace(QUICK, attempts=2)) as http, pytest.raises(ServiceError):
        http.download("/x", into=into)
    assert into.getvalue() == b""


@pytest.mark.parametrize("broken", BROKEN)
def test_an_application_is_asked_again(broken: Any) -> None:
    asked: list[str] = []

    async def once(scope: Any, receive: Any, send: Any) -> None:
        asked.append(scope["path"])
        if len(asked) == 1:
            await broken(scope, receive, send)
            return
        await _start(send, 3)
        await _piece(send, b"abc", more=False)

    with embedded(once) as http:
        assert fetch(http) == b"abc"
    assert len(asked) == 2


@pytest.mark.parametrize("hung", [hangs, silent])
def test_a_signal_ends_a_download_of_an_application(hung: Any) -> None:
    halt = Halt()
    with embedded(hung, halt=halt, limits=replace(QUICK, read=60.0, deadline=90.0)) as http:
        threading.Timer(0.3, halt.ask, (signal.SIGINT,)).start()
        with pytest.raises(Interrupted) as caught:
            fetch(http)
    assert "silence for" not in everything(caught.value)


# ---------------------------------------------------------------------------------------------- the name


NAMES: dict[str, str] = {
    'attachment; filename="receipt.pdf"': "receipt.pdf",
    "attachment; filename=receipt.pdf": "receipt.pdf",
    "attachment;filename=receipt.pdf;size=3": "receipt.pdf",
    'inline; FILENAME = "a b.pdf" ; x=y': "a b.pdf",
    "attachment; filename=my receipt.pdf": "my receipt.pdf",
    r'attachment; filename="a \"b\" \\ c.pdf"': r'a "b" \ c.pdf',
    'attachment; filename="a;b=c.pdf"': "a;b=c.pdf",
    'attachment; filename="100%25.pdf"': "100%25.pdf",
    'attachment; filename="../../etc/passwd"': "../../etc/passwd",
    'attachment; filename="na\u00efve.pdf"': "na\u00efve.pdf",
    "attachment; filename*=UTF-8''%e2%82%ac%20rates.pdf": "€ rates.pdf",
    "attachment; filename*=utf-8'en'na%C3%AFve.pdf": "naïve.pdf",
    "attachment; filename*=iso-8859-1''na%EFve.pdf": "naïve.pdf",
    "attachment; filename*=\"UTF-8''a%20b.pdf\"": "a b.pdf",
    "attachment; filename=\"plain.pdf\"; filename*=UTF-8''%E2%82%AC.pdf": "€.pdf",
    "attachment; filename*=UTF-8''%E2%82%AC.pdf; filename=\"plain.pdf\"": "€.pdf",
    "attachment; filename=\"plain.pdf\"; filename*=UTF-8''%FF.pdf": "plain.pdf",
    "attachment; filename=\"plain.pdf\"; filename*=UTF-8''%ZZ.pdf": "plain.pdf",
    "attachment; filename=\"plain.pdf\"; filename*=UTF-8''": "plain.pdf",
    "attachment; filename=\"plain.pdf\"; filename*=koi8-r''%C1.pdf": "plain.pdf",
    'attachment; filename="plain.pdf"; filename*=euro.pdf': "plain.pdf",
    "attachment; filename*=UTF-8''..%2F..%2Fx": "../../x",
    "attachment; filename*=UTF-8''a%00b%0A.pdf": "a\0b\n.pdf",
    'attachment; x="; filename=evil"; filename="good.pdf"': "good.pdf",
    'attachment; filename="first.pdf"; filename="second.pdf"': "first.pdf",
    'attachment; filename=""': "",
    'attachment; filename="open': "",
    "attachment; filename": "",
    "attachment": "",
    "": "",
    ";;;": "",
    "filename=x": "",
}


@pytest.mark.parametrize(("header", "name"), NAMES.items())
def test_the_name_that_a_file_is_shown_under(header: str, name: str) -> None:
    assert shown_name({"content-disposition": header}) == name


def test_without_a_header_there_is_no_name() -> None:
    assert shown_name({"content-type": "application/pdf"}) == ""


def test_a_long_header_is_read_at_once() -> None:
    for part in ("; a=b", '; filename="\\', ";   ", "%41", "; filename*=UTF-8''%41"):
        shown_name({"content-disposition": "attachment" + part * 30_000})


def test_a_name_in_utf_8_is_read_as_it_was_sent() -> None:
    head = 'HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename="Quittung für Öl.pdf"\r\n'
    with serving(sends(f"{head}Content-Length: 1\r\n\r\nx".encode())) as server, client(server) as http:
        answer = http.download("/x", into=io.BytesIO())
    assert shown_name(answer.headers) == "Quittung für Öl.pdf"
