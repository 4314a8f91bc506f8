"""PostgreSQL itself: what the tables may be instead, what the wire may lose, what a message may not tell."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from procspec.errors import Contended, StateError
from procspec.state import StateStore, open_store
from procspec.state.postgres import PostgresStore
from tests.state import stores
from tests.state.proxy import Wire, wire
from tests.state.servers import PASSWORD, Postgres
from tests.state.stores import latest, record, used


@pytest.fixture
def database(postgres_server: Postgres, tmp_path: Path) -> str:
    """The URL of a store with one record in it."""
    place = stores.postgres(postgres_server, tmp_path)
    used(place)
    return place.url


def execute(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def another_account(database: str) -> tuple[str, str]:
    """The name of a new account, and the database as that account."""
    parts = urlsplit(database)
    name = f"u{parts.path[1:]}"
    execute(database, f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    return name, database.replace(parts.netloc, f"{name}:{PASSWORD}@{parts.netloc.rpartition('@')[2]}")


def refused(url: str, words: str) -> StateError:
    with pytest.raises(StateError, match=words) as caught:
        PostgresStore(url)
    assert caught.value.hint
    assert PASSWORD not in caught.value.message + caught.value.hint
    return caught.value


# ------------------------------------------------------------------------------- found when it is opened


def test_tables_of_another_version(database: str) -> None:
    execute(database, "UPDATE procspec.store SET version = 2")
    refused(database, "has format 2; this procspec knows 1")


@pytest.mark.parametrize("how", ["DELETE FROM procspec.store", "INSERT INTO procspec.store VALUES (1, 'b')"])
def test_tables_without_one_identity(database: str, how: str) -> None:
    execute(database, how)
    refused(database, "damaged: it has . identities")


def test_records_without_their_identity_are_no_fresh_start(database: str) -> None:
    execute(database, "DROP TABLE procspec.store")
    refused(database, "damaged: its identity is gone")


def test_a_record_and_a_lock_that_cannot_be_read(database: str) -> None:
    with closing(PostgresStore(database)) as store, store.lock("local", "apply"):
        execute(database, "UPDATE procspec.records SET body = '{'", "UPDATE procspec.locks SET body = '[]'")
        with pytest.raises(StateError, match="record of the state cannot be read"):
            store.read("local")
        with pytest.raises(StateError, match="lock of the state cannot be read"):
            store.holder("local")


def test_projects_share_a_database_by_schemas(database: str) -> None:
    mark = "&" if "?" in database else "?"
    with closing(open_store(f"{database}{mark}schema=second", Path())) as other:
        assert other.read("local") == {}
        other.write(record(id="p-2"))
    with closing(PostgresStore(database)) as store:
        assert other.lineage != store.lineage
        assert latest(store).id == "p-1"


@pytest.mark.parametrize("schema", ["", "A", "a-b", 'a"b', "a.b", "1a", "x" * 64])
def test_what_is_no_name_of_a_schema(schema: str) -> None:
    refused(f"postgresql://h/d?schema={schema}", "no name of a schema")


def test_both_names_of_the_scheme(database: str) -> None:
    with closing(open_store(database.replace("postgresql:", "postgres:"), Path())) as store:
        assert latest(store).id == "p-1"


def test_an_account_that_may_make_no_schema_finds_one_made_for_it(postgres_server: Postgres) -> None:
    database = postgres_server.database()
    name, mine = another_account(database)
    assert "permission denied" in refused(mine, "cannot be used").message
    execute(database, f"CREATE SCHEMA procspec AUTHORIZATION {name}")
    with closing(PostgresStore(mine)) as store, store.lock("local", "apply"):
        store.write(record())


# -------------------------------------------------------------------- found before anything is sent


def test_a_database_that_takes_no_writes(database: str) -> None:
    execute(database, f"ALTER DATABASE {urlsplit(database).path[1:]} SET default_transaction_read_only = on")
    with closing(PostgresStore(database)) as store:
        assert latest(store).id == "p-1"
        with pytest.raises(StateError, match="read-only") as caught, store.lock("local", "apply"):
            pass
        assert "takes no writes" in caught.value.hint


def test_a_database_that_forgets_commits(database: str) -> None:
    execute(database, f"ALTER DATABASE {urlsplit(database).path[1:]} SET synchronous_commit = off")
    with (
        closing(PostgresStore(database)) as store,
        pytest.raises(StateError, match="would lose ids"),
        store.lock("local", "apply"),
    ):
        pass


@pytest.mark.parametrize("right", ["INSERT", "UPDATE", "DELETE"])
def test_an_account_that_lacks_a_right_to_write(database: str, right: str) -> None:
    name, mine = another_account(database)
    execute(
        database,
        f"GRANT USAGE ON SCHEMA procspec TO {name}",
        f"GRANT ALL ON ALL TABLES IN SCHEMA procspec TO {name}",
        f"GRANT ALL ON ALL SEQUENCES IN SCHEMA procspec TO {name}",
        f"REVOKE {right} ON procspec.records FROM {name}",
    )
    with closing(PostgresStore(mine)) as store:
        assert latest(store).id == "p-1"
        with pytest.raises(StateError, match="permission denied") as caught, store.lock("local", "apply"):
            pass
        assert "grant" in caught.value.hint
        assert store.holder("local") is None


def test_the_rehearsal_leaves_nothing(database: str) -> None:
    with closing(PostgresStore(database)) as store:
        with store.lock("local", "apply"):
            pass
        with psycopg.connect(database) as connection:
            assert connection.execute("SELECT count(*) FROM procspec.records").fetchone() == (1,)


def test_leases_are_measured_by_the_servers_clock(database: str) -> None:
    """The holder's own clock is years behind: its lock holds all the same, and shows the server's time."""
    behind = """UPDATE procspec.locks SET body =
        regexp_replace(body, '"since": [0-9.]+, "until": [0-9.]+', '"since": 1.0, "until": 2.0')"""
    with closing(PostgresStore(database)) as one, one.lock("local", "apply") as holder:
        execute(database, behind)
        with closing(PostgresStore(database)) as other:
            assert other.holder("local") == holder
            with pytest.raises(Contended), other.lock("local", "apply"):
                pass


# ------------------------------------------------------------------------------ what the wire may lose


@pytest.fixture
def slow_wire(database: str) -> Iterator[Wire]:
    """A wire to the server that the URL names by a socket or by host and port."""
    parts = urlsplit(database)
    folder = parse_qs(parts.query).get("host", [""])[0]

    def connect() -> socket.socket:
        if not folder:
            return socket.create_connection((parts.hostname, parts.port or 5432))
        made = socket.socket(socket.AF_UNIX)
        made.connect(f"{folder}/.s.PGSQL.5432")
        return made

    with wire(connect) as made:
        yield made


@pytest.fixture
def wired(database: str, slow_wire: Wire) -> Iterator[StateStore]:
    parts = urlsplit(database)
    account = parts.netloc.rpartition("@")[0]
    url = f"postgresql://{account}@127.0.0.1:{slow_wire.port}{parts.path}?sslmode=disable&gssencmode=disable"
    with closing(PostgresStore(url)) as store:
        yield store


WRITES = {"create": b"INSERT INTO", "update": b"UPDATE", "delete": b"DELETE FROM"}


@pytest.mark.parametrize("lost", ["request", "answer"])
@pytest.mark.parametrize("what", WRITES)
def test_a_write_whose_connection_breaks_is_done_once(
    wired: StateStore, slow_wire: Wire, what: str, lost: str
) -> None:
    found = latest(wired)
    slow_wire.rules.append((WRITES[what] + b' "procspec".records', lost))
    if what == "delete":
        wired.delete(found)
        assert wired.read("local") == {}
    else:
        written = wired.write(replace(found, id="p-9") if what == "update" else record("new", id="p-9"))
        assert wired.read("local")[written.key] == written
        assert wired.write(replace(written, id="p-10")).id == "p-10"
    assert slow_wire.fired == 1


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_a_lock_whose_connection_breaks_is_taken_once(wired: StateStore, slow_wire: Wire, lost: str) -> None:
    slow_wire.rules.append((b'INSERT INTO "procspec".locks', lost))
    with wired.lock("local", "apply") as holder:
        assert wired.holder("local") == holder
        slow_wire.rules.append((b"DELETE", lost))
    assert slow_wire.fired == 2
    assert wired.holder("local") is None


def test_somebody_else_between_two_tries_is_not_taken_for_us(
    wired: StateStore, slow_wire: Wire, database: str
) -> None:
    found = latest(wired)
    with closing(PostgresStore(database)) as other:
        slow_wire.rules.append((b'UPDATE "procspec".records', "request"))
        theirs = other.write(replace(found, id="p-2"))
        with pytest.raises(Contended):
            wired.write(replace(found, id="p-2"))
        assert other.read("local") == {"close": theirs}


@pytest.mark.parametrize(("lost", "kept"), [("request, down", "p-1"), ("answer, down", "p-2")])
def test_a_server_that_stays_away_is_no_success(
    wired: StateStore, slow_wire: Wire, database: str, lost: str, kept: str
) -> None:
    found = latest(wired)
    slow_wire.rules.append((b'UPDATE "procspec".records', lost))
    with pytest.raises(StateError, match="cannot be used") as caught:
        wired.write(replace(found, id="p-2"))
    assert "may or may not be kept" in caught.value.hint
    with closing(PostgresStore(database)) as other:
        assert latest(other).id == kept
    slow_wire.down = False
    assert wired.write(replace(latest(wired), id="p-3")).id == "p-3"


def test_an_idle_connection_that_the_server_ended_is_made_again(database: str) -> None:
    end = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()"""
    with closing(PostgresStore(database)) as store:
        execute(database, end)
        found = latest(store)
        execute(database, end)
        assert store.write(replace(found, id="p-7")) == latest(store)


