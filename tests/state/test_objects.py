"""S3 itself: what the objects may be instead, what a service may not honour, what the wire may lose."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import obstore
import pytest
from obstore.store import S3Store

from procspec.errors import Contended, StateError
from procspec.state import StateStore, open_store
from procspec.state.objects import ObjectStore
from tests.state import servers, stores
from tests.state.proxy import Wire, wire
from tests.state.servers import PASSWORD
from tests.state.stores import latest, record, used


@pytest.fixture
def url(s3: servers.S3, tmp_path: Path) -> str:
    """A store with one record in it."""
    place = stores.s3(s3, tmp_path)
    used(place)
    return place.url


def raw(url: str) -> S3Store:
    """The objects of a store, as anybody can get at them."""
    local = os.environ["AWS_ENDPOINT_URL"].startswith("http:")
    return S3Store.from_url(url, client_options={"allow_http": local})


def refused(url: str, words: str) -> StateError:
    with pytest.raises(StateError, match=words) as caught:
        ObjectStore(url)
    assert caught.value.hint
    assert PASSWORD not in caught.value.message + caught.value.hint
    return caught.value


# ------------------------------------------------------------------------------- found when it is opened


def test_objects_of_another_version(url: str) -> None:
    obstore.put(raw(url), "procspec-state.json", b'{"version": 2, "lineage": "x", "new": true}')
    refused(url, "has format 2; this procspec knows 1")


def test_records_without_their_identity_are_no_fresh_start(url: str) -> None:
    obstore.delete(raw(url), "procspec-state.json")
    refused(url, "damaged: its identity is gone")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"serial": 1}', b'{"serial": 1, "token": "", "x": 1}'])
def test_objects_that_cannot_be_read(url: str, body: bytes) -> None:
    obstore.put(raw(url), "records/local/close.json", body)
    obstore.put(raw(url), "locks/local.json", body)
    with closing(ObjectStore(url)) as store:
        with pytest.raises(StateError, match="damaged: an object cannot be read"):
            store.read("local")
        with pytest.raises(StateError, match="damaged: an object cannot be read"):
            store.holder("local")
    obstore.put(raw(url), "procspec-state.json", body)
    refused(url, "has format None")


def test_prefixes_are_apart_and_may_be_deep_or_none(s3: servers.S3) -> None:
    name = secrets.token_hex(4)
    for place in (f"{name}", f"{name}/deep/er/", f"{name}x"):
        with closing(open_store(f"s3://{s3.bucket}/{place}", Path())) as store:
            assert store.read("local") == {}
            store.write(record(id=place))
    with closing(open_store(f"s3://{s3.bucket}/{name}", Path())) as store:
        assert latest(store).id == name


def test_a_bucket_that_is_not_there(s3: servers.S3) -> None:
    assert "Make the bucket" in refused("s3://no-such-bucket/state", "NoSuchBucket").hint


@pytest.mark.parametrize(
    "url", ["s3://", "s3:///x", "s3://key:ter22@bucket/x", "s3://b/x?secret=ter22", "s3://b/a b"]
)
def test_what_is_no_place_in_a_bucket(url: str) -> None:
    assert "ter22" not in str(refused(url, "not the URL of a place").__dict__)


# --------------------------------------------------------------------------- found before anything is sent


@pytest.fixture
def slow_wire(s3: servers.S3, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """A wire to the service, and the variable that leads every store over it."""
    parts = urlsplit(s3.endpoint)
    if parts.scheme != "http":
        pytest.skip("the wire cannot read along with TLS")
    with wire(lambda: socket.create_connection((parts.hostname, parts.port or 80))) as made:
        monkeypatch.setenv("PROCSPEC_S3_ENDPOINT", f"http://127.0.0.1:{made.port}")
        yield made


@pytest.mark.parametrize("ignored", [b"if-match", b"if-none-match", b"if-(none-)?match"])
def test_a_service_that_ignores_conditions_is_found_out_at_the_first_lock(
    slow_wire: Wire, url: str, ignored: bytes
) -> None:
    before = obstore.get(raw(url), "procspec-state.json").bytes()
    slow_wire.rewrite = lambda data: re.sub(b"(?i)\r\n" + ignored + b":", b"\r\nx-ignored:", data)
    with closing(ObjectStore(url)) as store:
        with pytest.raises(StateError, match="does not keep to conditions"), store.lock("local", "apply"):
            pass
        assert store.holder("local") is None
    assert obstore.get(raw(url), "procspec-state.json").bytes() == before


def test_a_service_that_honours_them_is_asked_once(slow_wire: Wire, url: str) -> None:
    sent: list[bytes] = []

    def note(data: bytes) -> bytes:
        sent.append(data)
        return data

    slow_wire.rewrite = note
    with closing(ObjectStore(url)) as store:
        for _ in range(2):
            with store.lock("local", "apply"):
                pass
    assert sum(b"PUT" in data and b"procspec-state.json" in data for data in sent) == 2


# ------------------------------------------------------------------------------ what the wire may lose


@pytest.mark.parametrize("lost", ["request", "answer"])
@pytest.mark.parametrize("what", ["create", "update", "delete"])
def test_a_write_whose_connection_breaks_is_done_once(
    slow_wire: Wire, url: str, what: str, lost: str
) -> None:
    with closing(ObjectStore(url)) as store:
        found = latest(store)
        wanted = replace(found, id="p-9") if what == "update" else record("new", id="p-9")
        slow_wire.rules.append((b"PUT ", lost))
        if what == "delete":
            store.delete(found)
            assert store.read("local") == {}
        else:
            written = store.write(wanted)
            assert store.read("local")[written.key] == written
            assert store.write(replace(written, id="p-10")).id == "p-10"
    assert slow_wire.fired == 1


@pytest.mark.parametrize("lost", ["request", "answer"])
def test_a_lock_whose_connection_breaks_is_taken_once(slow_wire: Wire, url: str, lost: str) -> None:
    with closing(ObjectStore(url)) as store:
        slow_wire.rules += [(b"locks/local.json", lost), (b"PUT ", lost)]
        with store.lock("local", "apply") as holder:
            assert store.holder("local") == holder
            slow_wire.rules.append((b"PUT ", lost))
        assert slow_wire.fired == 3
        assert store.holder("local") is None


def test_somebody_else_between_two_tries_is_not_taken_for_us(slow_wire: Wire, url: str) -> None:
    with closing(ObjectStore(url)) as one, closing(ObjectStore(url)) as other:
        found = latest(one)
        theirs = other.write(replace(found, id="p-2"))
        slow_wire.rules.append((b"PUT ", "request"))
        with pytest.raises(Contended):
            one.write(replace(found, id="p-2"))
        assert one.read("local") == {"close": theirs}


@pytest.mark.parametrize(("lost", "kept"), [("request, down", "p-1"), ("answer, down", "p-2")])
def test_a_service_that_stays_away_is_no_success(slow_wire: Wire, url: str, lost: str, kept: str) -> None:
    with closing(ObjectStore(url)) as store:
        found = latest(store)
        slow_wire.rules.append((b"PUT ", lost))
        with pytest.raises(StateError, match="cannot be used") as caught:
            store.write(replace(found, id="p-2"))
        assert "may or may not be kept" in caught.value.hint
        slow_wire.down = False
        assert latest(store).id == kept
        assert store.write(replace(latest(store), id="p-3")).id == "p-3"


# ------------------------------------------------------------------------------------- leases


def test_leases_are_measured_by_the_services_clock(url: str) -> None:
    """The holder's own clock is years behind: its lock holds all the same."""
    with closing(ObjectStore(url)) as one, closing(ObjectStore(url)) as other, one.lock("local", "apply"):
        objects = raw(url)
        lock = json.loads(bytes(obstore.get(objects, "locks/local.json").bytes()))
        lock["claim"] |= {"since": 1.0, "until": 2.0}
        obstore.put(objects, "locks/local.json", json.dumps(lock).encode())
        with pytest.raises(Contended), other.lock("local", "apply"):
            pass
        lock["claim"] |= {"until": time.time() + 10**6, "machine": "another"}
        obstore.put(objects, "locks/local.json", json.dumps({**lock, "lease": 0.1}).encode())
        with other.lock("local", "apply", timeout=30):
            assert other.holder("local")


