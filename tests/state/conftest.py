from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from procspec.state import LEASE, StateStore
from tests.state.stores import KINDS, Place


@pytest.fixture(params=sorted(KINDS))
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Place]:
    """Makes places for every kind of store."""

    def make(lease: float = LEASE) -> Place:
        return KINDS[request.param](tmp_path, lease)

    return make


@pytest.fixture
def place(places: Callable[..., Place]) -> Place:
    return places()


@pytest.fixture
def store(place: Place) -> Iterator[StateStore]:
    with closing(place.open()) as opened:
        yield opened