def test_nothing_is_left_in_a_session(wired: StateStore, slow_wire: Wire) -> None:
    """Every other statement meets a new session, as it may behind a pooler."""
    with wired.lock("local", "apply"):
        for number in range(3):
            slow_wire.rules += [(b"SELECT", "request"), (b'UPDATE "procspec".records', "request")]
            wired.write(replace(latest(wired), revision=number))
    assert latest(wired).revision == 2
    assert slow_wire.fired == 6


# ----------------------------------------------------------------------- what a message may not tell


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:hunter22@127.0.0.1:1/state",
        "postgresql://ana:hun@ter22@127.0.0.1:1/state",
        "postgresql://ana:hun/ter22@127.0.0.1:1/state",
        "postgresql://ana:hun?ter22@127.0.0.1:1/state",
        "postgresql://ana:hun#ter22@127.0.0.1:1/state",
        "postgresql://ana:hun ter22@127.0.0.1:1/state",
        "postgresql://ana:%zzter22@127.0.0.1:1/state",
        "postgresql://127.0.0.1:1/state?password=hunter22",
        "postgresql://127.0.0.1:1/state?passwort=hunter22",
        "postgresql://ana:hunter22@[::1/state",
        "postgresql://ana:ter22",
    ],
)
def test_no_message_tells_a_password(url: str) -> None:
    assert "ter22" not in str(refused(url, r"cannot be (used|read as the URL)").__dict__)


