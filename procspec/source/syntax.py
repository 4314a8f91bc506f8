"""What libyaml says about broken YAML, in plain words."""

from __future__ import annotations

from typing import Any, Final

from procspec.model import Location

_TAB = "A tab cannot indent YAML. Replace it by spaces."
_LIST = 'A list that was opened with "[" is not closed, or a comma is missing.'
_MAPPING = 'A mapping that was opened with "{" is not closed, or a comma is missing.'
_QUOTE = "A quote is opened here and never closed."
_INDENT = "This does not line up with what is above it"
_ADVICE: Final = (
    ("found a tab character", _TAB),
    (
        "mapping values are not allowed",
        'A second ":" in a value. Put the value in quotes, or check the indentation.',
    ),
    ("expected ',' or ']'", _LIST),
    ("expected ',' or '}'", _MAPPING),
    ("expected '-' indicator", 'An entry of a list was expected here, after "- ". Check the indentation.'),
    ("expected <block end>", f"{_INDENT}. Check the indentation."),
    ("did not find expected key", f"{_INDENT}, or a quote is missing. Check the indentation."),
    ("could not find expected ':'", 'A field needs a ":" and a space after its name.'),
    ("found unexpected end of stream", _QUOTE),
    ("found unexpected document indicator", _QUOTE),
    ("unknown escape", "In double quotes a backslash starts an escape. Write two, or use single quotes."),
    ("escape", "This escape does not name a character."),
    ("cannot start any token", "A value cannot start with this character. Put the value in quotes."),
    ("node content", "A value was expected here."),
    ("incompatible YAML document", "This version of YAML is not supported. Remove the %YAML line."),
    ("directive", 'A "%" starts a directive here. Put the value in quotes, or remove the line.'),
    ("expected <document start>", "Something follows the end of the document. Check the indentation."),
    (
        "expected alphabetic or numeric",
        "An anchor or alias needs a name. Put a value that starts so in quotes.",
    ),
    ("undefined tag handle", "Tags are not allowed. Remove it, and put the value in quotes if it is text."),
)
"""Words of libyaml, or of PyYAML's own parser, and ours; the first that fits."""
_WHOLE = ("',' or ']'", "',' or '}'", "end of stream", "document indicator")


def explain(file: str, text: str, error: Exception) -> tuple[Location, str]:
    """The place and the words for what the parser raised; whatever it raised."""
    said = str(getattr(error, "problem", None) or error).partition("\n")[0]
    mark = _mark(error, said)
    place = Location(file, 1, 1) if mark is None else _clamped(file, text, mark.line, mark.column)
    advice = next((advice for words, advice in _ADVICE if words in said), "")
    if "cannot start any token" in said and _at(text, place) == "\t":
        advice = _TAB
    return place, advice or f"The file is not YAML: {said}."


def _mark(error: Exception, said: str) -> Any:
    """Where the problem is; for what is never closed, where it was opened."""
    context = getattr(error, "context_mark", None)
    if context is not None and any(words in said for words in _WHOLE):
        return context
    return getattr(error, "problem_mark", None) or context


def _clamped(file: str, text: str, line: int, column: int) -> Location:
    """libyaml reports the end of the file on a line that nobody can look at."""
    lines = text.rstrip("\n").split("\n")
    if line >= len(lines):
        line, column = len(lines) - 1, len(lines[-1])
    return Location(file, line + 1, column + 1)


def _at(text: str, place: Location) -> str:
    line = text.split("\n")[place.line - 1]
    return line[place.column - 1 : place.column]
