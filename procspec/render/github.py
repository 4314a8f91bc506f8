"""Diagnostics as workflow commands of GitHub Actions, which shows them at their lines in a pull request.

The form and its escapes are those of GitHub's "Workflow commands for GitHub Actions": in the message `%`,
CR and LF are written as `%25`, `%0D` and `%0A`, in a property also `:` and `,` as `%3A` and `%2C`.
"""

from __future__ import annotations

from collections.abc import Iterable

from procspec.model import Diagnostic
from procspec.render.visible import visible

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def github(found: Iterable[Diagnostic]) -> str:
    """A line for each, in the order given; empty when nothing was found.

    What came from a file is made visible first, so it has no line of its own and nothing that acts.
    """
    return "\n".join(map(_command, found))


def _command(one: Diagnostic) -> str:
    title = {"title": f"{one.summary} [{one.rule}]"}
    given = ",".join(f"{name}={_property(text)}" for name, text in {**_place(one), **title}.items())
    return f"::{one.severity.value} {given}::{_message(one)}"


def _place(one: Diagnostic) -> dict[str, str]:
    """Where the annotation goes; one without a place goes to the summary of the run."""
    if one.place is None:
        return {}
    return {"file": one.place.file, "line": str(one.place.line), "col": str(one.place.column)}


def _message(one: Diagnostic) -> str:
    copy = f"Copy: {one.place.copy}." if one.place and one.place.copy else ""
    others = f"See also {', '.join(map(str, one.related))}." if one.related else ""
    return visible(" ".join(filter(None, (one.detail or one.summary, copy, others)))).translate(_DATA)


def _property(text: str) -> str:
    return visible(text).translate(_PROPERTY)
