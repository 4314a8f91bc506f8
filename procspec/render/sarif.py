"""Diagnostics as SARIF 2.1.0, the format of code scanning (OASIS; the sections named are of its text).

What more is kept to: GitHub refuses a whole file in which one result has no location.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from procspec.digest import digest
from procspec.model import Diagnostic, Json, Location, Severity
from procspec.render.visible import visible

Rules = Mapping[str, tuple[str, str]]
"""Rule id -> its summary, and its explanation or nothing."""

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(
    found: Sequence[Diagnostic],
    rules: Rules,
    version: str,
    levels: Mapping[str, Severity] | None = None,
    *,
    whole: bool = True,
) -> Json:
    """A log with one run; `version` is procspec's, `levels` are the severities that rules have of themselves.

    What stands in a file is a result; what has no place is about how the command was called and becomes
    a notification (3.20.21), and an error of that kind says that the run did not succeed; so does a run that
    did not look at the `whole`. Columns count characters (3.14.17). Files are relative to `%SRCROOT%`.
    """
    placed = [one for one in found if one.place is not None]
    known = _known(placed, rules)
    run = {
        "tool": {"driver": _driver(known, {**_levels(placed), **(levels or {})}, version)},
        "invocations": [_invocation([one for one in found if one.place is None], whole=whole)],
        "columnKind": "unicodeCodePoints",
        "results": _results(placed, {rule: at for at, rule in enumerate(known)}),
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _known(found: Iterable[Diagnostic], rules: Rules) -> Rules:
    """The table, and behind it the rules that were broken and are not in it."""
    return {**rules, **{one.rule: (one.summary, "") for one in found if one.rule not in rules}}


# ------------------------------------------------------------------------------------ the tool, the run


def _levels(found: Iterable[Diagnostic]) -> Mapping[str, Severity]:
    """The worst severity that was found of each rule."""
    return {one.rule: one.severity for one in sorted(found, key=lambda one: one.severity is Severity.ERROR)}


def _driver(rules: Rules, levels: Mapping[str, Severity], version: str) -> Json:
    described = [_rule(id, *told, levels.get(id)) for id, told in rules.items()]
    return {"name": "procspec", "version": version, "semanticVersion": version, "rules": described}


def _rule(id: str, summary: str, explanation: str, level: Severity | None) -> Json:
    rule: Json = {"id": visible(id), "shortDescription": {"text": visible(summary)}}
    if explanation:
        text = {"text": "\n".join(map(visible, explanation.split("\n")))}
        rule |= {"fullDescription": text, "help": text}
    if level is not None:
        rule["defaultConfiguration"] = {"level": level.value}
    return rule


def _invocation(found: Sequence[Diagnostic], *, whole: bool) -> Json:
    succeeded = whole and not any(one.severity is Severity.ERROR for one in found)
    told = [
        {"descriptor": {"id": visible(one.rule)}, "level": one.severity.value, "message": _message(one)}
        for one in found
    ]
    return {
        "executionSuccessful": succeeded,
        **({"toolConfigurationNotifications": told} if told else {}),
    }


# ----------------------------------------------------------------------------------------- the results


def _results(found: Iterable[Diagnostic], index: Mapping[str, int]) -> list[Json]:
    results: list[Json] = []
    seen: Counter[str] = Counter()
    for one in found:
        print = _fingerprint(one)
        seen[print] += 1
        results.append(_result(one, index[one.rule], f"{print}:{seen[print]}"))
    return results


def _result(one: Diagnostic, index: int, fingerprint: str) -> Json:
    result: Json = {
        "ruleId": visible(one.rule),
        "ruleIndex": index,
        "level": one.severity.value,
        "message": _message(one),
        "locations": [{"physicalLocation": _physical(one.place)}] if one.place else [],
        "partialFingerprints": {"ruleFileDetail/v1": fingerprint},
    }
    if one.related:
        result["relatedLocations"] = [
            {"id": id, "physicalLocation": _physical(place), "message": {"text": "See also."}}
            for id, place in enumerate(one.related, 1)
        ]
    return result


def _fingerprint(one: Diagnostic) -> str:
    """The same when lines move (3.27.17); two of a kind are told apart by their order."""
    place = one.place or Location("", 0, 0)
    return digest([visible(text) for text in (one.rule, place.file, one.detail)])


def _message(one: Diagnostic) -> Json:
    """Whole sentences; a related place is an embedded link to its id (3.11.6)."""
    copy = f"Copy: {one.place.copy}." if one.place and one.place.copy else ""
    text = visible(" ".join(filter(None, (one.detail or one.summary, copy))))
    links = [f"[{_literal(visible(str(place)))}]({id})" for id, place in enumerate(one.related, 1)]
    if links or "](" in text:
        text = _literal(text)
    return {"text": f"{text} See also {', '.join(links)}." if links else text}


def _literal(text: str) -> str:
    """Brackets that begin and end no link (3.11.6): a viewer would make one of what stands in a file."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _physical(place: Location) -> Json:
    end = place.column + max(place.width, 1)
    return {
        "artifactLocation": {"uri": _uri(place.file), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": place.line, "startColumn": place.column, "endColumn": end},
    }


def _uri(file: str) -> str:
    """A relative reference of RFC 3986: nothing of it is taken for a scheme, a query or a fragment."""
    return quote(os.fsencode(file)) or "."
