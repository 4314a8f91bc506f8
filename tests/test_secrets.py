"""No canary in any output, log, state, plan, file, traceback or process title: real runs, real servers.

Every canary has a word in it that survives all spellings but base64, and signs of which every spelling
makes something else.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

import pytest

from tests.conftest import Server as Emulator
from tests.engine.conftest import PROCESS
from tests.http.wire import Act, Connection, Server, Taken, raw, sends, serving, tunnels
from tests.state import servers

TOKEN = "Canary7Token/+=\"'<&>%2F\\end"
ID = "id-1"
SECRET = "Canary7Secret /+\"'<&>%2F\\ö"
FETCHED = "Canary7Fetched/+=~end"
PASSWORD = "Canary7Word/@:+#ö"
KEY = "Canary7Key/+abc"
CANARIES = {"token": TOKEN, "secret": SECRET, "fetched": FETCHED, "password": PASSWORD, "key": KEY}
WORD = "canary7"

LOGGING = """
import logging, signal, sys
logging.basicConfig(level=logging.DEBUG)
def fail(*_):
    raise RuntimeError("forced")
signal.signal(signal.SIGUSR1, fail)
from procspec.cli import run
sys.exit(run(sys.argv[1:]))
"""
PLAIN = ("-m", "procspec")
LOUD = ("-c", LOGGING)


def spellings(secret: str) -> list[str]:
    """What a server may make of a secret that it repeats."""
    octets = secret.encode()
    pair = f"{ID}:{secret}".encode()
    coded = f"{quote_plus(ID)}:{quote_plus(secret)}".encode()
    based = [b64encode(one).decode() for one in (octets, pair, coded, b"Bearer " + octets)]
    written = [json.dumps(secret), json.dumps(json.dumps(secret)), repr(octets), repr(secret)]
    quoted = [quote(secret), quote(secret, safe=""), quote_plus(secret), quote(quote(secret)), escape(secret)]
    return [secret, *written, *quoted, quote(secret, safe="").lower(), *based]


def leaks(text: str) -> list[str]:
    """The spellings of canaries in a text, and the word itself however it is spelled."""
    found = [WORD] if WORD in text.lower() else []
    for canary in CANARIES.values():
        found += [one for one in spellings(canary) if one in text]
        found += [one for before in range(3) if (one := core(canary, before)) in text]
    return found


def core(canary: str, before: int) -> str:
    """The middle of the canary's base64 behind so many other bytes."""
    return b64encode(bytes(before) + canary.encode()).decode()[4:16]


def test_the_search_finds_what_it_looks_for() -> None:
    for canary in CANARIES.values():
        assert all(leaks(f"x {spelling} y") for spelling in spellings(canary))
    assert not leaks("redacted")


# --------------------------------------------------------------------------------------------- a project


PROJECT = """\
kind: Project
name: close
environments:
  there: {{provider: workiva, url: "{url}"{more}}}
people:
  ana: {{id: user-1, name: Ana Ruiz}}
  ben: {{id: user-2, name: Ben Cole}}
calendars:
  us: {{businessDaysOfWeek: [monday]}}
{state}
"""

EMPTY = {
    name: value
    for name, value in os.environ.items()
    if not name.upper().endswith("_PROXY") and not name.startswith(("PROCSPEC_", "AWS_", "PG"))
}


@dataclass(frozen=True)
class Ended:
    code: int
    text: str
    cmdline: str


