"""The one layout of a YAML file, comments kept: lines are indented again, never broken or joined.

Written over the scanner's tokens: what stands between two tokens is white space and comments, so every
character of a file is accounted for. (ruamel.yaml loses comments inside of brackets and joins their lines.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from procspec.model import Diagnostic
from procspec.source.reader import decode, parser, read
from procspec.source.writer import plain, quoted

STEP: Final = 2
"""Columns that a mapping stands under its field, a list under its field, and a field under its dash."""
_APART: Final = 2
"""Columns between a value and the comment behind it, at least."""


class Unscannable(Exception):
    """The text holds something that this module does not know how to lay out."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A text in the canonical layout, and all comments in their order."""

    text: str
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Formatted:
    """What became of a file: its new bytes, or what is wrong with it, or why it is left alone."""

    raw: bytes | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    refusal: str = ""


def formatted(file: str, raw: bytes) -> Formatted:
    """The file in the canonical layout: UTF-8 without a byte order mark, lines that end with a line feed.

    The result is read back. Unless it has the same data and comments, and is its own layout, the file is
    to be left alone, and `refusal` says why.
    """
    document, diagnostics = read(file, raw)
    text, _ = decode(file, raw)
    if diagnostics or document is None or text is None:
        return Formatted(diagnostics=diagnostics)
    try:
        laid = layout(text)
        again = layout(laid.text)
    except Unscannable as error:
        return Formatted(refusal=str(error))
    new = laid.text.encode()
    other, problems = read(file, new)
    if problems or other is None or repr(other.data) != repr(document.data):
        return Formatted(refusal="Another layout would change its data.")
    if again != laid:
        return Formatted(refusal="Another layout would change its comments.")
    return Formatted(raw=new)


def comments(text: str) -> tuple[str, ...]:
    """All comments of a text that can be read, in their order."""
    return layout(text).comments


def layout(text: str) -> Laid:
    """The canonical layout of a text that `read` finds nothing wrong with.

    Two columns a level, a list under its field; one space where one is enough; no quotes where the text
    is plain without them; at most one empty line at once, none at either end. Comments keep their column
    if they stand behind something, and else stand with what follows or with the block that they end.
    Brackets stay brackets, and the lines of a text its lines. Raises `Unscannable`.
    """
    from yaml import YAMLError

    text = text.replace("\r\n", "\n")
    walk = _Walk(text)
    try:
        for token in _tokens(text):
            walk.take(token)
    except (YAMLError, IndexError) as error:
        raise Unscannable("Its layout is one that procspec does not know.") from error
    return Laid("\n".join(walk.lines) + "\n", tuple(walk.comments))


def _tokens(text: str) -> Iterator[Any]:
    from yaml import StreamEndToken

    scanner: Any = parser(text)
    scanner.get_token()
    while True:
        token = scanner.get_token()
        yield token
        if isinstance(token, StreamEndToken):
            return


@dataclass(frozen=True, slots=True)
class _Level:
    """A block mapping or list that is not closed yet, and its column before and after."""

    is_list: bool
    old: int
    new: int
    indentless: bool = False


