"""Bad input: a located message and exit 3, nothing sent, nothing written, no traceback."""

from __future__ import annotations

import pytest

from tests.conftest import Home

GOOD = """\
kind: Process
key: first
name: First
root:
  name: Root
  children:
    - job: one
      sendTask: {title: One, assignee: ana}
"""

BAD: dict[str, tuple[bytes, str]] = {
    "not UTF-8": (b"kind: Process\nkey: \xff\xfe\n", "2:6"),
    "empty": (b"", "1:1"),
    "several documents": (b"kind: Process\n---\nkey: a\n", "2:1"),
    "a duplicate key": (GOOD.encode().replace(b"name: First", b"name: First\nname: Again"), "4:1"),
    "a tag": (GOOD.encode().replace(b"name: First", b"name: !!python/name:os.system x"), "3:7"),
    "a cycle": (b"kind: &a\n  - *a\n", "2:5"),
    "an alias bomb": (
        b"a: &a [x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (n, n, b", ".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 110)),
        "",
    ),
    "30,000 nested brackets": (b"kind: " + b"[" * 30_000 + b"]" * 30_000, "1:"),
    "an impossible date": (
        GOOD.encode().replace(b"name: First", b"name: First\ndueDate: 2024-02-30"),
        "4:10",
    ),
    "a control character": (GOOD.encode().replace(b"name: First", b'name: "Fi\\x07rst"'), "3:7"),
    "a misspelt field": (GOOD.encode().replace(b"title: One", b"titel: One"), "8:18"),
    "an unknown person": (GOOD.encode().replace(b"assignee: ana", b"assignee: anna"), "8:40"),
    "an unknown variable": (GOOD.encode().replace(b"name: First", b"name: ${var.nme}"), "3:7"),
    "two jobs of one key": (
        GOOD.encode() + b"    - job: one\n      sendTask: {title: Two, assignee: ana}\n",
        "9:12",
    ),
    "a job without an action": (GOOD.encode() + b"    - job: two\n", "9:"),
    "a job with two actions": (
        GOOD.encode() + b"    - job: two\n      sendTask: {title: A}\n      contentRequest: {title: B}\n",
        "",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_located(home: Home, name: str) -> None:
    raw, place = BAD[name]
    home.write(
        "procspec.yaml", "kind: Project\nname: bad\npeople: {ana: user-1}\nvariables: {name: {default: x}}\n"
    )
    (home.folder / "bad.procspec.yaml").write_bytes(raw)
    for command in (["validate"], ["plan"], ["apply", "--auto-approve"]):
        result = home.run(*command)
        assert result.code == 3, result.out + result.err
        assert f"bad.procspec.yaml:{place}" in result.err
        assert "Traceback" not in result.err
        assert result.out == ""
    assert sorted(path.name for path in home.folder.iterdir()) == ["bad.procspec.yaml", "procspec.yaml"]


def test_two_processes_of_one_key(home: Home) -> None:
    home.write("procspec.yaml", "kind: Project\nname: bad\npeople: {ana: user-1}\n")
    home.write("a.procspec.yaml", GOOD)
    home.write("b.procspec.yaml", GOOD)
    result = home.run("apply", "--auto-approve")
    assert result.code == 3
    assert "b.procspec.yaml:2:6" in result.err and "a.procspec.yaml:2:6" in result.err


def test_all_problems_of_all_files_are_told_at_once(home: Home) -> None:
    home.write("procspec.yaml", "kind: Project\nnme: bad\n")
    home.write("a.procspec.yaml", GOOD.replace("title", "titel"))
    home.write("b/b.procspec.yaml", GOOD.replace("name: Root", "name: Root\n  paralel: true"))
    result = home.run("validate")
    assert result.code == 3
    places = [line.partition(": ")[0] for line in result.err.splitlines() if ": error: " in line]
    assert places == sorted(places)
    assert {place.partition(":")[0] for place in places} == {
        "procspec.yaml",
        "a.procspec.yaml",
        "b/b.procspec.yaml",
    }


def test_a_project_without_copies_is_not_one_without_files(home: Home) -> None:
    home.write("procspec.yaml", "kind: Project\nname: empty\npeople: {ana: user-1}\n")
    assert home.ok("validate").out.endswith(" No file here ends in .procspec.yaml.\n")
    each = GOOD.replace("key: first", "key: first-${each.key}\nforEach: {}")
    home.write("first.procspec.yaml", each)
    told = home.ok("validate")
    assert told.out == "Valid: 0 processes for the environment local.\n"
    assert "first.procspec.yaml:3:1: warning" in told.err and "[empty-for-each]" in told.err


def test_a_region_without_a_name_is_located_by_every_command(home: Home) -> None:
    home.write("first.procspec.yaml", GOOD)
    home.write("procspec.yaml", "kind: Project\nname: x\npeople: {ana: u}\ncalendars: {c: {holidays: ''}}\n")
    for command in (["validate"], ["plan"], ["apply", "--auto-approve"]):
        result = home.run(*command)
        assert result.code == 3 and "procspec.yaml:4:27: error" in result.err
        assert "Traceback" not in result.err