@dataclass(frozen=True)
class Lab:
    """A project, and everything that a run of the command line may leave somewhere."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        return self.folder / "project"

    def begin(self, url: str, *, more: str = "", state: str = "", **environ: str) -> None:
        for name in ("project", "tmp", "home", "given"):
            (self.folder / name).mkdir(exist_ok=True)
        text = PROJECT.format(url=url, more=more, state=f"state: {json.dumps(state)}" if state else "")
        (self.project / "procspec.yaml").write_text(text)
        (self.project / "close.procspec.yaml").write_text(PROCESS)
        self.environ.clear()
        self.environ.update(environ)

    def given(self, name: str, text: str) -> str:
        """A file that holds a secret because the user put it there."""
        path = self.folder / "given" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + "\n")
        return str(path)

    def run(self, *arguments: str, how: tuple[str, ...] = LOUD) -> Ended:
        """One run; asserts that no canary is in anything that it said or left, or in its title."""
        home, tmp = self.folder / "home", self.folder / "tmp"
        out = home / f"out-{len(list(home.iterdir()))}"
        command = [sys.executable, *how, "-C", str(self.project), *arguments]
        environ = {**EMPTY, "HOME": str(home), "TMPDIR": str(tmp), "PYTHONUTF8": "1", **self.environ}
        with out.open("wb") as stream:
            process = subprocess.Popen(
                command, stdout=stream, stderr=stream, stdin=subprocess.DEVNULL, env=environ, umask=0
            )
            title = seen(process)
        self.check(arguments)
        assert leaks(title) == []
        return Ended(process.returncode, out.read_text(errors="replace"), title)

    def check(self, arguments: tuple[str, ...]) -> None:
        """No canary in any file but in those where the user put it; ours are for their owner alone."""
        for path in self.folder.rglob("*"):
            if path.parent.name == "given" or path.name == "procspec.yaml" or not path.is_file():
                continue
            text = path.read_bytes().decode("latin-1")
            assert leaks(text) + leaks(path.read_text(errors="replace")) == [], (arguments, path.name, text)
            if path.parent.name == ".procspec" or path.suffix == ".json":
                assert path.stat().st_mode & 0o777 == 0o600, path

    def ok(self, *arguments: str) -> str:
        ended = self.run(*arguments)
        assert ended.code == 0, ended.text
        return ended.text


def seen(process: subprocess.Popen[bytes]) -> str:
    """What `ps` shows of a process until it ends."""
    shown: set[str] = set()
    while process.poll() is None:
        for name in ("cmdline", "comm", "status"):
            path = Path(f"/proc/{process.pid}/{name}")
            if path.exists():
                shown.add(path.read_text(errors="replace").replace("\0", " "))
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    return "\n".join(sorted(shown))


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


# ------------------------------------------------------------------------------------ a server that echoes


STATUSES = (400, 401, 403, 429, 500, 302)
SHAPES = ("values", "keys", "html", "text")


@dataclass
class Echo:
    """Answers as a live service would, or, where `status` says so, with all it was told, in all spellings."""

    server: Server
    status: int = 0
    shape: str = "values"
    token_status: int = 200
    during: Any = None

    def __call__(self, connection: Connection) -> bool:
        request = self.server.taken[-1]
        if self.during:
            self.during()
        if request.path == "/oauth2/token":
            body = {"access_token": FETCHED, "expires_in": 600}
            connection.write(raw(200, json.dumps(body).encode()) if self.token_status == 200 else self.said())
        else:
            connection.write(self.said() if self.status else self.live(request))
        return True

    def said(self) -> bytes:
        status = self.status or self.token_status
        words = self.told()
        line = " ".join(word for word in words if word.isascii() and word.isprintable())
        headers = {
            "Retry_After": "0",
            "X_Echo": line,
            "Location": f"https://elsewhere.example/?{line}",
            "WWW_Authenticate": line,
        }
        answer = raw(status, _body(self.shape, words), **headers)
        return answer.replace(b" Whatever\r\n", f" {line}\r\n".encode(), 1)

    def told(self) -> list[str]:
        """All that this server knows, in every spelling; a secret that it gave is one that it knows."""
        heard = [taken.headers.get("authorization", "") for taken in self.server.taken]
        heard += [unquote_plus(taken.body.decode()) for taken in self.server.taken]
        known = [one for one in CANARIES.values() if any(one in words for words in heard)]
        assert known
        return [spelling for canary in known for spelling in spellings(canary)]

    def live(self, request: Taken) -> bytes:
        if request.path.endswith("/validation"):
            errors = [{"code": word, "message": word, "target": word} for word in self.told()]
            return raw(200, json.dumps({"errors": errors}).encode())
        words = " ".join(self.told())
        sent = json.loads(request.body) if request.body else {"name": "Close", "root": {"name": "Steps"}}
        answer = {**sent, "id": "p-1", "revision": "r-1", "name": words, "description": words}
        return raw(201 if request.method == "POST" else 200, json.dumps(answer).encode())


def _body(shape: str, words: list[str]) -> bytes:
    text = " ".join(words)
    if shape == "html":
        return f"<html><body>{escape(text)}{text}</body></html>".encode()
    if shape == "text":
        return text.encode()
    values = {"code": words[0], "message": text, "details": [{"target": word} for word in words]}
    keys = {"error": {word: {word: word} for word in words}, "message": {text: text}, "retryAfter": 0}
    return json.dumps({**values, "retryAfter": 0} if shape == "values" else keys).encode()


@contextmanager
def echoing(tls: ssl.SSLContext | None = None) -> Iterator[Echo]:
    with serving(sends(b""), tls=tls) as server:
        echo = Echo(server)
        server.acts[:] = [echo]
        yield echo


COMMANDS: Mapping[str, tuple[str, ...]] = {
    "plan": ("plan", "-o", "json"),
    "plan file": ("-v", "plan", "--out", "plan.json"),
    "apply": ("-v", "apply", "--auto-approve"),
    "apply again": ("apply", "--auto-approve", "-o", "json"),
    "import": ("-v", "import", "p-9", "--key", "other"),
    "resolve": ("-v", "resolve", "close", "--id", "p-1"),
    "state": ("-v", "state", "list", "-o", "json"),
    "validate": ("-v", "validate", "-o", "json"),
}


def all_commands(lab: Lab) -> str:
    """Everything once, one after the other, whatever comes of it."""
    plan = str(lab.project / "plan.json")
    arguments = [tuple(plan if one == "plan.json" else one for one in words) for words in COMMANDS.values()]
    ended = [lab.run(*words) for words in arguments]
    told = "\n".join(one.text for one in ended)
    assert "Traceback" not in told, told
    return told


def of_client(lab: Lab) -> dict[str, str]:
    return {
        "PROCSPEC_CLIENT_ID": ID,
        "PROCSPEC_CLIENT_SECRET_FILE": lab.given("secret", SECRET),
    }


@pytest.mark.parametrize("status", STATUSES)
def test_a_server_that_repeats_the_token(lab: Lab, status: int) -> None:
    with echoing() as echo:
        lab.begin(echo.server.origin, PROCSPEC_TOKEN=TOKEN)
        echo.status = status
        echo.shape = SHAPES[STATUSES.index(status) % len(SHAPES)]
        told = all_commands(lab)
        assert {taken.headers["authorization"] for taken in echo.server.taken} == {f"Bearer {TOKEN}"}
    assert str(status) in told


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_token_service_that_repeats_the_secret(lab: Lab, status: int, shape: str) -> None:
    with echoing() as echo:
        lab.begin(echo.server.origin, **of_client(lab))
        echo.token_status, echo.shape = status, shape
        for how in (LOUD, PLAIN):
            ended = lab.run("-v", "apply", "--auto-approve", how=how)
            assert ended.code in (1, 7), ended.text
        assert {taken.path for taken in echo.server.taken} == {"/oauth2/token"}
        assert quote_plus(SECRET).encode() in echo.server.taken[0].body


def test_a_server_that_repeats_a_token_which_it_gave(lab: Lab) -> None:
    with echoing() as echo:
        lab.begin(echo.server.origin, **of_client(lab))
        echo.status = 403
        all_commands(lab)
        assert f"Bearer {FETCHED}" in {taken.headers.get("authorization") for taken in echo.server.taken}


def test_a_server_that_repeats_them_in_what_went_well(lab: Lab) -> None:
    """As names of processes, and in what its validation finds."""
    with echoing() as echo:
        lab.begin(echo.server.origin, PROCSPEC_TOKEN=TOKEN)
        told = all_commands(lab)
    assert "[redacted]" in told


def test_records_that_were_made_before_the_server_repeats(lab: Lab, server: Emulator) -> None:
    """A plan reads what is recorded, so that its own GET is answered with the token."""
    lab.begin(server.url, PROCSPEC_TOKEN="emulator")
    lab.ok("apply", "--auto-approve")
    with echoing() as echo:
        lab.begin(echo.server.origin, PROCSPEC_TOKEN=TOKEN)
        for echo.status in (401, 500):
            for how in (LOUD, PLAIN):
                ended = lab.run("-v", "plan", how=how)
                assert ended.code in (1, 7) and str(echo.status) in ended.text


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGINT])
def test_a_traceback_or_an_interrupt_in_the_middle_of_a_request(lab: Lab, number: int) -> None:
    """The signal comes while the answer is awaited; what its handler raises is an internal error."""
    with echoing() as echo:
        lab.begin(echo.server.origin, **of_client(lab))

        def interrupt() -> None:
            for path in Path("/proc").glob("[0-9]*/environ"):
                if str(lab.folder / "home").encode() in read(path):
                    os.kill(int(path.parent.name), number)

        echo.during = interrupt
        ended = lab.run("import", "p-9", "--key", "other")
    assert ended.code == (130 if number == signal.SIGINT else 1), ended.text
    assert ("RuntimeError: forced" in ended.text) is (number == signal.SIGUSR1)


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


# ------------------------------------------------------------------------------------------ other variables


NAMES = {"token": "ACME_TOKEN", "clientId": "ACME_ID", "clientSecret": "ACME_SECRET"}
MAPPED = f", credentials: {json.dumps(NAMES)}"


@pytest.mark.parametrize("how", ["variable", "file"])
def test_renamed_variables_are_used_kept_and_named(lab: Lab, how: str) -> None:
    with echoing() as echo:
        name, given = ("ACME_TOKEN_FILE", lab.given("t", TOKEN)) if how == "file" else ("ACME_TOKEN", TOKEN)
        lab.begin(echo.server.origin, more=MAPPED, **{name: given})
        echo.status = 401
        told = lab.run("apply", "--auto-approve").text
    assert echo.server.taken[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert f"check {name}, or ACME_ID and ACME_SECRET" in told
    assert "PROCSPEC_" not in told


def test_without_credentials_the_variables_of_the_environment_are_named(lab: Lab) -> None:
    lab.begin("https://api.example.com", more=MAPPED, PROCSPEC_TOKEN=TOKEN)
    told = lab.run("apply", "--auto-approve", how=PLAIN)
    assert told.code == 7
    assert "Set ACME_TOKEN, or ACME_ID and ACME_SECRET (each also as ..._FILE)." in told.text


def test_a_secret_that_is_refused_names_its_variables(lab: Lab) -> None:
    with echoing() as echo:
        lab.begin(echo.server.origin, more=MAPPED, ACME_ID=ID, ACME_SECRET=SECRET)
        echo.token_status = 400
        told = lab.run("apply", "--auto-approve")
    assert told.code == 7
    assert "Check ACME_ID and ACME_SECRET." in told.text


@pytest.mark.parametrize(
    "environ",
    [
        {"PROCSPEC_TOKEN": f"{TOKEN}\n{TOKEN}"},
        {"PROCSPEC_TOKEN": f"{TOKEN}ö"},
        {"PROCSPEC_CLIENT_ID": ID, "PROCSPEC_CLIENT_SECRET": f"{SECRET}\udcff"},
        {"PROCSPEC_CLIENT_ID": f"{SECRET}\udcff", "PROCSPEC_CLIENT_SECRET": SECRET},
        {"PROCSPEC_TOKEN_FILE": "/nowhere/at/all"},
        {"PROCSPEC_TOKEN_FILE": "/"},
        {"PROCSPEC_CLIENT_SECRET": SECRET},
    ],
)
def test_credentials_that_cannot_be_sent(lab: Lab, environ: dict[str, str]) -> None:
    with echoing() as echo:
        lab.begin(echo.server.origin, **environ)
        for how in (LOUD, PLAIN):
            ended = lab.run("-v", "apply", "--auto-approve", how=how)
            assert ended.code in (7, 64) and "Traceback" not in ended.text, ended.text
    assert echo.server.taken == []


@pytest.mark.parametrize(
    "line",
    [
        f"credentials: {{token: {json.dumps(SECRET)}}}",
        f"url: https://ana:{WORD}@api.example.com",
        f"url: https://ana:{WORD}/@api.example.com",
    ],
)
def test_a_secret_in_an_environment_is_not_shown_with_its_line(lab: Lab, line: str) -> None:
    lab.begin("https://api.example.com", PROCSPEC_TOKEN=TOKEN)
    text = (lab.project / "procspec.yaml").read_text()
    (lab.project / "procspec.yaml").write_text(
        text.replace(
            '{provider: workiva, url: "https://api.example.com"}', f"\n    provider: workiva\n    {line}"
        )
    )
    for arguments in (("validate",), ("validate", "-o", "json"), ("apply", "--auto-approve")):
        assert lab.run(*arguments, how=PLAIN).code in (3, 64)


# ---------------------------------------------------------------------------------------------------- proxy


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """A server's TLS identity for `localhost`, and the file that one trusts it by."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not there to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext"
    names = ["subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
    subprocess.run([*command.split(), *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def behind(proxy: Server, password: str = PASSWORD) -> str:
    return proxy.origin.replace("//", f"//ana:{quote(password, safe='')}@")


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_with_a_password(lab: Lab, identity: tuple[ssl.SSLContext, str], variable: str) -> None:
    context, certificate = identity
    with echoing(context) as echo, serving(tunnels(echo.server.port)) as proxy:
        known = {variable: behind(proxy), "PROCSPEC_TOKEN": TOKEN, "SSL_CERT_FILE": certificate}
        lab.begin(f"https://localhost:{echo.server.port}", **known)
        echo.status = 403
        told = lab.run("-v", "apply", "--auto-approve", "-o", "json").text
    assert "403" in told
    assert proxy.taken[0].headers["proxy-authorization"] == based()
    assert echo.server.taken[0].headers["authorization"] == f"Bearer {TOKEN}"


def based() -> str:
    return "Basic " + b64encode(f"ana:{PASSWORD}".encode()).decode()


def test_a_proxy_that_refuses_and_repeats_the_password(lab: Lab) -> None:
    words = [based(), *spellings(PASSWORD)]
    line = " ".join(word for word in words if word.isascii())
    told = raw(407, " ".join(words).encode(), X_Echo=line, Proxy_Authenticate=line)
    refuses: Act = sends(told.replace(b" Whatever\r\n", f" {line}\r\n".encode(), 1))
    with serving(refuses) as proxy:
        lab.begin("https://api.example.com", PROCSPEC_TOKEN=TOKEN, HTTPS_PROXY=behind(proxy))
        ended = lab.run("-v", "apply", "--auto-approve")
        assert ended.code == 1 and "the proxy answered 407" in ended.text, ended.text
        assert proxy.taken[0].headers["proxy-authorization"] == based()


@pytest.mark.parametrize(
    "url",
    [
        f"http://ana:{WORD}/more@127.0.0.1:1",
        f"http://ana:{WORD}#more@127.0.0.1:1",
        f"http://ana:{WORD}@127.0.0.1:port",
        f"http://ana:{WORD}@[::1",
        f"http://ana:{WORD}\u2100@127.0.0.1:1",
        f"socks5://ana:{WORD}@127.0.0.1:1",
        f"ana:{WORD}@127.0.0.1:x",
    ],
)
def test_a_proxy_that_cannot_be_read(lab: Lab, url: str) -> None:
    lab.begin("https://api.example.com", PROCSPEC_TOKEN=TOKEN, HTTPS_PROXY=url)
    ended = lab.run("-v", "apply", "--auto-approve")
    assert ended.code == 64 and "HTTPS_PROXY" in ended.text, ended.text


# ---------------------------------------------------------------------------------------------------- state


STATE_COMMANDS = (("state", "list"), ("-v", "apply", "--auto-approve", "-o", "json"), ("-v", "plan"))


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A database of an account whose password is a canary, as `HOST?OPTIONS` with `{}` for the password."""
    import psycopg

    with servers.postgres() as server:
        url = server.database()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE ROLE ana LOGIN SUPERUSER")
            connection.execute(f"ALTER ROLE ana PASSWORD '{PASSWORD}'".encode())
        yield "postgresql://ana:{}@" + url.partition("@")[2]


def test_a_database_with_a_password(lab: Lab, database: str) -> None:
    with echoing() as echo:
        url = database.format(quote(PASSWORD, safe=""))
        lab.begin(echo.server.origin, state=url, PROCSPEC_TOKEN=TOKEN)
        all_commands(lab)
        lab.begin(echo.server.origin, state=database.replace(":{}", ""), PGPASSWORD=PASSWORD)
        assert "close" in lab.ok("state", "list")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:{}@127.0.0.1:1/db",
        "postgresql://ana:{}@127.0.0.1:port/db",
        "postgresql://ana:{}@[::1/db",
        "postgresql://ana@127.0.0.1:1/db?password={}&sslmode=none",
        "postgresql://ana@127.0.0.1:1/db?sslpassword={}&connect_timeout=x",
        "postgresql://ana@127.0.0.1:1/db?word={}",
        "mysql://ana:{}@127.0.0.1/db",
        "mysql://ana:{}@[127.0.0.1/db",
        "s3://ana:{}@bucket/prefix",
        "s3://ana:{}@[bucket/prefix",
    ],
)
@pytest.mark.parametrize("password", [quote(PASSWORD, safe=""), f"{WORD}@more/more"])
def test_a_store_that_cannot_be_opened(lab: Lab, url: str, password: str) -> None:
    lab.begin("http://127.0.0.1:1", state=url.format(password), PROCSPEC_TOKEN=TOKEN)
    ended = lab.run("-v", "state", "list")
    assert ended.code == 1 and "Traceback" not in ended.text, ended.text


def test_a_database_that_refuses_the_password(lab: Lab, database: str) -> None:
    lab.begin("http://127.0.0.1:1", state=database.format(WORD), PROCSPEC_TOKEN=TOKEN)
    for arguments in STATE_COMMANDS:
        ended = lab.run(*arguments)
        assert ended.code == 1 and "password authentication failed" in ended.text, ended.text


LINES = (
    "stat: {}",
    "state: [{}]",
    "state: {{url: {}}}",
    "state: {}\nstate: {}",
    "state: {}: x",
    "name: {}: x",
    "state: *{}",
)


@pytest.mark.parametrize("line", LINES)
def test_a_password_in_a_line_that_is_wrong_is_not_shown_with_it(lab: Lab, line: str) -> None:
    lab.begin("http://127.0.0.1:1", PROCSPEC_TOKEN=TOKEN)
    url = f"postgresql://ana:{WORD}@127.0.0.1:1/db"
    with (lab.project / "procspec.yaml").open("a") as stream:
        stream.write(line.format(url, url) + "\n")
    for arguments in (("validate",), ("validate", "-o", "json"), ("state", "list", "-o", "json")):
        assert lab.run(*arguments, how=PLAIN).code == 3


def of_aws(endpoint: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "AKIATEST",
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_SESSION_TOKEN": FETCHED,
        "AWS_REGION": "us-east-1",
    }


def test_keys_of_s3(lab: Lab) -> None:
    with servers.s3() as s3, echoing() as echo:
        known = {**of_aws(s3.endpoint), **{n: v for n, v in s3.environ.items() if not s3.is_ours}}
        lab.begin(echo.server.origin, state=f"s3://{s3.bucket}/secrets", PROCSPEC_TOKEN=TOKEN, **known)
        all_commands(lab)
        assert "close" in lab.ok("state", "list")


@pytest.mark.parametrize("status", [400, 403, 301, 0])
def test_a_service_of_s3_that_repeats_the_keys(lab: Lab, status: int) -> None:
    words = [spelling for canary in (KEY, FETCHED) for spelling in spellings(canary)]
    line = " ".join(word for word in words if word.isascii())
    body = f"<Error><Code>{line}</Code><Message>{line}</Message></Error>".encode()
    says = sends(raw(status or 400, body, X_Echo=line, Location=f"https://elsewhere.example/?{quote(line)}"))
    with serving(says) as server:
        endpoint = server.origin if status else "http://127.0.0.1:1"
        lab.begin("http://127.0.0.1:1", state="s3://bucket/p", PROCSPEC_TOKEN=TOKEN, **of_aws(endpoint))
        for arguments in STATE_COMMANDS:
            ended = lab.run(*arguments)
            assert ended.code == 1 and "cannot be used" in ended.text, ended.text


@pytest.mark.parametrize("url", [f"http://ana:{WORD}@[::1", f"http://ana:{WORD}/x@h", f"https://h:{WORD}"])
def test_an_endpoint_that_cannot_be_read(lab: Lab, url: str) -> None:
    lab.begin("http://127.0.0.1:1", state="s3://bucket/p", PROCSPEC_TOKEN=TOKEN, **of_aws(url))
    ended = lab.run("-v", "state", "list")
    assert ended.code == 1 and "AWS_ENDPOINT_URL" in ended.text, ended.text


def test_keys_in_the_files_of_aws(lab: Lab) -> None:
    lab.begin("http://127.0.0.1:1", state="s3://bucket/p", PROCSPEC_TOKEN=TOKEN)
    text = f"[default]\naws_access_key_id = AKIATEST\naws_secret_access_key = {KEY}\nnonsense {KEY}\n"
    lab.environ["AWS_SHARED_CREDENTIALS_FILE"] = lab.given("credentials", text)
    ended = lab.run("-v", "state", "list")
    assert ended.code == 1 and "cannot be read" in ended.text


# ------------------------------------------------------------------------------------ the embedded emulator


def test_files_are_for_their_owner_alone(lab: Lab) -> None:
    """`Lab.check` looks at their modes; no umask helps them."""
    lab.begin("emulator", PROCSPEC_TOKEN=TOKEN, PROCSPEC_CLIENT_ID=ID, PROCSPEC_CLIENT_SECRET=SECRET)
    plan = str(lab.project / "plan.json")
    lab.ok("-v", "plan", "--out", plan)
    lab.run("-v", "apply", plan)
    kept = {path.name for path in (lab.project / ".procspec").iterdir()}
    assert kept >= {"state.db", "state.db.lineage", "emulator.db"}
    assert "close" in lab.ok("state", "list", "-o", "json")
