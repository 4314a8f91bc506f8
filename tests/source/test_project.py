"""Folders: which files are read, which environment is meant, and what a project is made of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from procspec.errors import UsageError
from procspec.model import Person
from procspec.source import find, load
from tests.source.spec import PROCESS, PROJECT, brief, write

PRODUCTION = """\
environments:
  local: {provider: workiva, url: emulator, clock: 2024-09-30}
  production:
    provider: workiva
    url: https://api.app.wdesk.com
    people: {ana: V1Z1, carl: {id: V1Z3, name: Carl}}
    credentials: {token: ACME_TOKEN}
"""


def key(name: str) -> str:
    return PROCESS.replace("key: close", f"key: {name}")


def test_find(tmp_path: Path) -> None:
    write(tmp_path, {"p/procspec.yaml": PROJECT, "p/a/b/x": ""})
    assert find(tmp_path / "p/a/b") == tmp_path / "p" == find(tmp_path / "p")
    with pytest.raises(UsageError) as caught:
        find(tmp_path)
    assert "procspec init" in caught.value.hint and "-C" in caught.value.hint


def test_a_folder_without_a_project(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        load(tmp_path)


def test_which_files_are_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "procspec.yaml": PROJECT,
            "b.procspec.yaml": key("b"),
            "a/z.procspec.yaml": key("az"),
            "a/c/y.procspec.yaml": key("acy"),
            "other/procspec.yaml": PROJECT,
            "other/x.procspec.yaml": "broken: [",
            ".hidden/x.procspec.yaml": "broken: [",
            ".x.procspec.yaml": "broken: [",
            "x.yaml": "broken: [",
        },
    )
    loaded = load(tmp_path)
    assert loaded.project is not None, brief(loaded.diagnostics)
    files = ["a/c/y.procspec.yaml", "a/z.procspec.yaml", "b.procspec.yaml"]
    assert [process.file for process in loaded.project.processes] == files
    assert set(loaded.texts) == {"procspec.yaml", *files} and loaded.texts["b.procspec.yaml"] == key("b")


def test_a_file_with_nearly_the_right_name(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, {"procspec.yaml": PROJECT, "a.procspec.yml": PROCESS}))
    assert loaded.project is not None and brief(loaded.diagnostics) == ["?1:1 unread-file"]


def test_links_and_pipes(tmp_path: Path) -> None:
    home = write(tmp_path / "home", {"procspec.yaml": PROJECT, "real/a.procspec.yaml": PROCESS})
    write(tmp_path / "away", {"secret.procspec.yaml": key("secret")})
    (home / "out.procspec.yaml").symlink_to(tmp_path / "away/secret.procspec.yaml")
    (home / "gone.procspec.yaml").symlink_to(home / "nowhere")
    (home / "folder").symlink_to(tmp_path / "away")
    os.mkfifo(home / "pipe.procspec.yaml")
    loaded = load(home)
    assert [d.place.file for d in loaded.diagnostics if d.place] == [
        "gone.procspec.yaml",
        "out.procspec.yaml",
        "pipe.procspec.yaml",
    ]
    assert {d.rule for d in loaded.diagnostics} == {"unreadable-file"}
    assert set(loaded.texts) == {"procspec.yaml", "real/a.procspec.yaml"}


def test_a_link_inside_of_the_project_is_followed(tmp_path: Path) -> None:
    write(tmp_path, {"procspec.yaml": PROJECT, "templates/close.yaml": PROCESS})
    (tmp_path / "a.procspec.yaml").symlink_to(tmp_path / "templates/close.yaml")
    loaded = load(tmp_path)
    assert loaded.project is not None and len(loaded.project.processes) == 1


def test_all_problems_of_all_files(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "procspec.yaml": PROJECT + "x: 1\n",
        "a.procspec.yaml": b"\xff",
        "b.procspec.yaml": "",
        "c.procspec.yaml": PROCESS + "x: 1\n",
        "d.procspec.yaml": PROCESS + "y: [\n",
    }
    loaded = load(write(tmp_path, files))
    assert loaded.project is None
    assert [str(d.place) for d in loaded.diagnostics] == [
        "a.procspec.yaml:1:1",
        "b.procspec.yaml:1:1",
        "c.procspec.yaml:9:1",
        "d.procspec.yaml:9:5",
        "procspec.yaml:14:1",
    ]
    assert set(loaded.texts) == set(files) - {"a.procspec.yaml"}


@pytest.mark.parametrize(
    "lines, argument, environ, chosen",
    [
        ("", None, {}, "local"),
        ("", "local", {}, "local"),
        ("environments: {only: {provider: workiva, url: emulator}}\n", None, {}, "only"),
        (PRODUCTION + "defaultEnvironment: production\n", None, {}, "production"),
        (PRODUCTION + "defaultEnvironment: production\n", None, {"PROCSPEC_ENV": "local"}, "local"),
        (PRODUCTION, "production", {"PROCSPEC_ENV": "local"}, "production"),
        (PRODUCTION, None, {"PROCSPEC_ENV": "local"}, "local"),
    ],
)
def test_the_environment(
    tmp_path: Path, lines: str, argument: str | None, environ: dict[str, str], chosen: str
) -> None:
    loaded = load(write(tmp_path, {"procspec.yaml": PROJECT + lines}), environment=argument, environ=environ)
    assert loaded.project is not None and loaded.project.environment.name == chosen


def test_environments_that_do_not_exist(tmp_path: Path) -> None:
    write(tmp_path, {"procspec.yaml": PROJECT + PRODUCTION})
    with pytest.raises(UsageError, match="prodction") as caught:
        load(tmp_path, environment="prodction")
    assert 'Did you mean "production"?' in caught.value.hint
    with pytest.raises(UsageError, match="PROCSPEC_ENV"):
        load(tmp_path, environ={"PROCSPEC_ENV": "x"})
    with pytest.raises(UsageError, match="several"):
        load(tmp_path)


def test_people_and_their_ids(tmp_path: Path) -> None:
    text = PROCESS.replace("{title: A}", "{title: A, assignee: ana, approver: carl}")
    write(tmp_path, {"procspec.yaml": PROJECT + PRODUCTION, "a.procspec.yaml": text})
    production = load(tmp_path, environment="production").project
    assert production is not None
    people = {name: (person.id, person.type, person.name) for name, person in production.people.items()}
    assert people == {
        "ana": ("V1Z1", "user", "Ana Ruiz"),
        "ben": ("user-2", "user", ""),
        "carl": ("V1Z3", "user", "Carl"),
    }
    assert (
        isinstance(production.people["ana"], Person)
        and str(production.people["ana"].place) == "procspec.yaml:19:19"
    )
    assert production.environment.credentials == {"token": "ACME_TOKEN"}
    (diagnostic,) = load(tmp_path, environment="local").diagnostics
    assert diagnostic.rule == "unknown-person" and "production" in diagnostic.detail


def test_the_rest_of_a_project(tmp_path: Path) -> None:
    project = load(write(tmp_path, {"procspec.yaml": PROJECT})).project
    assert project is not None
    assert (
        project.state == ".procspec/state.db" and project.name == "test" and project.folder == str(tmp_path)
    )
    assert project.calendars == {"us-close": {"businessDateExclusions": ["2024-12-25"]}}
    assert (project.environment.provider, project.environment.url) == ("workiva", "emulator")


def test_the_digest(tmp_path: Path) -> None:
    files = {"procspec.yaml": PROJECT + PRODUCTION, "a.procspec.yaml": PROCESS}

    def digest(folder: str, changed: dict[str, str], environment: str = "local", **variables: str) -> str:
        home = write(tmp_path / folder, {**files, **changed})
        project = load(home, environment=environment, variables=variables).project
        assert project is not None
        return project.digest

    first = digest("one", {})
    assert first == digest("two", {}) and len(first) == 64
    others = [
        digest("one", {}, "production"),
        digest("one", {}, period="2025-Q1"),
        digest("three", {"a.procspec.yaml": PROCESS + "# x\n"}),
        digest("four", {"b.procspec.yaml": key("b")}),
    ]
    assert len({first, *others}) == 5
