"""The JSON of the documents: of the page itself, and (`facts-`) what api-facts 3.3 and 3.4 say of others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DOCUMENTS = Path(__file__).parents[2] / "documents" / "apptor"


def example(name: str) -> Any:
    """A JSON example."""
    return json.loads((DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))
