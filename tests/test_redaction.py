"""Secrets are blotted out by their values, in every spelling, and nothing else is touched."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from html import escape
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procspec.redaction import MARK, Redactor, masked

SECRET = "c4n/+ry \"'<&>%2F\\\\ö end"
SPELLINGS = {
    "as it is": SECRET,
    "percent": quote(SECRET, safe=""),
    "percent, small": re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quote(SECRET, safe="")),
    "percent, some": quote(SECRET),
    "percent, twice": quote(quote(SECRET)),
    "form": quote_plus(SECRET),
    "every octet": "".join(f"%{octet:02x}" for octet in SECRET.encode()),
    "json": json.dumps(SECRET),
    "json in json": json.dumps(json.dumps(SECRET)),
    "json, escaped": "".join(f"\\u{ord(character):04X}" for character in SECRET),
    "html": escape(SECRET),
    "html, numbers": "".join(f"&#{ord(character)};" for character in SECRET),
    "repr": repr(SECRET),
    "repr of bytes": repr(SECRET.encode()),
    "latin-1": SECRET.encode().decode("latin-1"),
    "base64": b64encode(SECRET.encode()).decode(),
    "base64 for URLs": urlsafe_b64encode(SECRET.encode()).decode(),
    "basic": b64encode(f"id-1:{SECRET}".encode()).decode(),
    "basic, encoded": b64encode(f"id-1:{quote_plus(SECRET)}".encode()).decode(),
    "basic, in percent": quote(b64encode(f"id-12:{SECRET}".encode()).decode(), safe=""),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_is_blotted_out(spelling: str) -> None:
    told = Redactor.of([SECRET]).text(f"The token {spelling} is wrong.")
    assert MARK in told
    assert spelling not in told
    assert spelling[4:-4] not in told


def test_keys_values_and_numbers() -> None:
    body: Any = {"12345678": [12345678, {"a": "x12345678y"}], "ok": [True, None, 1.5]}
    assert Redactor.of(["12345678"]).value(body) == {
        MARK: [MARK, {"a": f"x{MARK}y"}],
        "ok": [True, None, 1.5],
    }


def test_the_longer_of_two_secrets_goes_first() -> None:
    assert Redactor.of(["canary", "canary-longer"]).text("canary-longer") == MARK


def test_short_words_are_no_secrets() -> None:
    assert Redactor.of(["", "abc"]).text("abcabc") == "abcabc"
    assert Redactor.of(["emulator"], shortest=12).text("emulator") == "emulator"


def test_it_shows_nothing_of_itself() -> None:
    assert SECRET[:6] not in repr(Redactor.of([SECRET]))


@given(st.text())
def test_texts_without_a_secret_stay_as_they_are(text: str) -> None:
    assert Redactor.of(["canary-7f3a-token", "canary secret/1"]).text(text) == text


LINES = {
    "state: postgresql://ana:secret@db/close": "state: postgresql://ana:******@db/close",
    "state: postgresql://ana:s@c/r#t@db/close": "state: postgresql://ana:*******@db/close",
    "state: postgresql://db/close?password=secret&x=1": "state: postgresql://db/close?password=******&x=1",
    "url: https://api.example.com?api_key=secret": "url: https://api.example.com?api_key=******",
    "credentials: {token: s-cret, clientId: ACME_ID}": "credentials: {token: ******, clientId: ACME_ID}",
    'clientSecret: "s cret" # mine': "clientSecret: ******** # mine",
    "credentials: {apiKey: apk_1-x}": "credentials: {apiKey: *******}",
}
PLAIN = (
    "state: postgresql://ana@db:5432/close",
    "state: s3://bucket/prefix",
    "url: https://api.example.com:8443",
    "credentials: {token: ACME_TOKEN}",
    "  token: ACME_TOKEN # in CI",
    "title: Ask ana@example.com about: it",
)


@pytest.mark.parametrize("line", LINES)
def test_what_looks_like_a_secret_in_a_line_is_masked_and_its_columns_stay(line: str) -> None:
    assert masked(line) == LINES[line]
    assert len(masked(line)) == len(line)


@pytest.mark.parametrize("line", PLAIN)
def test_other_lines_are_shown_as_they_are(line: str) -> None:
    assert masked(line) == line