def test_nothing_is_deleted(slow_wire: Wire, url: str) -> None:
    sent: list[bytes] = []

    def note(data: bytes) -> bytes:
        sent.append(data)
        return data

    slow_wire.rewrite = note
    with closing(ObjectStore(url)) as store, store.lock("local", "apply"):
        store.delete(latest(store))
    assert not [data for data in sent if data.startswith((b"DELETE", b"POST"))]


def test_what_did_not_change_is_not_read_again(slow_wire: Wire, url: str) -> None:
    with closing(ObjectStore(url)) as store, closing(ObjectStore(url)) as other:
        for number in range(5):
            store.write(record(f"k-{number}"))
        changed = replace(other.read("local")["k-3"], id="p-3")
        sent: list[bytes] = []

        def note(data: bytes) -> bytes:
            sent.append(data)
            return data

        store.read("local")
        other.write(changed)
        slow_wire.rewrite = note
        assert store.read("local")["k-3"].id == "p-3"
        assert [data.split()[1].decode() for data in sent if b"/records/local/" in data.split()[1]] == [
            f"/{urlsplit(url).netloc}{urlsplit(url).path}/records/local/k-3.json"
        ]


# ----------------------------------------------------------------------------- as whom, and to whom


@pytest.mark.parametrize("variable", ["PROCSPEC_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"])
def test_plain_http_is_for_loopback_only(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "http://storage.example.com:9000")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    refused("s3://bucket/x", "plain http to storage.example.com")


