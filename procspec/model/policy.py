"""What a team has to say about its rules: waivers."""

from __future__ import annotations

from dataclasses import dataclass

from procspec.model.document import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """An exception from a policy, in force until the end of the day `expires` (ISO).

    `key` is the process, `node` the job or group that it stands on, empty for the whole process.
    `owner` is who answers for it.
    """

    policy: str
    key: str
    node: str = ""
    reason: str
    owner: str
    expires: str
    place: Location | None = None
