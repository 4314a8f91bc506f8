"""The registry: one line a system."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import cast

from procspec.errors import UsageError
from procspec.providers.base import Provider

_PROVIDERS: Mapping[str, str] = {
    "workiva": "procspec.providers.workiva:Workiva",
    "workingflow": "procspec.providers.workingflow:Workingflow",
    "apptor": "procspec.providers.apptor:Apptor",
}


def get(name: str) -> Provider:
    """The provider of that name; raises UsageError when there is none."""
    if name not in _PROVIDERS:
        raise UsageError(f"There is no provider {name!r}.", hint=f"Known providers: {', '.join(_PROVIDERS)}.")
    module, _, maker = _PROVIDERS[name].partition(":")
    return cast(Provider, getattr(importlib.import_module(module), maker)())
