"""fmt: which files, what is said, and what is left alone."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.conftest import Home

EXAMPLES = Path(__file__).parents[2] / "examples"
PROJECT = "kind: Project\nname: x\nenvironments:\n  local: {provider: workiva, url: emulator}\n"
LOOSE = "kind:  Process\nkey: a\nname: A   # what people see\nroot:\n    name: R\n    children: []\n"
TIGHT = "kind: Process\nkey: a\nname: A   # what people see\nroot:\n  name: R\n  children: []\n"


@pytest.fixture
def folder(home: Home) -> Home:
    home.write("procspec.yaml", PROJECT)
    home.write("sub/a.procspec.yaml", LOOSE)
    home.write("b.procspec.yaml", TIGHT)
    home.write("other.yaml", "x:   1\n")
    return home


def text(home: Home, name: str) -> str:
    return (home.folder / name).read_bytes().decode()


def test_the_projects_files_are_written_and_named(folder: Home) -> None:
    path = folder.folder / "sub/a.procspec.yaml"
    path.chmod(0o604)
    done = folder.ok("fmt")
    assert done.out == "sub/a.procspec.yaml\n" and done.err == ""
    assert text(folder, "sub/a.procspec.yaml") == TIGHT
    assert stat.S_IMODE(path.stat().st_mode) == 0o604
    assert os.listdir(path.parent) == ["a.procspec.yaml"]
    assert text(folder, "other.yaml") == "x:   1\n"
    assert folder.ok("fmt").out == ""


def test_check_writes_nothing(folder: Home) -> None:
    done = folder.run("fmt", "--check")
    assert (done.code, done.out) == (1, "sub/a.procspec.yaml\n")
    assert text(folder, "sub/a.procspec.yaml") == LOOSE
    folder.ok("fmt")
    assert folder.ok("fmt", "--check").out == ""


def test_paths_are_files_or_folders(folder: Home) -> None:
    sub, other = folder.folder / "sub", folder.folder / "other.yaml"
    assert folder.run("fmt", "--check", str(sub)).out == f"{sub / 'a.procspec.yaml'}\n"
    assert folder.ok("fmt", str(other)).out == f"{other}\n"
    assert text(folder, "other.yaml") == "x: 1\n"
    assert text(folder, "sub/a.procspec.yaml") == LOOSE
    assert folder.run("fmt", str(folder.folder / "nobody.yaml")).code == 64


def test_a_broken_file_is_reported_and_the_others_are_written(folder: Home) -> None:
    folder.write("c.procspec.yaml", "a: [1\n")
    done = folder.run("fmt")
    assert done.code == 3 and "c.procspec.yaml:1:4" in done.err and "invalid-yaml" in done.err
    assert text(folder, "c.procspec.yaml") == "a: [1\n"
    assert text(folder, "sub/a.procspec.yaml") == TIGHT


def test_a_file_that_would_not_stay_the_same_is_left(folder: Home) -> None:
    folder.write("c.procspec.yaml", "  ---\n")
    done = folder.run("fmt")
    assert done.code == 1 and "c.procspec.yaml is left alone: Another layout" in done.err
    assert text(folder, "c.procspec.yaml") == "  ---\n"


def test_carriage_returns_and_the_byte_order_mark_go(folder: Home) -> None:
    (folder.folder / "b.procspec.yaml").write_bytes(b"\xef\xbb\xbf" + TIGHT.replace("\n", "\r\n").encode())
    folder.ok("fmt")
    assert text(folder, "b.procspec.yaml") == TIGHT


def test_a_link_is_written_where_it_leads(folder: Home) -> None:
    (folder.folder / "c.procspec.yaml").symlink_to("sub/a.procspec.yaml")
    folder.ok("fmt")
    assert (folder.folder / "c.procspec.yaml").is_symlink()
    assert text(folder, "sub/a.procspec.yaml") == TIGHT


def test_a_link_to_elsewhere_is_not_followed(folder: Home, tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(LOOSE)
    (folder.folder / "c.procspec.yaml").symlink_to(outside)
    assert folder.run("fmt").code == 3
    assert outside.read_text() == LOOSE


def test_no_project_is_wrong_usage(home: Home) -> None:
    assert home.run("fmt").code == 64


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()))
def test_the_examples_need_nothing(home: Home, name: str) -> None:
    shutil.copytree(EXAMPLES / name, home.folder / name)
    assert home.ok("fmt", "--check", str(home.folder / name)).out == ""
