"""The SQLite file itself: its modes, and every way in which it can be something else."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from procspec.errors import Contended, StateError
from procspec.state import open_store
from procspec.state.sqlite import SqliteStore
from tests.state.stores import Place, latest, record, used


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A store with one record in it."""
    used(Place("state.db", tmp_path))
    return tmp_path / "state.db"


def execute(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as db:
        for statement in statements:
            db.execute(statement)
        db.commit()


def fill(file: Path) -> None:
    """Enough records for a file of many pages."""
    with closing(SqliteStore(file)) as store:
        for number in range(100):
            store.write(record(f"k-{number}", ids={str(n): "x" * 50 for n in range(20)}))


def test_the_file_and_its_folder_are_private(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        used(Place(".procspec/state.db", tmp_path))
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / ".procspec").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / ".procspec/state.db").stat().st_mode) == 0o600


def test_one_file_is_the_whole_state(file: Path) -> None:
    """Nothing beside it, also while it is open: copying the file copies the records."""
    with closing(SqliteStore(file)) as store:
        store.write(record("another"))
        assert sorted(os.listdir(file.parent)) == ["state.db", "state.db.lineage"]


def test_an_absolute_path_and_a_path_with_signs_of_urls_are_taken_as_they_are(tmp_path: Path) -> None:
    for url in (str(tmp_path / "a b" / "ü?mode=memory#%20.db"), "rel ?x=1#/state.db"):
        with closing(open_store(url, tmp_path)) as store:
            store.write(record())
        assert (tmp_path / url).is_file()


def test_signs_of_unicode_in_keys(tmp_path: Path) -> None:
    with closing(open_store("state.db", tmp_path)) as store:
        written = store.write(record("ключ-🔑", environment="größe", id="\u202e\x00"))
        assert store.read("größe") == {"ключ-🔑": written}


# ------------------------------------------------------------------------------- found when it is opened


def refused(file: Path, words: str) -> StateError:
    before = file.read_bytes()
    with pytest.raises(StateError, match=words) as caught:
        SqliteStore(file)
    assert str(file) in caught.value.message
    assert caught.value.hint
    assert file.read_bytes() == before
    return caught.value


def test_an_empty_file_is_damage_and_no_fresh_start(file: Path) -> None:
    file.write_bytes(b"")
    refused(file, "damaged")