def test_a_wrong_password(database: str) -> None:
    _, mine = another_account(database)
    url = mine.replace(f":{PASSWORD}@", ":ter22@")
    assert "ter22" not in str(refused(url, "password authentication failed").__dict__)


def test_the_password_may_come_from_a_variable(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name, mine = another_account(database)
    execute(database, f"GRANT USAGE ON SCHEMA procspec TO {name}")
    execute(database, f"GRANT SELECT ON ALL TABLES IN SCHEMA procspec TO {name}")
    bare = mine.replace(f":{PASSWORD}@", "@")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with closing(PostgresStore(bare)) as store:
        assert latest(store).id == "p-1"
    monkeypatch.delenv("PGPASSWORD")
    services = tmp_path / "services"
    services.write_text(f"[state]\npassword={PASSWORD}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    with closing(PostgresStore(f"{bare}{'&' if '?' in bare else '?'}service=state")) as store:
        assert latest(store).id == "p-1"


def test_a_closed_store_says_so(database: str) -> None:
    store = PostgresStore(database)
    store.close()
    store.close()
    with pytest.raises(StateError, match="closed"):
        store.read("local")


def test_without_the_extra_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from pathlib import Path\nfrom procspec.errors import StateError\n"
        "from procspec.state import open_store\n"
        "try: open_store('postgresql://h/d', Path())\n"
        "except StateError as error: print(error.message, error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "extra `postgres`" in done.stdout


# ------------------------------------------------------------------------------------------- the applies


def test_tables_that_are_older_than_apply_records(database: str) -> None:
    execute(database, "DROP TABLE procspec.applies")
    with closing(PostgresStore(database)) as store:
        assert store.kept("local") == ()
        assert store.fetch("local", "20241231-120000-00aa") is None
        store.keep("local", "20241231-120000-00aa", "text")
        assert store.kept("local") == ("20241231-120000-00aa",)


def test_an_account_that_may_make_no_tables(database: str) -> None:
    """With the table it can keep apply records; without it, it is told who has to make it."""
    name, url = another_account(database)
    execute(database, f"GRANT USAGE ON SCHEMA procspec TO {name}")
    execute(database, f"GRANT ALL ON ALL TABLES IN SCHEMA procspec TO {name}")
    with closing(PostgresStore(url)) as store:
        store.keep("local", "20241231-120000-00aa", "text")
        assert store.fetch("local", "20241231-120000-00aa") == "text"
        execute(database, "DROP TABLE procspec.applies")
        with pytest.raises(StateError, match="may not make it") as caught:
            store.keep("local", "20241231-120000-00ab", "text")
        assert "owner" in caught.value.hint
        # What the hint says is all that it takes.
        made = re.search(r"CREATE TABLE .*;", caught.value.hint)
        grant = re.search(r"GRANT .* TO", caught.value.hint)
        assert made and grant
        execute(database, made[0], f"{grant[0]} {name}")
        store.keep("local", "20241231-120000-00ab", "text")
        assert store.fetch("local", "20241231-120000-00ab") == "text"
