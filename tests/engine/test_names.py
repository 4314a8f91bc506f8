"""Names that servers show for files: none leaves the folder, and any file system takes them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procspec.engine.runtime.names import LONGEST, numbered, safe


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("receipt.pdf", "receipt.pdf"),
        ("Beleg März 2026.pdf", "Beleg März 2026.pdf"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\ana\\receipt.pdf", "receipt.pdf"),
        ("..\\..\\x", "x"),
        ("C:x", "C_x"),
        ("x.pdf:stream", "x.pdf_stream"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        ("a/", "file"),
        ("\0", "file"),
        ("a\0b", "ab"),
        ("a\nb\tc.txt", "a b c.txt"),
        ("\x1b[31mred.pdf", "[31mred.pdf"),
        ("fdp.\u202eexe", "fdp.exe"),
        ("zero\u200bwidth", "zerowidth"),
        ("half\ud800", "half"),
        (".ssh", "ssh"),
        ("  .. .bashrc", "bashrc"),
        ("trailing. . ", "trailing"),
        ("\u00a0\u3000x\u2003", "x"),
        ('a<b>c"d|e?f*g', "a_b_c_d_e_f_g"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("Aux .tar.gz", "_Aux .tar.gz"),
        ("COM1.pdf", "_COM1.pdf"),
        ("lpt³", "_lpt³"),
        ("conin$", "_conin$"),
        ("console.txt", "console.txt"),
        ("e\u0301.pdf", "é.pdf"),
        ("e\u200d\u0301.pdf", "é.pdf"),
        ("-rf", "-rf"),
    ],
)
def test_a_shown_name_is_made_safe(shown: str, name: str) -> None:
    assert safe(shown) == name


def test_a_long_name_keeps_its_end() -> None:
    assert safe("ä" * 300 + ".pdf") == "ä" * 98 + ".pdf"
    assert len(safe("x." + "y" * 300)) == LONGEST
    assert numbered(safe("x" * 300 + ".pdf"), 12).endswith("x (12).pdf")


@pytest.mark.parametrize(
    ("name", "second"),
    [("receipt.pdf", "receipt (2).pdf"), ("receipt", "receipt (2)"), ("a.tar.gz", "a.tar (2).gz")],
)
def test_a_second_one(name: str, second: str) -> None:
    assert numbered(name, 2) == second


@given(st.text(st.characters(), max_size=400), st.integers(2, 999))
def test_any_text_becomes_a_name(shown: str, number: int) -> None:
    for name in (safe(shown), numbered(safe(shown), number)):
        assert 0 < len(name.encode()) <= LONGEST
        assert not set(name) & set('/\\<>:"|?*\0')
        assert not any(unicodedata.category(each) in {"Cc", "Cf", "Cs"} for each in name)
        assert name[0] not in ". " and name[-1] not in ". "
    assert safe(safe(shown)) == safe(shown)
