"""Sound YAML in any layout that people or machines may choose, the same for the same seed.

Written from the YAML specification, and from nothing of ours: other indentations, quotes, brackets over
several lines, blocks, anchors, and comments and empty lines wherever they may be.
"""

from __future__ import annotations

import json
from random import Random
from string import ascii_letters, digits

from procspec.model import Json

_WORDS = (
    *("Reconcile", "accounts", "over", "10,000", "USD:", "the", "${var.period}", "a#b", "it's", 'say "x"'),
    *("no", "yes", "2024-12-31", "WD+5", "- a", "? b", "[x]", "{y}", "&c", "*d", "%", "@", "`", "C:\\temp"),
    *("\u00e4\u00f6", "\u6f22\u5b57", "\U0001f600", "null-ish", "~x", "0123", "1e3x", "|", ">", "!", "a: b"),
)
_KEYS = ("kind", "name", "key", "job", "sendTask", "dueDate", "x y", "it's", "\u00e4", "a.b", "0", "true")
_PLAIN = frozenset(f"{ascii_letters}{digits} ${{}}.'-+\u00e4\u00f6\u6f22\u5b57")
_NUMBERS = ("1", "-3", "0x1F", "1.50", "1e3", "true", "False", "0o17", "+7")


def loose(draw: Random) -> tuple[str, list[str]]:
    """One document, a mapping or a list, and its comments in any order; lines may end in CR LF."""
    writer = _Writer(draw)
    data = _data(draw, 0)
    text = "\n".join(writer.document(data))
    text += draw.choice(("\n", "\n", "\n\n\n", "")) if writer.open_end else "\n"
    if writer.open_end and text.endswith("\n") and draw.random() < 0.3:
        text += draw.choice(("", "  ")) + writer.comment() + draw.choice(("", "\n", "\n\n"))
    if draw.random() < 0.1:
        text = "---\n" + text
    if draw.random() < 0.1:
        text = text.replace("\n", "\r\n")
    return "\ufeff" + text if draw.random() < 0.1 else text, writer.comments


def _data(draw: Random, depth: int) -> Json:
    if depth == 0 or (depth < 5 and draw.random() < 0.45):
        size = draw.randint(0 if depth else 1, 5)
        if draw.random() < 0.6:
            return {key: _data(draw, depth + 1) for key in draw.sample(_KEYS, size)}
        return [_data(draw, depth + 1) for _ in range(size)]
    return _Number(draw.choice(_NUMBERS)) if draw.random() < 0.2 else _text(draw)


class _Number(str):
    """Written as it is."""


def _text(draw: Random) -> str:
    lines = draw.choice((1, 1, 1, 1, 2, 4))
    size = draw.choice((1, 1, 2, 5, 30))
    made = [" ".join(draw.choices(_WORDS, k=draw.randint(1, size))) for _ in range(lines)]
    if draw.random() < 0.1:
        made.insert(draw.randint(1, lines), "")
    if draw.random() < 0.1:
        made[-1] += draw.choice((" ", "\n", "\n\n", "\t"))
    return "\n".join(made)