@pytest.mark.parametrize("value", ["storage", "ftp://x", "https://", "https://key:ter22@storage"])
def test_an_endpoint_that_is_none(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PROCSPEC_S3_ENDPOINT", value)
    assert "ter22" not in str(refused("s3://bucket/x", "not the URL of a service").__dict__)


def test_our_variable_goes_before_those_of_aws(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCSPEC_S3_ENDPOINT", os.environ["AWS_ENDPOINT_URL"])
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://127.0.0.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://127.0.0.1:1")
    with closing(ObjectStore(url)) as store:
        assert latest(store).id == "p-1"


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch, s3: servers.S3, tmp_path: Path) -> Path:
    """A folder for the files of the AWS command line, and no variables with keys."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    return tmp_path


@pytest.mark.parametrize("profile", ["", "team"])
def test_keys_may_come_from_a_profile(
    files: Path, slow_wire: Wire, monkeypatch: pytest.MonkeyPatch, profile: str, s3: servers.S3
) -> None:
    monkeypatch.setenv("AWS_PROFILE", profile)
    (files / "credentials").write_text(
        f"[{profile or 'default'}]\naws_access_key_id = AKIAFILE\naws_secret_access_key = {PASSWORD}%\n"
    )
    (files / "config").write_text(f"[{'profile team' if profile else 'default'}]\nregion = eu-central-1\n")
    sent: list[bytes] = []

    def note(data: bytes) -> bytes:
        sent.append(data)
        return data

    slow_wire.rewrite = note
    ObjectStore(f"s3://{s3.bucket}/{secrets.token_hex(4)}").close()
    assert all(
        re.search(rb"Credential=AKIAFILE/\d+/eu-central-1/s3", data) for data in sent if b" HTTP" in data
    )
    assert sent


def test_a_profile_that_is_not_there_or_is_a_login(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "team")
    assert "export-credentials" in refused("s3://bucket/x", "profile 'team' has no access keys").hint
    (files / "config").write_text("[profile team]\nsso_session = corp\nregion = eu-central-1\n")
    refused("s3://bucket/x", "profile 'team' has no access keys")


def test_a_file_of_keys_that_cannot_be_read_is_not_quoted(files: Path) -> None:
    (files / "credentials").write_text(f"aws_secret_access_key = {PASSWORD}\n")
    refused("s3://bucket/x", "credentials cannot be read")


def test_without_the_extra_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['obstore'] = None\n"
        "from pathlib import Path\nfrom procspec.errors import StateError\n"
        "from procspec.state import open_store\n"
        "try: open_store('s3://b/p', Path())\n"
        "except StateError as error: print(error.message, error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "extra `s3`" in done.stdout


def test_a_closed_store_says_so(url: str) -> None:
    store: StateStore = ObjectStore(url)
    store.close()
    store.close()
    for work in (lambda: store.read("local"), lambda: store.write(record()), lambda: store.holder("local")):
        with pytest.raises(StateError, match="closed"):
            work()
