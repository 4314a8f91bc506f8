"""Did you mean."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: object, known: Iterable[str]) -> str | None:
    """The one of `known` that somebody who wrote `word` most likely meant."""
    from difflib import get_close_matches

    folded = {name.casefold().replace("_", "").replace("-", ""): name for name in known}
    close = get_close_matches(str(word)[:100].casefold().replace("_", "").replace("-", ""), folded, 1, 0.6)
    return folded[close[0]] if close else None


def hint(word: object, known: Iterable[str], of: str = "") -> str:
    """` Did you mean "x"?`, or what there is to choose from, or nothing; `of` is told before each name."""
    names = list(known)
    meant = nearest(word, names)
    if meant is not None:
        return f' Did you mean "{of}{meant}"?'
    if not names:
        return ""
    shown = ", ".join(f'"{of}{name}"' for name in names[:12])
    return f" Known: {shown}{' and more' if len(names) > 12 else ''}."
