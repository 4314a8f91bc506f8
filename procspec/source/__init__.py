"""The source floor: YAML text -> documents with places, projects, expansion, checks.

Importing it is cheap: PyYAML and jsonschema are imported when the first file is read or checked.
"""

from __future__ import annotations

from procspec.source.expand import literal
from procspec.source.files import find
from procspec.source.project import Loaded, load
from procspec.source.reader import read
from procspec.source.rules import RULES
from procspec.source.schemas import names as schema_names
from procspec.source.schemas import schema
from procspec.source.writer import dump

__all__ = ["RULES", "Loaded", "dump", "find", "literal", "load", "read", "schema", "schema_names"]
