"""The folder of a download: whole files, over nothing that is there, and through no link."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from procspec.engine.runtime.folder import Folder
from procspec.errors import ProcspecError, Refused


def keep(folder: Folder, shown: str, content: bytes = b"new") -> Path:
    with folder.part() as part:
        part.stream.write(content)
        return folder.keep(part, shown)


def names(path: Path) -> list[str]:
    return sorted(os.listdir(path))


def test_a_file_is_kept_with_the_usual_mode(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        path = keep(Folder(tmp_path / "a" / "b", force=False), "receipt.pdf")
    finally:
        os.umask(before)
    assert path == tmp_path / "a" / "b" / "receipt.pdf"
    assert path.read_bytes() == b"new" and path.stat().st_mode & 0o777 == 0o644
    assert names(path.parent) == ["receipt.pdf"]


def test_nothing_is_replaced_without_force(tmp_path: Path) -> None:
    (tmp_path / "receipt.pdf").write_bytes(b"old")
    with pytest.raises(Refused, match=r"receipt\.pdf is there already") as error:
        keep(Folder(tmp_path, force=False), "receipt.pdf")
    assert "--force" in error.value.hint
    assert names(tmp_path) == ["receipt.pdf"] and (tmp_path / "receipt.pdf").read_bytes() == b"old"
    keep(Folder(tmp_path, force=True), "receipt.pdf")
    assert names(tmp_path) == ["receipt.pdf"] and (tmp_path / "receipt.pdf").read_bytes() == b"new"


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("goal", ["elsewhere.txt", "nowhere.txt"])
def test_a_link_is_not_followed(tmp_path: Path, force: bool, goal: str) -> None:
    (tmp_path / "elsewhere.txt").write_bytes(b"precious")
    out = tmp_path / "out"
    out.mkdir()
    (out / "receipt.pdf").symlink_to(tmp_path / goal)
    if force:
        keep(Folder(out, force=True), "receipt.pdf")
        assert not (out / "receipt.pdf").is_symlink()
    else:
        with pytest.raises(Refused):
            keep(Folder(out, force=False), "receipt.pdf")
    assert names(tmp_path) == ["elsewhere.txt", "out"] and names(out) == ["receipt.pdf"]
    assert (tmp_path / "elsewhere.txt").read_bytes() == b"precious"


def test_two_files_under_one_name(tmp_path: Path) -> None:
    folder = Folder(tmp_path, force=False)
    shown = ["r.pdf", "R.pdf", "../r.pdf", "r (2).pdf"]
    kept = [keep(folder, name, name.encode()).name for name in shown]
    assert kept == ["r.pdf", "R (2).pdf", "r (3).pdf", "r (2) (2).pdf"]
    assert [(tmp_path / name).read_bytes().decode() for name in kept] == shown


def test_what_is_not_kept_is_gone(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Folder(tmp_path, force=False).part() as part:
        part.stream.write(b"half")
        assert len(names(tmp_path)) == 1 and names(tmp_path)[0].startswith(".")
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "directory.pdf").mkdir()
    for path, shown in ((tmp_path / "file", "a"), (tmp_path / "file" / "b", "a")):
        with pytest.raises(ProcspecError, match="cannot be written"):
            keep(Folder(path, force=True), shown)
    with pytest.raises(ProcspecError, match="cannot be written"):
        keep(Folder(tmp_path, force=True), "directory.pdf")
    with pytest.raises(Refused):
        keep(Folder(tmp_path, force=False), "directory.pdf")
    assert names(tmp_path) == ["directory.pdf", "file"]


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT and some network shares: the operating system says so, which no test can make it do."""

    def no_links(*paths: Path, follow_symlinks: bool) -> None:
        raise OSError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", no_links)
    assert keep(Folder(tmp_path, force=False), "receipt.pdf").read_bytes() == b"new"
    with pytest.raises(Refused):
        keep(Folder(tmp_path, force=False), "receipt.pdf", b"newer")
    assert names(tmp_path) == ["receipt.pdf"] and (tmp_path / "receipt.pdf").read_bytes() == b"new"