@pytest.mark.parametrize("share", [0.002, 0.02, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file(file: Path, share: float) -> None:
    fill(file)
    os.truncate(file, int(file.stat().st_size * share))
    refused(file, "damaged")


def test_a_file_with_a_page_of_rubbish(file: Path) -> None:
    fill(file)
    with file.open("r+b") as out:
        out.seek(3 * 4096)
        out.write(b"\xff" * 4096)
    refused(file, "damaged")


def test_a_file_that_is_no_database(file: Path) -> None:
    file.write_text("kind: Project\n" * 1000)
    refused(file, "damaged")


def test_a_database_of_another_program(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    execute(file, "CREATE TABLE songs (title TEXT)")
    refused(file, "another program")


@pytest.mark.parametrize("version", [0, 2, 1000])
def test_a_file_of_another_version(file: Path, version: int) -> None:
    execute(file, f"PRAGMA user_version = {version}")
    assert f"format {version}" in refused(file, "has format").message


def test_a_file_without_its_identity(file: Path) -> None:
    execute(file, "DELETE FROM store")
    refused(file, "damaged")


def test_a_file_without_its_tables(file: Path) -> None:
    execute(file, "DROP TABLE store")
    with pytest.raises(StateError, match="cannot be used"):
        SqliteStore(file)


def test_a_record_that_cannot_be_read(file: Path) -> None:
    execute(file, "UPDATE records SET body = '{'")
    with closing(SqliteStore(file)) as store, pytest.raises(StateError, match="cannot be read"):
        store.read("local")


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="not a file"):
        SqliteStore(tmp_path)


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(StateError, match="cannot be used"):
        SqliteStore(tmp_path / "x" / "state.db")


def test_a_folder_where_nothing_can_be_made() -> None:
    """/proc refuses root as well."""
    if not Path("/proc/self").is_dir():
        pytest.skip("no folder here that refuses root")
    with pytest.raises(StateError, match="cannot be used"):
        SqliteStore(Path("/proc/self/state.db"))


def test_a_journal_without_its_file_is_no_fresh_start(tmp_path: Path) -> None:
    (tmp_path / "state.db-journal").write_bytes(b"x")
    with pytest.raises(StateError, match="is gone, but its journal"):
        SqliteStore(tmp_path / "state.db")
    assert os.listdir(tmp_path) == ["state.db-journal"]


# --------------------------------------------------------------------------------- found while it is open


@pytest.mark.parametrize("replaced", [True, False])
def test_a_file_that_was_taken_away_is_not_written_to(file: Path, replaced: bool) -> None:
    """As by `git clean`: an id written into a file without a name would be lost."""
    with closing(SqliteStore(file)) as store:
        found = latest(store)
        file.unlink()
        if replaced:
            SqliteStore(file).close()
        with pytest.raises(StateError):
            store.write(found)


def test_another_program_that_is_writing_is_waited_for_and_then_named(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with closing(SqliteStore(file, patience=0.1)) as store:
            found = latest(store)
            with pytest.raises(Contended, match="busy"):
                store.write(found)
            other.execute("ROLLBACK")
            assert store.write(found).id == "p-1"


def test_a_disk_that_takes_no_more(file: Path) -> None:
    """The limit is the process's own, which a write meets as it would a full disk."""
    program = f"""
import resource, signal
from pathlib import Path
from procspec.errors import StateError
from procspec.state.sqlite import SqliteStore
from tests.state.stores import record
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = SqliteStore(Path({str(file)!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, resource.RLIM_INFINITY))
try:
    store.write(record("big", id="x" * 100_000))
except StateError as error:
    print(error.message)
print(sorted(store.read("local")))
store.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    told, keys = done.stdout.splitlines()
    assert "cannot be used" in told
    assert keys == "['close']"


def test_a_closed_store_says_so(file: Path) -> None:
    store = SqliteStore(file)
    store.close()
    store.close()
    with pytest.raises(StateError, match="closed"):
        store.read("local")


# ------------------------------------------------------------------------ found before anything is sent


def in_a_small_disk(folder: Path, script: str) -> str:
    """What a program prints that has a disk of 6 MB at `disk`; skips where no disk can be made."""
    (folder / "disk").mkdir()
    mount = f"mount -t tmpfs -o size=6m tmpfs {folder}/disk"
    inside = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    if subprocess.run([*inside, mount], capture_output=True, check=False).returncode:
        pytest.skip("no disk can be made here")
    program = f"""
import subprocess
from pathlib import Path
from procspec.errors import StateError
from procspec.state.sqlite import SqliteStore
from tests.state.stores import latest, record
disk = Path({str(folder)!r}) / "disk"
store = SqliteStore(disk / "state.db")
store.write(record(id="p-1"))
{script}
try:
    with store.lock("local", "apply"):
        print("locked")
except StateError as error:
    print(error.message, error.hint)
print(latest(store).id, store.holder("local"))
store.close()
"""
    (folder / "program.py").write_text(program)
    done = subprocess.run(
        [*inside, f"{mount} && exec {sys.executable} {folder}/program.py"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_disk_with_room_can_be_locked(tmp_path: Path) -> None:
    assert in_a_small_disk(tmp_path, "") == "locked\np-1 None\n"


@pytest.mark.parametrize("filled", [3_000_000, 6_000_000])
def test_a_disk_that_is_full_or_nearly_so_cannot_be_locked(tmp_path: Path, filled: int) -> None:
    fill = f"""
try:
    (disk / "other").write_bytes(bytes({filled}))
except OSError:
    pass
"""
    told = in_a_small_disk(tmp_path, fill)
    assert "cannot be used: No space left on device. The disk is full: make room." in told
    assert told.endswith("p-1 None\n")


def test_a_disk_that_takes_no_writes_cannot_be_locked(tmp_path: Path) -> None:
    remount = """
store.close()
subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
store = SqliteStore(disk / "state.db")
"""
    told = in_a_small_disk(tmp_path, remount)
    assert "cannot be used: Read-only file system. Check the folder" in told
    assert told.endswith("p-1 None\n")


def test_a_limit_that_leaves_no_room_is_met_at_the_lock(file: Path) -> None:
    program = f"""
import resource, signal
from pathlib import Path
from procspec.errors import StateError
from procspec.state.sqlite import SqliteStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = SqliteStore(Path({str(file)!r}))
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, resource.RLIM_INFINITY))
try:
    with store.lock("local", "apply"):
        print("locked")
except StateError as error:
    print(error.hint)
store.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "The disk is full: make room.\n"
    assert sorted(os.listdir(file.parent)) == ["state.db", "state.db.lineage"]


# ------------------------------------------------------------------------------- new, or only bereft


def opened(file: Path) -> tuple[str, str]:
    with closing(SqliteStore(file)) as store:
        return store.predecessor, store.begin_anew


def test_a_first_state_and_one_that_goes_on_have_no_predecessor(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    assert opened(file) == ("", "")
    used(Place("state.db", tmp_path))
    assert opened(file) == ("", "")
    (tmp_path / "state.db.bak").write_bytes(file.read_bytes())
    assert opened(file) == ("", "")


def test_a_state_that_was_deleted_is_remembered_until_somebody_settles_it(file: Path) -> None:
    whole = file.read_bytes()
    file.unlink()
    for key in ("imported-1", "imported-2"):
        told, way_out = opened(file)
        assert "state.db.lineage" in told
        assert str(file) in way_out and "backup" in way_out
        with closing(SqliteStore(file)) as store:
            store.write(record(key))  # as by `import`: the alarm stays
    file.write_bytes(whole)
    assert opened(file) == ("", "")


def test_a_deleted_state_may_be_given_up(file: Path) -> None:
    file.unlink()
    file.with_name("state.db.lineage").unlink()
    assert opened(file) == ("", "")


def test_a_state_that_nothing_was_written_to_may_be_deleted(tmp_path: Path) -> None:
    assert opened(tmp_path / "state.db") == ("", "")
    (tmp_path / "state.db").unlink()
    assert opened(tmp_path / "state.db") == ("", "")


@pytest.mark.parametrize("name", ["state.db.bak", "state.db-wal", "state.db~", "state.db.2024-10-01"])
def test_a_backup_beside_a_new_state(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert opened(tmp_path / "state.db")[0] == name


def test_a_restored_older_state_is_the_same_state(file: Path) -> None:
    whole = file.read_bytes()
    with closing(SqliteStore(file)) as store:
        store.write(record("another"))
    file.write_bytes(whole)
    assert opened(file) == ("", "")


# --------------------------------------------------------------------------------------- other kinds


@pytest.mark.parametrize(
    ("url", "words"), [("mysql://ana:hunter22@db/state", "no state store for mysql"), ("", "empty")]
)
def test_other_kinds_of_stores_are_refused_by_name(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(StateError, match=words) as caught:
        open_store(url, tmp_path)
    assert "hunter22" not in caught.value.message + caught.value.hint
    assert os.listdir(tmp_path) == []


def test_a_file_that_is_older_than_apply_records(file: Path) -> None:
    """It is asked for them without being changed: the place may be read-only."""
    fill(file)
    execute(file, "DROP TABLE IF EXISTS applies")
    before = file.read_bytes()
    with closing(SqliteStore(file)) as store:
        assert store.kept("local") == ()
        assert store.fetch("local", "20241231-120000-00aa") is None
        assert file.read_bytes() == before
        store.keep("local", "20241231-120000-00aa", "text")
        assert store.kept("local") == ("20241231-120000-00aa",)
