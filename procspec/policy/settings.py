"""What a project says about policies: `policies:` in procspec.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from procspec.model import Document, Json, Path, Severity
from procspec.policy.scene import Hit
from procspec.policy.table import Policy

_OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The policies as they are in force; one without a severity is off."""

    severities: Mapping[str, Severity | None]
    most: Mapping[str, int]


def settings(document: Document, known: Mapping[str, Policy]) -> Settings:
    """The table with what the project changes; what it may not change, it does not."""
    given = _given(document)
    return Settings(
        severities={id: _severity(policy, given.get(id, {})) for id, policy in known.items()},
        most={id: given.get(id, {}).get("most", policy.most) for id, policy in known.items() if policy.most},
    )


def _given(document: Document) -> dict[str, Mapping[str, Json]]:
    """The settings by id, the short form `id: off` in full."""
    written = document.data.get("policies", {})
    return {id: {"severity": said} if isinstance(said, str) else said for id, said in written.items()}


def _severity(policy: Policy, given: Mapping[str, Json]) -> Severity | None:
    if policy.fixed or "severity" not in given:
        return policy.severity
    return None if given["severity"] == _OFF else Severity(given["severity"])


def faults(document: Document, known: Mapping[str, Policy]) -> Iterator[Hit]:
    """Settings of policies that there are not, and settings that a policy does not have."""
    for id, given in _given(document).items():
        path: Path = ("policies", id)
        if id not in known:
            yield _at("unknown-policy", document, path, unknown(id, known), is_key=True)
        elif known[id].fixed:
            detail = (
                f'The severity of "{id}" is fixed, since it is about the policies themselves. Remove this.'
            )
            yield _at("bad-policy-setting", document, path, detail, is_key=True)
        elif "most" in given and not known[id].most:
            detail = f'"{id}" does not count anything, so it has no "most". Remove it.'
            yield _at("bad-policy-setting", document, (*path, "most"), detail, is_key=True)


def _at(policy: str, document: Document, path: Path, detail: str, *, is_key: bool) -> Hit:
    spot = document.keys.get(path) if is_key else None
    return Hit(policy=policy, document=document, path=path, detail=detail, spot=spot)


def unknown(id: str, known: Iterable[str]) -> str:
    """That there is no policy of this id, and what may be meant."""
    return f'There is no policy "{id}".{meant(id, known)} `procspec explain` lists them.'


def meant(id: str, known: Iterable[str]) -> str:
    """` Did you mean "x"?`, or nothing."""
    close = get_close_matches(id[:100].casefold().replace("_", "-"), list(known), 1, 0.6)
    return f' Did you mean "{close[0]}"?' if close else ""
