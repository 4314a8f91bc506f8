"""Who holds a lock, and whether they still live: the same for every store."""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from procspec.errors import Contended
from procspec.state.base import Holder


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A lock as a store keeps it; `machine` says where `pid` means a process, times are since the epoch."""

    id: str
    user: str
    host: str
    machine: str
    pid: int
    command: str
    since: float
    until: float

    @property
    def holder(self) -> Holder:
        """What people are shown of it."""
        return Holder(
            id=self.id,
            user=self.user,
            host=self.host,
            pid=self.pid,
            command=self.command,
            since=utc(self.since),
            until=utc(self.until),
        )

    @property
    def is_dead(self) -> bool:
        """Whether its holder was a process of this machine, and surely is no more."""
        return self.machine == machine() and is_dead(self.pid)


def claim(command: str, lease: float) -> Claim:
    """A claim of this process from now on, by this machine's clock."""
    now = time.time()
    return Claim(
        id=secrets.token_hex(4),
        user=user(),
        host=host(),
        machine=machine(),
        pid=os.getpid(),
        command=command,
        since=now,
        until=now + lease,
    )


def utc(moment: float) -> str:
    """A time in seconds since the epoch, as people read it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def user() -> str:
    """Who runs this command; a container may have a number and no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


def host() -> str:
    """What this machine calls itself."""
    return socket.gethostname()


def machine() -> str:
    """Where a process id means the same process: the host, since it was booted, in one PID namespace.

    Two containers may share a host name and a state file; the one must not take the other's process for
    dead because it cannot see it.
    """
    parts = [host()]
    with contextlib.suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    return "/".join(parts)


def is_dead(pid: int) -> bool:
    """Whether there is surely no such process on this machine."""
    if os.name != "posix":  # there, signal 0 would not be a question
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def contended(environment: str, holder: Holder) -> Contended:
    """The error for a lock that somebody else holds."""
    return Contended(
        f"The environment {environment!r} is locked by {holder}.",
        hint=f"Wait until it is done. If it died, run `procspec state unlock {holder.id} -e {environment}`.",
    )


def busy(environment: str) -> Contended:
    """The error for a lock that others took and gave back while this command asked for it."""
    return Contended(f"The lock on the environment {environment!r} is much asked for.", hint="Try again.")


def broken(environment: str) -> Contended:
    """The error for a holder whose lock was taken away."""
    return Contended(
        f"The lock on the environment {environment!r} was broken while this command held it;"
        " nothing more was written.",
        hint="Somebody ran `procspec state unlock`, or this machine slept for too long. Run `procspec plan`.",
    )


def changed(key: str) -> Contended:
    """The error for a record that is not the one that was read."""
    return Contended(
        f"The record of {key!r} was changed by somebody else meanwhile.",
        hint="Nothing was overwritten. Run `procspec plan` to see where things stand.",
    )


@contextmanager
def kept_alive(renew: Callable[[], bool], every: float) -> Iterator[None]:
    """Calls `renew` from a thread every so many seconds, until it answers False or the block ends."""
    done = threading.Event()

    def work() -> None:
        while not done.wait(every):
            with contextlib.suppress(Exception):  # a busy store: the next round may do, the lease is longer
                if not renew():
                    return

    thread = threading.Thread(target=work, name="procspec-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
