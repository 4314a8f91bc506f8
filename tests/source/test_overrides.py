"""An environment with ids of its own has one for everybody, and for nobody else."""

from __future__ import annotations

from pathlib import Path

from procspec import source

PROJECT = """\
kind: Project
name: p
environments:
  local: {{provider: workiva, url: emulator}}
  production: {{provider: workiva, url: "https://api.app.wdesk.com", people: {people}}}
defaultEnvironment: local
people: {{ana: user-1, controller: user-2}}
"""


def found(tmp_path: Path, people: str, environment: str = "production") -> list[tuple[str, str]]:
    (tmp_path / "procspec.yaml").write_text(PROJECT.format(people=people), encoding="utf-8")
    loaded = source.load(tmp_path, environment=environment)
    assert loaded.project
    return [(one.rule, one.detail) for one in loaded.diagnostics]


def test_a_misspelt_override_is_told(tmp_path: Path) -> None:
    (left, other) = sorted(found(tmp_path, "{ana: V1, contrller: V2}"), reverse=True)
    assert left[0] == "person-without-id-here" and "controller" in left[1]
    assert other[0] == "person-of-one-environment" and 'Did you mean "controller"' in other[1]


def test_whole_and_empty_overrides_are_fine(tmp_path: Path) -> None:
    assert found(tmp_path, "{ana: V1, controller: V2}") == []
    assert found(tmp_path, "{}") == []
    assert found(tmp_path, "{ana: V1}", "local") == []
