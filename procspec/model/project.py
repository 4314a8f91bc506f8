"""The project: people, environments, and everything that was read for one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from procspec.model.calendar import Period
from procspec.model.document import Document, Json, Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who gets work: `key` is the name in the files, `id` the one of the environment."""

    key: str
    id: str
    type: str = "user"
    name: str = ""
    email: str = ""
    away: tuple[date, date] | None = None
    """First and last day of an absence."""
    delegate: str = ""
    """The key of whoever stands in meanwhile."""
    place: Location | None = None

    @property
    def label(self) -> str:
        """How a plan calls this person."""
        return self.name or self.key or self.id


EMBEDDED: Final = "emulator"
"""The `url` of an environment that needs no account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One account on one system. `url` is an origin, or the word `emulator`."""

    name: str
    provider: str
    url: str
    clock: str | None = None
    variables: Mapping[str, Json] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    """Names of the variables that hold the credentials, by setting: token, clientId, clientSecret, apiKey."""
    system_key: bool = False
    """apptor flow: the key is one of the whole installation, not of an organization (004)."""
    place: Location | None = None

    @property
    def is_embedded(self) -> bool:
        """Whether it is the emulator inside of this process."""
        return self.url == EMBEDDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """The public holidays that a calendar took over: `region` as the file says it (`US-NY`), `source` the
    library and its version, `dates` the days in ISO form of the years that were asked for."""

    region: str
    source: str
    dates: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder of files, read and expanded for one environment.

    `processes` are the process documents, expanded, their dates computed, in path order; `runs` and
    `scenarios` the documents of these kinds. `period` is the
    one that the project is about now. `holidays` says, by calendar, which days a library filled in.
    `moved` gives the new key of a process by its old one. `texts` holds every file that was read, for
    showing the line of a problem; `digest` is the one of all that a plan depends on.
    """

    folder: str
    name: str
    environment: Environment
    variables: Mapping[str, Json]
    people: Mapping[str, Person]
    calendars: Mapping[str, Mapping[str, Json]]
    state: str
    document: Document
    processes: tuple[Document, ...]
    texts: Mapping[str, str]
    digest: str
    period: Period | None = None
    holidays: Mapping[str, Holidays] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    runs: tuple[Document, ...] = ()
    scenarios: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What proves who we are; never shown, not even by a traceback."""

    token: str = field(default="", repr=False)
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    variables: tuple[str, str, str, str] = (
        "PROCSPEC_TOKEN",
        "PROCSPEC_CLIENT_ID",
        "PROCSPEC_CLIENT_SECRET",
        "PROCSPEC_API_KEY",
    )
    """The environment variables that they are looked for in, in this order."""

    def __bool__(self) -> bool:
        return bool(self.token or self.api_key or (self.client_id and self.client_secret))
