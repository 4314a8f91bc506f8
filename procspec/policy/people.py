"""Who is who: participants compared by id, their absences and those who stand in for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from procspec.model import Json, Person, Project

USER = "user"


@dataclass(frozen=True, slots=True)
class Participant:
    """Whom the system knows by this id; `type` in lower case (T3), only `user` is in the documents."""

    type: str
    id: str

    @property
    def is_user(self) -> bool:
        """Whether it is one human being."""
        return self.type == USER


Span = tuple[date, date]
"""The first and the last day of something."""


class Directory:
    """The people of a project by what identifies them: two names may be one id."""

    def __init__(self, project: Project) -> None:
        self.people = project.people
        self._known: dict[Participant, list[Person]] = {}
        for person in project.people.values():
            self._known.setdefault(_identity(person), []).append(person)

    def of(self, written: Json) -> Participant | None:
        """The participant behind a name or `{id, type}`; None when nothing is written."""
        if isinstance(written, Mapping):
            return Participant(str(written["type"]).lower(), str(written["id"]))
        person = self.people.get(str(written)) if written is not None else None
        return _identity(person) if person else None

    def label(self, who: Participant) -> str:
        """What people call a participant."""
        known = self._known.get(who)
        return known[0].label if known else who.id

    def away(self, who: Participant, days: Span) -> Person | None:
        """The entry that says that somebody is away on one of the days."""
        return next((one for one in self._known.get(who, ()) if _overlap(one.away, days)), None)

    def delegate(self, person: Person) -> Participant | None:
        """Who stands in for a person."""
        return self.of(person.delegate) if person.delegate else None

    def hands(self, who: Participant, days: Span | None) -> dict[Participant, bool]:
        """Who may do the work of a participant, and whether that is sure.

        The participant itself, and whoever stands in on one of the days, and so on. An absence that
        touches none of the days gives no work away; a delegate without an absence may stand in at any
        time, which is not sure.
        """
        found = {who: True}
        waiting = [who]
        while waiting:
            one = waiting.pop()
            for other, sure in self._successors(one, days):
                if other not in found:
                    found[other] = sure and found[one]
                    waiting.append(other)
        return found

    def _successors(self, who: Participant, days: Span | None) -> Iterator[tuple[Participant, bool]]:
        for person in self._known.get(who, ()):
            other = self.delegate(person)
            is_out = person.away is None or days is None or _overlap(person.away, days)
            if other is not None and is_out:
                yield other, person.away is not None and days is not None

    def entries(self, who: Participant) -> tuple[Person, ...]:
        """The people of the project who have this id."""
        return tuple(self._known.get(who, ()))


def _identity(person: Person) -> Participant:
    return Participant(person.type.lower(), person.id)


def _overlap(away: Span | None, days: Span) -> bool:
    return away is not None and away[0] <= days[1] and days[0] <= away[1]
