"""The places of JSON values: what stands at one is the value."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from procspec.model import Path
from procspec.policy.spans import places

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)


def below(value: Any, path: Path = ()) -> dict[Path, Any]:
    found = {path: value}
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, inner in entries:
        found |= below(inner, (*path, step))
    return found


@given(values, st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_every_value_is_where_its_place_says(value: Any, indent: int | str | None, ascii: bool) -> None:
    text = "\n " + json.dumps(value, indent=indent, ensure_ascii=ascii)
    found = places("f.json", text)
    lines = text.split("\n")
    assert found.keys() == below(value).keys()
    for path, inner in below(value).items():
        place = found[path]
        rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
        decoded, end = json.JSONDecoder().raw_decode(rest)
        assert decoded == inner
        assert place.width == max(1, min(end, len(lines[place.line - 1]) - place.column + 1))
