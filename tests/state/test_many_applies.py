"""The command line and a state that a team shares: fifty applies at once, locks broken, stores that fail."""

from __future__ import annotations

import getpass
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from procspec.state import open_store
from procspec.state.bucket import Bucket
from tests.conftest import Home, Server
from tests.engine.conftest import PROCESS, PROJECT
from tests.engine.proxy import Passing, Proxy
from tests.state import stores
from tests.state.commands import Crowd, Ended
from tests.state.stores import Place

CROWD = 50


class Held(Passing):
    """Keeps the first create back until it is let go."""

    server: Gate

    def do_POST(self) -> None:
        if self.path == "/processes" and not self.server.reached.is_set():
            self.server.reached.set()
            self.server.opened.wait(120)
        self.pass_on()


class Gate(Proxy):
    """A proxy before the emulator, on which the first create is slow."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.RequestHandlerClass = Held
        self.reached = threading.Event()
        self.opened = threading.Event()


@contextmanager
def gate(target: str) -> Iterator[Gate]:
    with Gate(target) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.opened.set()
            proxy.shutdown()
            thread.join()


def project(place: Place, url: str) -> Home:
    home = Home(place.folder / "project")
    home.write("procspec.yaml", PROJECT.format(url=url) + f"state: {json.dumps(place.url)}\n")
    home.write("close.procspec.yaml", PROCESS)
    return home


def creates(server: Server) -> int:
    return server.requests().count(("POST", "/processes"))


def changing(server: Server) -> list[tuple[str, str]]:
    return [entry for entry in server.requests() if entry[0] != "GET"]


# -------------------------------------------------------------------------------------------- fifty at once


def test_of_fifty_that_wait_one_creates_and_the_rest_have_nothing_to_do(place: Place, server: Server) -> None:
    home, crowd = project(place, server.url), Crowd(place)
    arguments = ("apply", "--auto-approve", "--lock-timeout", "300")
    processes = [crowd.start(number, *arguments) for number in range(CROWD)]
    crowd.go(CROWD)
    for process in processes:
        process.join()
    ended = crowd.ended()
    assert [one.code for one in ended] == [0] * CROWD, [one for one in ended if one.code]
    assert len([one for one in ended if "+ close  create" in one.text]) == 1
    assert len([one for one in ended if "No changes." in one.text]) == CROWD - 1
    assert creates(server) == 1
    assert home.record("close")["id"] and home.pending() == []


def test_of_fifty_that_do_not_wait_one_creates_and_the_rest_name_it(place: Place, server: Server) -> None:
    """The create is kept back until all others have ended, so that none of them can come too late."""
    with gate(server.url) as proxy:
        home, crowd = project(place, proxy.url), Crowd(place)
        processes = [crowd.start(number, "apply", "--auto-approve") for number in range(CROWD)]
        crowd.go(CROWD)
        while len(crowd.ended()) < CROWD - 1:
            assert any(process.exitcode is None for process in processes), crowd.ended()
            time.sleep(0.02)
        proxy.opened.set()
        for process in processes:
            process.join()
        ended, pids = crowd.ended(), [process.pid for process in processes]
    assert sorted(one.code for one in ended) == [0] + [5] * (CROWD - 1), [one.text for one in ended]
    (winner,) = (pid for pid, one in zip(pids, ended, strict=True) if one.code == 0)
    assert all(names(one, winner) for one in ended if one.code), [one.text for one in ended]
    assert creates(server) == 1
    assert home.record("close")["id"]


def names(one: Ended, pid: int | None) -> bool:
    """Whether a message names the holder by user, host, process, command and since when."""
    who = re.escape(f"{getpass.getuser()}@{socket.gethostname()} (pid {pid}), 'procspec apply', since ")
    return re.search(who + r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one.text) is not None


def test_a_lock_that_is_broken_while_its_holder_creates(place: Place, server: Server) -> None:
    """Its next write fails, its new id is told, and what others wrote in between is as they wrote it."""
    with gate(server.url) as proxy:
        home, crowd = project(place, proxy.url), Crowd(place)
        home.write("other.procspec.yaml", PROCESS.replace("key: close", "key: other"))
        holder = crowd.start(0, "apply", "close", "--auto-approve")
        crowd.go(1)
        assert proxy.reached.wait(60)
        locked = home.run("apply", "other", "--auto-approve")
        assert locked.code == 5, locked
        (id,) = re.findall(r"procspec state unlock (\w+)", locked.err)
        home.ok("state", "unlock", id)
        home.ok("apply", "other", "--auto-approve")
        others = home.record("other")
        proxy.opened.set()
        holder.join()
        (ended,) = crowd.ended()
        assert ended.code in (1, 5) and "was broken" in ended.text, ended.text
        assert creates(server) == 2
        assert home.record("other") == others
        made = home.record("close")
        assert made["intent"] and not made.get("id")
        (lost,) = set(re.findall(r"resolve close --id (\w+)", ended.text))
        assert home.run("apply", "--auto-approve").code == 4
        home.ok("resolve", "close", "--id", lost)
        home.ok("apply", "--auto-approve")
        assert (creates(server), home.pending()) == (2, [])


# ----------------------------------------------------------------------------- found before anything is sent


@pytest.fixture
def applied(tmp_path: Path, server: Server) -> Home:
    """A project with one process applied, and one that waits for its create; the server's log is empty."""
    home = project(Place(".procspec/state.db", tmp_path), server.url)
    home.ok("apply", "--auto-approve")
    home.write("other.procspec.yaml", PROCESS.replace("key: close", "key: other"))
    server.clear()
    return home


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as db:
        db.execute("CREATE TABLE notes (text)")


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA user_version = 99")