class _Writer:
    def __init__(self, draw: Random) -> None:
        self.draw = draw
        self.anchors: list[str] = []
        self.named = 0
        self.raw = False  # the last line belongs to a text: what is indented below it would, too
        self.open_end = True
        self.comments: list[str] = []

    def chance(self, share: float) -> bool:
        return self.draw.random() < share

    def spaces(self, least: int = 1) -> str:
        return " " * (least + self.draw.choice((0, 0, 0, 1, 3)))

    def document(self, data: Json) -> list[str]:
        lines = self.collection(data, 0) if data else [self.flow(data, 0)]
        self.open_end = not self.raw
        return [*self.noise(0), *lines] if lines[0].strip() else lines

    def noise(self, column: int) -> list[str]:
        """Empty lines and comments before a line at the column."""
        lines = []
        while self.chance(0.2):
            if self.raw:
                lines.append(" " * self.draw.randint(0, column) + self.comment())
                self.raw = self.chance(0.5)
            elif self.chance(0.4):
                lines.append(self.draw.choice(("", "", "  ")))
            else:
                lines.append(" " * self.draw.randint(0, column + 6) + self.comment())
        return lines

    def comment(self) -> str:
        said = self.draw.choice(("", " c", " a: b", "--- x", ' "quoted', " {", " | >", "\tt ", "#"))
        self.comments.append(f"#{said}{len(self.comments)}")
        return self.comments[-1]

    def tail(self) -> str:
        return f"{self.spaces()}{self.comment()}" if self.chance(0.2) else self.draw.choice(("", "", "  "))

    def collection(self, data: Json, column: int) -> list[str]:
        """A mapping or list that is not empty, in lines, the first of which is indented as the others."""
        lines: list[str] = []
        for item in data.items() if isinstance(data, dict) else data:
            if lines:
                lines += self.noise(column)
            is_field = isinstance(data, dict)
            lines += self.field(item[0], item[1], column) if is_field else self.entry(item, column)
        return lines

    def field(self, key: str, value: Json, column: int) -> list[str]:
        pad = " " * column
        if self.chance(0.03):
            first = f"{pad}? {self.short(key, in_brackets=False)}"
            return [first + self.tail(), *self.after(f"{pad}:", value, column, list_column=column + 1)]
        head = f"{pad}{self.short(key, in_brackets=False)}{self.draw.choice(('', '', '', ' '))}:"
        return self.after(head, value, column, list_column=column)

    def entry(self, value: Json, column: int) -> list[str]:
        dash = f"{' ' * column}-"
        if isinstance(value, dict | list) and value and not isinstance(value, str) and self.chance(0.7):
            gap = self.spaces()
            if self.chance(0.8):
                below = self.collection(value, column + 1 + len(gap))
                return [dash + gap + below[0].lstrip(" "), *below[1:]]
        return self.after(dash, value, column, list_column=column + 1)

    def after(self, head: str, value: Json, column: int, list_column: int) -> list[str]:
        """What follows a colon or a dash."""
        self.raw = False
        if self.anchors and self.chance(0.05):
            return [f"{head} *{self.draw.choice(self.anchors)}{self.tail()}"]
        anchor = ""
        if self.chance(0.05):
            self.named += 1
            anchor = f"a{self.named}"
            head += f"{self.spaces()}&{anchor}"
        lines = self.value(head, value, column, list_column)
        if anchor:
            self.anchors.append(anchor)
        return lines

    def value(self, head: str, value: Json, column: int, list_column: int) -> list[str]:
        if isinstance(value, dict | list) and value and self.chance(0.75):
            is_list = isinstance(value, list)
            inner = self.draw.randint(list_column if is_list else column + 1, column + 6)
            first = head + self.tail()
            return [first, *self.noise(inner), *self.collection(value, inner)]
        if isinstance(value, dict | list):
            lines = (head + self.spaces() + self.flow(value, column + 1)).split("\n")
            return [*lines[:-1], lines[-1] + self.tail()]
        if not isinstance(value, _Number) and self.chance(0.3):
            block = self.block(value, column)
            if block:
                self.raw = True
                return [head + self.spaces() + block[0], *block[1:]]
        if self.chance(0.1):
            head += self.tail() + "\n" + " " * (column + self.draw.randint(1, 5))
            lines = (head + self.scalar(value, column + 1)).split("\n")
        else:
            lines = (head + self.spaces() + self.scalar(value, column + 1)).split("\n")
        return [*lines[:-1], lines[-1] + self.tail()]

    def block(self, text: str, column: int) -> list[str]:
        body = text.rstrip("\n")
        if not body or "\t" in text:
            return []
        lines = body.split("\n")
        style = self.draw.choice("|>")
        keep = self.draw.choice(("", "-", "+"))
        by = self.draw.randint(1, 6)
        first = lines[0]
        digit = str(by) if first.startswith(" ") or self.chance(0.2) else ""
        head = (
            style
            + self.draw.choice((digit + keep, keep + digit))
            + (f"  {self.comment()}" if self.chance(0.3) else "")
        )
        made = [" " * (column + by) + line if line else "" for line in lines]
        if style == ">" and self.chance(0.3):
            made.insert(1, " " * (column + by + 2) + "deeper")
        return [head, *made, *[""] * self.draw.choice((0, 0, 1, 3))]

    def scalar(self, value: str, column: int) -> str:
        """A text in one of the flow styles, perhaps over several lines."""
        if isinstance(value, _Number):
            return str(value)
        text = self.short(value, in_brackets=False)
        if self.chance(0.2) and " " in value.strip() and "\n" not in text and "\\" not in text:
            words = text.split(" ")
            place = self.draw.randrange(1, len(words))
            around = words[place - 1 : place + 1]
            if all(word and word[0].isalpha() and word[-1].isalpha() for word in around):
                gap = "\n" * self.draw.choice((1, 1, 2)) + " " * (column + self.draw.randint(0, 5))
                return " ".join(words[:place]) + self.draw.choice(("", " ")) + gap + " ".join(words[place:])
        return text

    def short(self, text: str, *, in_brackets: bool) -> str:
        """A text on one line."""
        if isinstance(text, _Number):
            return str(text)
        plain = set(text) <= _PLAIN and text.strip() == text and text[:1].isalpha()
        plain = plain and not (in_brackets and set("{}") & set(text)) and text not in ("true", "null")
        choices = [json.dumps(text, ensure_ascii=max(text) < "\ud800" and self.chance(0.3))]
        if "\n" not in text:
            choices.append("'" + text.replace("'", "''") + "'")
        return self.draw.choice([*choices, *[text] * 3] if plain else choices)

    def flow(self, value: Json, column: int) -> str:
        """Brackets, perhaps over several lines, with comments inside."""
        if isinstance(value, str) or not isinstance(value, dict | list):
            return self.short(value, in_brackets=True)
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        if isinstance(value, dict):
            colon = self.draw.choice((": ", ":  ", " : "))
            items = [
                f"{self.short(key, in_brackets=True)}{colon}{self.flow(item, column)}"
                for key, item in value.items()
            ]
        else:
            items = [self.flow(item, column) for item in value]
        wide = self.chance(0.3)
        text = opening + self.gap(column, wide)
        for place, item in enumerate(items):
            comma = "," if place + 1 < len(items) or self.chance(0.1) else ""
            text += f"{item}{self.draw.choice(('', '', ' '))}{comma}{self.gap(column, wide) or ' '}"
        return text + closing

    def gap(self, column: int, wide: bool) -> str:
        if not wide or self.chance(0.4):
            return self.draw.choice(("", "", " "))
        pad = " " * (column + self.draw.randint(0, 5))
        inner = f"\n{pad}{self.comment()}" if self.chance(0.2) else self.draw.choice(("", "\n"))
        return f"{self.tail()}{inner}\n{pad}"
