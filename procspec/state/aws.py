"""Which S3 API, as whom: what the AWS command line would use, read from variables and its files.

Variables, web identity, container and instance credentials are found by the storage library itself. What
it does not read are the files of the AWS command line; keys in them are handed to it.
"""

from __future__ import annotations

import configparser
import contextlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from procspec.errors import StateError
from procspec.loopback import is_loopback

ENDPOINTS = ("PROCSPEC_S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
"""The variables that may name an S3-compatible service, the strongest first; else it is AWS."""

_ELSEWHERE = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)
_KEYS = {
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
}
_SECRETS: Mapping[str, str] = {
    "AWS_SECRET_ACCESS_KEY": "secret_access_key",
    "AWS_SESSION_TOKEN": "session_token",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "",
}
"""Variables, and what the storage library calls them where they come from a file."""
_LOGINS = ("sso_session", "sso_start_url", "role_arn", "credential_process", "login_session")


def endpoint(environ: Mapping[str, str]) -> str:
    """The URL of the service; "" for AWS. Raises `StateError` for plain http to another machine."""
    name = next((name for name in ENDPOINTS if environ.get(name)), "")
    url = _service(name, environ[name]) if name else urlsplit("")
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        raise StateError(
            f"{name} is plain http to {url.hostname}: everybody between could read and change the state.",
            hint="Use https; plain http is for loopback only.",
        )
    return environ[name] if name else ""


def _service(name: str, text: str) -> SplitResult:
    """The URL in a variable; raises `StateError` without it, as it may hold a secret."""
    with contextlib.suppress(ValueError):
        url = urlsplit(text)
        known = url.scheme in ("http", "https") and url.hostname and (url.port is None or url.port)
        if known and not url.username and not url.password:
            return url
    raise StateError(f"{name} is not the URL of a service.", hint="It has the form https://host:port.")


def secrets(environ: Mapping[str, str], config: Mapping[str, str]) -> tuple[str, ...]:
    """What nobody may read of the variables and of what `credentials` found."""
    ours = (config.get(name, "") for name in _SECRETS.values())
    return (*ours, *(environ.get(name, "") for name in _SECRETS))


def credentials(environ: Mapping[str, str]) -> dict[str, str]:
    """Keys and region from the files of the AWS command line, as far as no variable goes before them.

    Raises `StateError` for a profile that was asked for and is not there, or that has no keys but a login.
    """
    profile = environ.get("AWS_PROFILE") or "default"
    known = _section(_file(environ, "AWS_SHARED_CREDENTIALS_FILE", "credentials"), profile)
    config = _section(
        _file(environ, "AWS_CONFIG_FILE", "config"), profile if profile == "default" else f"profile {profile}"
    )
    found = {**config, **known}
    region = {"region": found["region"]} if found.get("region") and not _region(environ) else {}
    if any(environ.get(name) for name in _ELSEWHERE):
        return region
    keys = {ours: found[theirs] for theirs, ours in _KEYS.items() if found.get(theirs)}
    if not keys and (any(name in found for name in _LOGINS) or (environ.get("AWS_PROFILE") and not found)):
        raise StateError(
            f"The AWS profile {profile!r} has no access keys that procspec can read.",
            hint='Log in and run: eval "$(aws configure export-credentials --format env)"',
        )
    return {**region, **keys}


def _region(environ: Mapping[str, str]) -> str:
    return environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or ""


def _file(environ: Mapping[str, str], variable: str, name: str) -> Path:
    return Path(environ.get(variable) or Path("~/.aws") / name).expanduser()


def _section(path: Path, name: str) -> dict[str, str]:
    """One section of an ini file; empty where there is none. Its lines hold secrets: no error quotes them."""
    parser = configparser.RawConfigParser(strict=False, default_section="\n")
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeError, configparser.Error, RuntimeError):
        raise StateError(f"The AWS file {path} cannot be read.", hint="Check its form and mode.") from None
    return dict(parser[name]) if parser.has_section(name) else {}


def authority(environ: Mapping[str, str]) -> bytes | None:
    """The certificates in `AWS_CA_BUNDLE`, which are trusted beside those of the machine."""
    path = environ.get("AWS_CA_BUNDLE", "")
    try:
        return Path(path).read_bytes() if path else None
    except OSError as error:
        raise StateError(f"AWS_CA_BUNDLE cannot be read: {error.strerror}.") from error
