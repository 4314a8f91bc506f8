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


@pytest.mark.parametrize("options", [(), ("--check",)])
def test_a_named_file_that_is_not_yaml_is_refused_before_any_is_written(
    folder: Home, options: tuple[str, ...]
) -> None:
    policy = '{"$id": "no-drafts",\n "title": "T"}\n'
    json = folder.write("policies/no-drafts.schema.json", policy)
    done = folder.run("fmt", *options, str(folder.folder / "sub/a.procspec.yaml"), str(json))
    assert done.code == 64 and f"{json} is not a YAML file." in done.err
    assert text(folder, "policies/no-drafts.schema.json") == policy
    assert text(folder, "sub/a.procspec.yaml") == LOOSE


def test_a_named_yml_file_is_yaml(folder: Home) -> None:
    path = folder.write("other.yml", "x:   1\n")
    assert folder.ok("fmt", str(path)).out == f"{path}\n"
    assert text(folder, "other.yml") == "x: 1\n"


@pytest.fixture
def mono(home: Home) -> Home:
    """A folder of projects, one of them below another, and one that is hidden."""
    home.write("top.procspec.yaml", TIGHT)
    for name in ("a", "a/deep/inside", ".hidden", "a/.hidden"):
        home.write(f"{name}/procspec.yaml", PROJECT.replace(": x", ":   x"))
        home.write(f"{name}/sub/b.procspec.yaml", LOOSE)
    (home.folder / "link").symlink_to("a")
    return home


def test_a_named_folder_is_that_of_its_nested_projects_too(mono: Home) -> None:
    names = ["a/procspec.yaml", "a/sub/b.procspec.yaml"]
    names += ["a/deep/inside/procspec.yaml", "a/deep/inside/sub/b.procspec.yaml"]
    paths = [str(mono.folder / name) for name in names]
    done = mono.run("fmt", "--check", str(mono.folder))
    assert (done.code, done.out.splitlines()) == (1, paths)
    assert mono.ok("fmt", str(mono.folder)).out.splitlines() == paths
    assert text(mono, "a/deep/inside/sub/b.procspec.yaml") == TIGHT
    assert text(mono, ".hidden/sub/b.procspec.yaml") == text(mono, "a/.hidden/sub/b.procspec.yaml") == LOOSE
    done = mono.ok("fmt", "--check", str(mono.folder))
    assert (done.out, done.err) == ("", "")


def test_a_folder_with_nothing_to_format_is_said(home: Home) -> None:
    home.write("empty/notes.txt", "x")
    folder = home.folder / "empty"
    done = home.ok("fmt", "--check", str(folder))
    assert (done.out, done.err) == ("", f"note: there is nothing to format in {folder}.\n")


def test_an_empty_path_is_wrong_usage(folder: Home) -> None:
    """What a script gives whose variable is not set; it is not the folder that one stands in."""
    done = folder.run("fmt", "--check", "")
    assert done.code == 64 and "There is no file ''." in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_a_folder_that_cannot_be_read_is_no_green_check(mono: Home) -> None:
    mono.ok("fmt", str(mono.folder))
    for name in ("a/sub", "a/deep/inside"):
        path = mono.folder / name
        path.chmod(0o300)
        done = mono.run("fmt", "--check", str(mono.folder))
        path.chmod(0o700)
        assert done.code == 3 and str(path) in done.err and "unreadable-file" in done.err


def test_no_project_is_wrong_usage(home: Home) -> None:
    assert home.run("fmt").code == 64


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()))
def test_the_examples_need_nothing(home: Home, name: str) -> None:
    shutil.copytree(EXAMPLES / name, home.folder / name)
    assert home.ok("fmt", "--check", str(home.folder / name)).out == ""
