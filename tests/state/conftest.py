from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from procspec.state import LEASE, StateStore
from tests.state import servers, stores
from tests.state.stores import Place


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[servers.Postgres]:
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[servers.S3]:
    with servers.s3() as server:
        yield server


@pytest.fixture
def s3(s3_server: servers.S3, monkeypatch: pytest.MonkeyPatch) -> servers.S3:
    """The service, with the variables that lead to it set, and others of AWS gone if it is our own."""
    for name in ("AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_SESSION_TOKEN") if s3_server.is_ours else ():
        monkeypatch.delenv(name, raising=False)
    for name, value in s3_server.environ.items():
        monkeypatch.setenv(name, value)
    return s3_server


@pytest.fixture(params=stores.KINDS)
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Place]:
    """Makes places for every kind of store."""

    def make(lease: float = LEASE) -> Place:
        if request.param == "postgres":
            return stores.postgres(request.getfixturevalue("postgres_server"), tmp_path, lease)
        if request.param == "s3":
            return stores.s3(request.getfixturevalue("s3"), tmp_path, lease)
        return stores.sqlite(tmp_path, lease)

    return make


@pytest.fixture
def place(places: Callable[..., Place]) -> Place:
    return places()


@pytest.fixture
def store(place: Place) -> Iterator[StateStore]:
    with closing(place.open()) as opened:
        yield opened