class _Walk:
    """One walk over the tokens of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[str] = []
        self.comments: list[str] = []
        self.line: str | None = None  # the line that is being written
        self.shift = 0  # how far that line, or the last one of its text, has moved
        self.end = 0  # where the token before ends
        self.last = ""  # what the token before was
        self.levels: list[_Level] = []
        self.open_before: tuple[_Level, ...] = ()  # at the token before
        self.starts: list[Any] = []
        self.key = False
        self.depth = 0  # of brackets
        self.base = 0  # the column that brackets are counted from

    # ------------------------------------------------------------------------------------- structure

    def take(self, token: Any) -> None:
        name = type(token).__name__
        width = token.end_mark.index - token.start_mark.index
        if name in ("BlockMappingStartToken", "BlockSequenceStartToken"):
            self.starts.append(token)
        elif name == "BlockEndToken":
            self.leave_indentless()
            self.levels.pop()
        elif name == "KeyToken" and not width:
            self.begin_key()
        else:
            if name == "KeyToken":
                self.begin_key()
            self.place(token, name)

    def begin_key(self) -> None:
        self.key = True
        if not self.depth and not self.starts:
            self.leave_indentless()

    def leave_indentless(self) -> None:
        if self.levels and self.levels[-1].indentless:
            self.levels.pop()

    @property
    def top(self) -> int:
        """The column of the innermost block."""
        return self.levels[-1].new if self.levels else -STEP

    @property
    def below(self) -> int:
        """The column of a value that stands on a line of its own."""
        if self.depth:
            return self.base + STEP * self.depth
        return self.top + STEP

    # ---------------------------------------------------------------------------------------- tokens

    def place(self, token: Any, name: str) -> None:
        """Writes one token that can be seen."""
        gap = self.text[self.end : token.start_mark.index]
        fresh = self.line is None or "\n" in gap or name == "StreamEndToken"
        if fresh:
            self.open_levels(token, None)
            column = self.column(name)
            self.break_line(gap, token, name, column)
            self.line = " " * column
            self.shift = column - token.start_mark.column
        else:
            if gap.strip(" \t"):
                raise Unscannable("Its layout is one that procspec does not know.")
            self.line = f"{self.line}{self.space(name)}"
            self.open_levels(token, len(self.line))
        self.write(token, name, fresh)
        self.key = self.key and name in ("AnchorToken", "TagToken")
        self.last = name
        self.open_before = tuple(self.levels)

    def open_levels(self, token: Any, column: int | None) -> None:
        """The blocks that begin at a token: at this column, or, on a new line, where they belong."""
        for start in self.starts:
            new = max(self.top + STEP, 0) if column is None else column
            is_list = type(start).__name__ == "BlockSequenceStartToken"
            self.levels.append(_Level(is_list, start.start_mark.column, new))
        self.starts.clear()
        entry = type(token).__name__ == "BlockEntryToken" and not self.depth
        if entry and not (self.levels and self.levels[-1].is_list):
            self.levels.append(_Level(True, token.start_mark.column, self.top + STEP, indentless=True))

    def column(self, name: str) -> int:
        """Where the first token of a line begins."""
        if self.depth:
            return self.below - (STEP if name in ("FlowMappingEndToken", "FlowSequenceEndToken") else 0)
        if name in ("DirectiveToken", "DocumentStartToken", "DocumentEndToken", "StreamEndToken"):
            return 0
        if name in ("BlockEntryToken", "KeyToken", "ValueToken") or self.key:
            return max(self.top, 0)
        return max(self.below, 0)

    def space(self, name: str) -> str:
        """What stands between the token before and this one, on one line."""
        if self.last in ("FlowMappingStartToken", "FlowSequenceStartToken"):
            return ""
        if name == "ValueToken":
            return " " if self.last == "AliasToken" else ""
        tight = name in ("FlowMappingEndToken", "FlowSequenceEndToken", "FlowEntryToken")
        return "" if tight or not self.last else " "

    def write(self, token: Any, name: str, fresh: bool) -> None:
        written = self.text[token.start_mark.index : token.end_mark.index]
        self.end = token.end_mark.index
        if name in ("FlowMappingStartToken", "FlowSequenceStartToken"):
            if not self.depth:
                self.base = self.flow_base(fresh)
            self.depth += 1
        elif name in ("FlowMappingEndToken", "FlowSequenceEndToken"):
            self.depth -= 1
        elif name == "ScalarToken":
            if token.style in ("|", ">"):
                self.block(token, written)
                return
            if "\n" in written:
                self.several_lines(token, written)
                return
            written = spelled(token, written, in_brackets=self.depth > 0)
        self.line = f"{self.line}{written}"

    def flow_base(self, fresh: bool) -> int:
        if fresh and not self.key:
            return max(self.below, 0)
        in_list = bool(self.levels) and self.levels[-1].is_list
        return max(self.top + (STEP if in_list else 0), 0)

    # -------------------------------------------------------------------------- texts of several lines

    def several_lines(self, token: Any, written: str) -> None:
        """A plain or quoted text: its line breaks mean something, the white space around them nothing."""
        first, *middle, last = written.split("\n")
        column = max(self.below, 0)
        self.emit(f"{self.line}{_trimmed(first, token)}")
        for line in middle:
            text = _trimmed(line.lstrip(" \t"), token)
            self.emit(" " * column + text if text else "")
        stripped = last.lstrip(" \t")
        self.shift = column - (len(last) - len(stripped))
        self.line = " " * column + stripped

    def block(self, token: Any, written: str) -> None:
        """A text behind `|` or `>`: moved as it is, line by line."""
        head, _, body = written.partition("\n")
        written_header = head[: len(head) - len(head.lstrip("|>-+0123456789"))]
        old, header = self.block_column(written_header, body)
        lines = body.split("\n")
        if lines[-1] == "":
            lines.pop()
        elif "-" not in header and lines:
            header = header.replace("+", "") + "-"  # the file ends here without the line feed that is added
        if "+" not in header:
            while lines and len(lines[-1]) <= old and not lines[-1].strip(" "):
                lines.pop()
        self.end = token.start_mark.index + len(head) + sum(1 + len(line) for line in lines)
        self.line = f"{self.line}{header}"
        self.behind(head[len(written_header) :], token.start_mark.column + len(written_header))
        column = max(self.below, STEP)
        for line in lines:
            self.emit(str(self.line))
            kept = line[old:] if line[:old].strip(" ") == "" else line.lstrip(" ")
            self.line = " " * column + kept if kept else ""

    def block_column(self, header: str, body: str) -> tuple[int, str]:
        """Where the lines of a block begin now, and its header with the number that will be right."""
        digit = re.search(r"[0-9]", header)
        if digit:
            parent = self.levels[-1].old if self.levels else 0
            return parent + int(digit[0]), header.replace(digit[0], str(STEP))
        lines = (line for line in body.split("\n") if line.strip(" "))
        first = next(lines, None)
        if first is None:
            return max(map(len, body.split("\n"))), header
        return len(first) - len(first.lstrip(" ")), header

    # ------------------------------------------------------------------------- between the tokens

    def emit(self, line: str) -> None:
        self.lines.append(line)

    def behind(self, gap: str, column: int) -> None:
        """The comment on the line that is being written, if there is one; `column` is where the gap began."""
        comment = gap.strip(" \t")
        if not comment:
            return
        if not comment.startswith("#"):
            raise Unscannable("Its layout is one that procspec does not know.")
        line = str(self.line)
        at = column + len(gap) - len(gap.lstrip(" \t")) + self.shift
        self.comments.append(comment)
        self.line = line.ljust(max(at, len(line) + _APART)) + comment

    def break_line(self, gap: str, token: Any, name: str, column: int) -> None:
        """Ends a line, and writes the comments and at most one empty line before the next."""
        rest = gap.split("\n")
        if self.line is not None:
            start = self.end - (self.text.rfind("\n", 0, self.end) + 1)
            self.behind(rest.pop(0), start)
            self.emit(str(self.line))
        if rest and not rest[-1].strip(" \t"):
            rest.pop()  # what indents the token is no empty line
        self.between(rest, token, name, column)

    def between(self, rest: list[str], token: Any, name: str, column: int) -> None:
        blank = False
        for line in rest:
            comment = line.strip(" \t")
            if not comment:
                blank = True
                continue
            if not comment.startswith("#"):
                raise Unscannable("Its layout is one that procspec does not know.")
            self.comments.append(comment)
            self.empty(blank)
            blank = False
            indent = len(line) - len(line.lstrip(" \t"))
            self.emit(" " * self.comment_column(indent, token, name, column) + comment)
        self.empty(blank and name != "StreamEndToken")

    def empty(self, wanted: bool) -> None:
        if wanted and self.lines:
            self.emit("")

    def comment_column(self, old: int, token: Any, name: str, column: int) -> int:
        """With what follows, or with the innermost block that the comment reaches and that ends here."""
        if self.depth:
            return self.below
        ends = name in ("StreamEndToken", "DocumentEndToken")
        following = -1 if ends else token.start_mark.column
        blocks = (level for level in self.open_before if not level.indentless)
        reached = [level for level in blocks if following < level.old <= old]
        return reached[-1].new if reached else column


def spelled(token: Any, written: str, *, in_brackets: bool) -> str:
    """A text of one line without quotes that it does not need, else in double quotes if those are plainer."""
    if token.plain or not token.value:
        return written
    if plain(token.value, in_brackets=in_brackets):
        return str(token.value)
    if token.style == "'" and not set('"\\') & set(token.value):
        return quoted(token.value)
    return written


def _trimmed(line: str, token: Any) -> str:
    """Without the white space at its end, unless a backslash keeps some of it."""
    text = line.rstrip(" \t")
    return line if token.style == '"' and text.endswith("\\") else text
