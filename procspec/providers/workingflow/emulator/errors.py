"""What this emulator refuses, worded as in the table of 003, "Error Responses"."""

from __future__ import annotations

from procspec.providers.emulator.errors import Refusal


def unauthorized() -> Refusal:
    """401 for a key that nobody has, or that is switched off."""
    return Refusal(401, "Missing or inactive API key", code="UNAUTHORIZED")


def no_process() -> Refusal:
    """404 for a key of no definition; the id of an instance is none."""
    return Refusal(404, "Invalid process key", code="PROCESS_NOT_FOUND")


def no_instance() -> Refusal:
    """404 for an id of no instance; the key of a definition is none."""
    return Refusal(404, "Invalid process instance ID", code="INSTANCE_NOT_FOUND")


def no_file() -> Refusal:
    """404 for a name that is not a stored one of the instance."""
    return Refusal(404, "File does not exist in storage", code="FILE_NOT_FOUND")


def suspended() -> Refusal:
    """409."""
    return Refusal(409, "Process definition is suspended/inactive", code="PROCESS_SUSPENDED")


def start_form(key: str) -> Refusal:
    """422; the one error whose body is shown whole (003, "Start Process")."""
    message = f"Processes with start forms cannot be started via API: {key}"
    return Refusal(422, message, code="START_FORM_NOT_SUPPORTED")


def conflict(message: str) -> Refusal:
    """409 of a control endpoint: the thing exists, but is in a state that does not allow this."""
    return Refusal(409, message)
