"""The registry: one line a system."""

from __future__ import annotations

from procspec.errors import UsageError
from procspec.providers.base import Provider

NAMES = ("workiva",)


def get(name: str) -> Provider:
    """The provider of that name; raises UsageError when there is none."""
    if name == "workiva":
        from procspec.providers.workiva import Workiva

        return Workiva()
    raise UsageError(f"There is no provider {name!r}.", hint=f"Known providers: {', '.join(NAMES)}.")
