"""The files of a run, and what became of a download, for people."""

from __future__ import annotations

from procspec.render.files import downloaded, failed, table


def test_a_table() -> None:
    assert table([]) == "No files."
    assert table([("a_b.pdf", "receipt"), ("c", "")]) == "FILE     VARIABLE\na_b.pdf  receipt\nc"


def test_nothing_of_a_server_is_passed_through() -> None:
    told = (
        table([("a\x1b[2J", "\u202ev")]),
        downloaded("a\x07", "out/\x9b1m", 1),
        failed("a\n", "::error::x\x1b", "\x00"),
    )
    for text in told:
        assert all(each.isprintable() or each == "\n" for each in text)
    assert told[1] == "downloaded  a\\x07 -> out/\\x9b1m  (1 byte)"
    assert downloaded("a", "out/a", 1234567).endswith("(1,234,567 bytes)")
