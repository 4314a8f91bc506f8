"""Diagnostics made at random, from what would act on a terminal, a reviewer or a runner of CI."""

from __future__ import annotations

from hypothesis import strategies as st

from procspec.model import Diagnostic, Location, Severity
from tests.test_hostile import NASTY

MADE_UP = [
    "[a](https://evil.example)",
    "\\[a](1)",
    "]]>",
    "<![CDATA[x",
    "&amp;&lt;",
    "a,col=1::x",
    "%2525%0D%3A",
]
TEXTS = st.one_of(
    st.sampled_from([*NASTY.values(), *MADE_UP, "\udcff", "a\udc80b"]),
    st.text(max_size=20, alphabet=st.characters(exclude_categories=["Cs"])),
    st.sampled_from(["There is no such person. Known: ana.", "One.", "Two."]),
)
FILES = st.one_of(
    st.sampled_from(["close.procspec.yaml", "sub/a b.procspec.yaml", "c:d.yaml", "sub/", "ä?#%41.yaml"]),
    TEXTS.map(lambda text: text.replace("\0", "_") or "a").filter(lambda text: text.strip("/") == text),
)
COUNTS = st.integers(1, 40)
COPIES = st.sampled_from(["", "", "close-us", "close-us/ar-[x](1)", "::error::x"])
PLACES = st.builds(Location, FILES, COUNTS, COUNTS, st.integers(0, 9), COPIES)
DIAGNOSTICS = st.builds(
    Diagnostic,
    rule=st.sampled_from(["unknown-person", "bad-date", "of-nobody", "team's rule ::error::x"]),
    summary=st.one_of(st.just("Unknown person"), TEXTS.map(lambda text: text or "Empty")),
    detail=TEXTS,
    place=st.none() | PLACES,
    severity=st.sampled_from(Severity),
    related=st.lists(PLACES, max_size=2).map(tuple),
)
FOUND = st.lists(DIAGNOSTICS, max_size=6)
