"""procspec: human workflows as code."""

__version__ = "0.1.0"
