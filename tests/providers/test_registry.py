"""The registry is all that has to know a system, but for the schema, which must know the same ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from procspec import providers
from procspec.errors import UsageError
from procspec.providers.emulator import Emulator


def test_the_schema_has_the_same_providers() -> None:
    project = json.loads(Path(__file__).parents[2].joinpath("schemas/project.schema.json").read_text("utf-8"))
    listed = project["definitions"]["environment"]["properties"]["provider"]["enum"]
    assert sorted(listed) == sorted(providers.NAMES)


@pytest.mark.parametrize("name", providers.NAMES)
def test_every_system_has_a_provider_and_an_emulator(name: str) -> None:
    assert providers.get(name).name == name
    emulator = providers.emulator_of(name)
    assert isinstance(emulator, Emulator)
    assert callable(emulator.create_app(":memory:"))


def test_no_two_emulators_share_their_data(tmp_path: Path) -> None:
    found = {providers.emulator_of(name).database(tmp_path) for name in providers.NAMES}
    assert len(found) == len(providers.NAMES)
    assert {each.parent for each in found} == {tmp_path / ".procspec"}


def test_a_system_that_nobody_knows() -> None:
    for look in (providers.get, providers.emulator_of):
        with pytest.raises(UsageError, match="no provider 'nosuch'") as error:
            look("nosuch")
        assert "workiva, workingflow, apptor" in error.value.hint