def gone_but_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "truncated": (lambda file: os.truncate(file, file.stat().st_size // 2), "damaged", "from a backup"),
    "cut": (lambda file: os.truncate(file, file.stat().st_size - 1), "damaged", "from a backup"),
    "empty": (lambda file: os.truncate(file, 0), "damaged", "from a backup"),
    "text": (lambda file: file.write_text("state: lost\n" * 99), "damaged", "from a backup"),
    "zeros": (lambda file: file.write_bytes(bytes(8192)), "damaged", "from a backup"),
    "foreign": (foreign, "another program", "name another file"),
    "newer": (newer, "format 99", "or a newer one"),
    "folder": (gone_but_a_folder, "is not a file", ""),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_state_that_is_damaged_or_not_ours(applied: Home, server: Server, name: str) -> None:
    damage, what, remedy = DAMAGES[name]
    damage(applied.folder / ".procspec/state.db")
    refused = applied.run("apply", "--auto-approve")
    assert refused.code == 1, refused
    assert what in refused.err and remedy in refused.err, refused.err
    assert changing(server) == []


def in_a_disk(home: Home, script: str) -> subprocess.CompletedProcess[str]:
    """`procspec apply` after a shell script, with mounts of its own; skips where none can be made."""
    inside = ["unshare", "--mount", "--map-root-user", "sh", "-ec"]
    state = home.folder / ".procspec"
    trial = f"mount -t tmpfs -o size=8m tmpfs {state}"
    if subprocess.run([*inside, trial], capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    begin = f"cp -a {state} {home.folder}/saved; cd {state}; "
    disk = f"{trial}; cp -a {home.folder}/saved/. {state}; cd {state}; "
    act = f"exec {sys.executable} -m procspec -C {home.folder} apply --auto-approve"
    return subprocess.run(
        [*inside, begin + script.format(disk=disk) + "; cd /; " + act],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )


DISKS = {
    "full": ("{disk} head -c 9m /dev/zero > other || true", "make room"),
    "nearly full": ("{disk} head -c 5m /dev/zero > other", "make room"),
    "read-only folder": ("{disk} mount -o remount,ro .", "Check the folder and its permissions"),
    "read-only file": (
        "mount --bind state.db state.db; mount -o remount,bind,ro state.db",
        "It is read-only",
    ),
}


@pytest.mark.parametrize("name", DISKS)
def test_a_state_that_takes_no_writes(applied: Home, server: Server, name: str) -> None:
    script, remedy = DISKS[name]
    refused = in_a_disk(applied, script)
    assert refused.returncode == 1, refused
    assert "cannot be used" in refused.stderr and remedy in refused.stderr, refused.stderr
    assert changing(server) == []
    applied.ok("apply", "--auto-approve")


def test_a_disk_with_room(applied: Home, server: Server) -> None:
    assert in_a_disk(applied, "{disk} true").returncode == 0
    assert creates(server) == 1


def test_a_limit_on_the_size_of_files(applied: Home, server: Server) -> None:
    crowd = Crowd(Place(".procspec/state.db", applied.folder.parent))
    process = crowd.start(0, "apply", "--auto-approve", largest=65536)
    crowd.go(1)
    process.join()
    (refused,) = crowd.ended()
    assert refused.code == 1, refused.text
    assert "The disk is full: make room." in refused.text
    assert changing(server) == []


def newer_in_postgres(place: Place) -> None:
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute("UPDATE procspec.store SET version = 99")


def read_only_in_postgres(place: Place) -> None:
    with psycopg.connect(place.url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())


def half_in_postgres(place: Place) -> None:
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute("DROP TABLE procspec.store")


def newer_in_s3(place: Place) -> None:
    Bucket(place.url).put("procspec-state.json", b'{"version": 99}', "overwrite")


def garbled_in_s3(place: Place) -> None:
    Bucket(place.url).put("procspec-state.json", b'{"version": 1, "lin', "overwrite")


SERVED: dict[str, tuple[Callable[[Place], None], str, str]] = {
    "postgres newer": (newer_in_postgres, "format 99", "or a newer one"),
    "postgres read-only": (read_only_in_postgres, "read-only", "takes no writes"),
    "postgres half": (half_in_postgres, "damaged", "from a backup"),
    "s3 newer": (newer_in_s3, "format 99", "or a newer one"),
    "s3 garbled": (garbled_in_s3, "format None", "or a newer one"),
}


@pytest.mark.parametrize("name", SERVED)
def test_a_served_state_that_is_damaged_or_not_ours(
    request: pytest.FixtureRequest, tmp_path: Path, server: Server, name: str
) -> None:
    damage, what, remedy = SERVED[name]
    in_s3 = name.startswith("s3")
    served = request.getfixturevalue("s3" if in_s3 else "postgres_server")
    place = (stores.s3 if in_s3 else stores.postgres)(served, tmp_path)
    home = project(place, server.url)
    with closing(place.open()):
        pass
    damage(place)
    refused = home.run("apply", "--auto-approve")
    assert refused.code == 1, refused
    assert what in refused.err and remedy in refused.err, refused.err
    assert changing(server) == []


# ---------------------------------------------------------------------------------- waiting for a lock


WAITING = {
    "import": ("import", "{id}", "--key", "other"),
    "resolve": ("resolve", "close", "--not-created"),
    "state rm": ("state", "rm", "close", "--auto-approve"),
}


@pytest.mark.parametrize("name", WAITING)
def test_other_commands_wait_for_a_lock_too(applied: Home, server: Server, name: str) -> None:
    """Held, they name the holder; given back meanwhile, they go on (`resolve` finds nothing to settle)."""
    (applied.folder / "other.procspec.yaml").unlink()
    tree = {"name": "Other", "root": {"name": "R", "children": []}}
    id = server.call("POST", "/processes", tree).json()["id"]
    words = [word.format(id=id) for word in WAITING[name]]
    with closing(open_store(".procspec/state.db", applied.folder)) as store:
        with store.lock("served", "procspec apply of a colleague"):
            for timeout in ("0", "0.2"):
                locked = applied.run(*words, "--lock-timeout", timeout)
                assert locked.code == 5 and "of a colleague" in locked.err, locked
        lock = store.lock("served", "procspec apply of a colleague")
        lock.__enter__()
        later = threading.Timer(0.3, lambda: lock.__exit__(None, None, None))
        later.start()
        ended = applied.run(*words, "--lock-timeout", "60")
        later.join()
    assert (ended.code, "nothing to settle" in ended.err) == ((64, True) if name == "resolve" else (0, False))
