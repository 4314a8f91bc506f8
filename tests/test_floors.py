"""The house of DESIGN section 6: imports only go down, httpx has one home, functions stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "procspec"
FLOORS = {
    "model": 0,
    "errors": 0.1,
    "digest": 0.1,
    "codec": 0.1,
    "loopback": 0.1,
    "moment": 0.1,
    "halt": 0.2,
    "redaction": 0.1,
    "workdays": 0.1,
    "source": 1,
    "reconcile": 1,
    "policy": 1,
    "state": 1,
    "http": 1,
    "render": 1,
    "providers": 2,
    "engine": 3,
    "cli": 4,
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports(path: Path) -> Iterator[str]:
    """Every module of ours that a file names in an import, lazy ones and those for types included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name_of(path)}.{node.name}", (node.end_lineno or 0) - node.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_down(path: Path) -> None:
    here = room_of(name_of(path))
    for target in imports(path):
        there = room_of(target) if target.startswith("procspec.") else ""
        if here in FLOORS and there in FLOORS and here != there:
            assert FLOORS[there] < FLOORS[here], f"{name_of(path)} imports {target}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_room_has_a_floor(path: Path) -> None:
    room = room_of(name_of(path))
    assert room in {"", "__main__", *FLOORS}


def test_render_is_imported_by_cli_alone() -> None:
    users = {
        room_of(name_of(path)) for path in MODULES for name in imports(path) if room_of(name) == "render"
    }
    assert users == {"cli", "render"}


def test_httpx_has_one_home() -> None:
    users = {name_of(path) for path in MODULES for name in imports(path) if name.split(".")[0] == "httpx"}
    assert users == {"procspec.http.wire"}


KIT = "procspec.providers.emulator"
EMULATORS = [path for path in MODULES if "emulator" in path.parts]


def test_the_kit_and_the_emulators_are_found() -> None:
    """Else the next test would say nothing."""
    assert {KIT, "procspec.providers.workiva.emulator"} <= {name_of(path) for path in EMULATORS}


@pytest.mark.parametrize("path", EMULATORS, ids=name_of)
def test_an_emulator_imports_nothing_of_ours_but_itself_and_the_kit(path: Path) -> None:
    """Shared code would let a bug confirm itself. The kit imports nothing but itself either."""
    home = name_of(path).partition(".emulator")[0] + ".emulator"
    for name in imports(path):
        ours = name.partition(".")[0] == "procspec"
        assert not ours or any(f"{name}.".startswith(f"{allowed}.") for allowed in (home, KIT)), (
            f"{name_of(path)} imports {name}"
        )


def test_functions_and_modules_stay_small() -> None:
    sizes = {name: size for path in MODULES for name, size in functions(path)}
    assert {name: size for name, size in sizes.items() if size >= 50} == {}
    engine = {name: size for name, size in sizes.items() if name.startswith("procspec.engine.")}
    assert engine
    assert {name: size for name, size in engine.items() if size >= 30} == {}
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length >= 400} == {}
