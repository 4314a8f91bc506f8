"""Objects below one prefix of a bucket, written only under a condition; the one user of obstore."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from procspec.errors import StateError
from procspec.redaction import Redactor
from procspec.state import aws

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import ClientConfig, RetryConfig, S3Store

_CLIENT: ClientConfig = {"connect_timeout": "10s", "timeout": "30s", "allow_invalid_certificates": False}
_RETRIES: RetryConfig = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=60),
    "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=5)},
}
"""The library sends PUTs again as well. All of ours are conditional, so only one of them can count."""


@dataclass(frozen=True, slots=True)
class Found:
    """An object: what is in it, which version of it that is, and when the server wrote it (epoch)."""

    body: bytes
    etag: str
    modified: float


class Bucket:
    """What is below `s3://bucket/prefix`. Thread-safe.

    Every method raises `StateError` when the service refuses or cannot be reached.
    """

    def __init__(self, url: str) -> None:
        self.name, self._prefix = _parts(url)
        self.place = f"s3://{self.name}/{self._prefix}".rstrip("/")
        endpoint, config = aws.endpoint(os.environ), aws.credentials(os.environ)
        self._redactor = Redactor.of(aws.secrets(os.environ, config))
        with self._explained():
            self._store = _connect(self.name, self._prefix, endpoint, config)

    def get(self, path: str) -> Found | None:
        """The object at a path; None when there is none."""
        import obstore

        with self._explained():
            try:
                answer = obstore.get(self._store, path)
                body, meta = bytes(answer.bytes()), answer.meta
            except FileNotFoundError as error:
                if "NoSuchBucket" in str(error):
                    raise
                return None
        return Found(body, meta["e_tag"] or "", meta["last_modified"].timestamp())

    def swap(self, path: str, body: bytes, etag: str | None) -> str | None:
        """Writes if the object still is the one with that etag (None: if there is none); its new etag.

        None when it is another one by now. `body` must be like no other body ever written: an answer that
        got lost, or that answers a second try of the library's, is settled by reading the object again.
        """
        failure: StateError | None = None
        try:
            written = self.put(path, body, {"e_tag": etag} if etag is not None else "create")
            if written:
                return written
        except StateError as error:
            failure = error
        found = self.get(path)
        if found and found.body == body:
            return found.etag
        if failure:
            raise failure
        return None

    def put(self, path: str, body: bytes, mode: PutMode) -> str | None:
        """Writes in that mode; the new etag, or None when its condition does not hold."""
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        with self._explained():
            try:
                return obstore.put(self._store, path, body, mode=mode, use_multipart=False)["e_tag"] or ""
            except (AlreadyExistsError, PreconditionError) as error:
                if "NoSuchBucket" in str(error):
                    raise
                return None

    def list(self, folder: str) -> dict[str, str]:
        """Path and etag of all objects below a folder, over as many pages as there are."""
        import obstore

        with self._explained():
            pages = obstore.list(self._store, folder)
            return {meta["path"]: meta["e_tag"] or "" for page in pages for meta in page}

    def delete(self, paths: Sequence[str]) -> None:
        """Deletes objects, whatever is in them: for what nobody swaps."""
        import obstore

        with self._explained():
            if paths:
                obstore.delete(self._store, paths)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns what the library raises into an error for people."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, OSError, ValueError) as error:
            # Not `from error`: its text has whole answers of the service in it.
            raise _error(self.place, self._redactor.text(str(error))) from None


def _parts(url: str) -> tuple[str, str]:
    """Bucket and prefix; raises `StateError`, without the URL, as it may hold a secret."""
    found = re.fullmatch(r"s3://([A-Za-z0-9][A-Za-z0-9._-]*)((?:/[A-Za-z0-9._/=-]*)?)", url, re.IGNORECASE)
    if not found:
        raise StateError(
            "The project's `state` is not the URL of a place in a bucket.",
            hint="It has the form s3://bucket/prefix, of letters, digits, `-`, `_` and `.`. Credentials and"
            " the service's URL come from variables.",
        )
    return found[1], found[2].strip("/")


def _connect(name: str, prefix: str, url: str, known: dict[str, str]) -> S3Store:
    from obstore.store import S3Store

    config: Any = known
    if url:  # under both names: a variable must not go before what was checked
        config |= {"endpoint": url, "aws_endpoint_url_s3": url}
    client: ClientConfig = {**_CLIENT, "allow_http": url.startswith("http://")}
    if certificates := aws.authority(os.environ):
        client["root_certificate"] = certificates
    return S3Store(name, prefix=prefix or None, config=config, client_options=client, retry_config=_RETRIES)


def need_obstore() -> None:
    """Raises `StateError` when the library is not installed."""
    try:
        import obstore  # noqa: F401
    except ImportError as error:
        raise StateError(
            "State in S3 needs obstore, which is not installed.",
            hint="Install procspec with the extra `s3`.",
        ) from error


_HINTS: tuple[tuple[str, str], ...] = (
    ("NoSuchBucket", "Make the bucket first, or mend the name in the project's `state`."),
    (" 301 ", "The bucket is in another region: set AWS_REGION."),
    (" 401 ", "Check the credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile."),
    (" 403 ", "Check the credentials, and that they may get, put and list objects there."),
    (
        "169.254.",
        "No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
    ),
    (" 501 ", "The service does not know conditional writes, without which the state is not safe there."),
)


def _error(place: str, text: str) -> StateError:
    """An error of the library for people: the status, and the service's code and message, but no more."""
    status = re.search(r"status code: (\d{3} [A-Za-z ]+)", text)
    code, told = re.search(r"<Code>([^<]*)", text), re.search(r"<Message>([^<]*)", text)
    reasons = [found[1].strip() for found in (status, code, told) if found]
    if not reasons:
        failed = re.search(r"(HTTP error: [a-z ]+)", text)
        reasons = [failed[1].strip() if failed else text.partition("\n")[0][:200]]
    hint = next((hint for sign, hint in _HINTS if sign in text), _UNREACHED)
    return StateError(f"The state in {place} cannot be used: {', '.join(reasons).rstrip('.')}.", hint=hint)


_UNREACHED = (
    "Check the network and the service's URL. What was being written may or may not be kept:"
    " `procspec plan` tells."
)
