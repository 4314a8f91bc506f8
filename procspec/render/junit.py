"""Diagnostics as a JUnit report, which the servers of CI show beside the results of tests.

There is no standard. What is relied on: GitLab takes `classname` for the suite, and of two cases of one
suite that have the same name the first alone; Jenkins and GitLab read one failure of a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from procspec.model import Diagnostic, Severity
from procspec.render.diagnostics import Texts, diagnostics
from procspec.render.visible import visible

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_WHOLE = "procspec"
"""The suite of what has no place in a file."""
_VALID = "valid"
"""The case of a file without errors."""


def junit(found: Iterable[Diagnostic], texts: Texts, *, whole: bool = True) -> str:
    """The XML text of one report, in ASCII: a suite for each file of `texts`, and for each that is to blame.

    Every error is a case that fails. A file without errors has one case, which passes. Warnings fail
    nothing: they are the output of the file's first case. An error without a place is of the kind `error`.
    When not the `whole` was looked at, a file without errors has a case that is skipped.
    """
    from xml.etree import ElementTree

    report = ElementTree.Element("testsuites", {"name": _WHOLE})
    for file, those in _by_file(found, texts).items():
        report.append(_suite(file, those, texts, whole=whole))
    for name in ("tests", "failures", "errors", "skipped"):
        report.set(name, str(sum(int(suite.attrib[name]) for suite in report)))
    ElementTree.indent(report)
    return str(ElementTree.tostring(report, encoding="us-ascii", xml_declaration=True), "ascii")


def _by_file(found: Iterable[Diagnostic], texts: Texts) -> Mapping[str, Sequence[Diagnostic]]:
    """The diagnostics by file, what has no place under the empty name."""
    files: dict[str, list[Diagnostic]] = {file: [] for file in texts}
    for one in found:
        files.setdefault(one.place.file if one.place else "", []).append(one)
    return files


def _suite(file: str, found: Sequence[Diagnostic], texts: Texts, *, whole: bool) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    name = visible(file) or _WHOLE
    errors = _named([one for one in found if one.severity is Severity.ERROR])
    kind = "failure" if file else "error"
    counts = {"tests": len(errors) or 1, f"{kind}s": len(errors), "skipped": int(not errors and not whole)}
    known = {"failures": 0, "errors": 0, "skipped": 0, **counts}
    suite = Element(
        "testsuite", {"name": name, **{key: str(count) for key, count in known.items()}, "time": "0"}
    )
    for case, one in errors.items():
        inner = SubElement(suite, "testcase", _case(name, case, one))
        told = {"type": one.rule, "message": visible(one.detail or one.summary)}
        SubElement(inner, kind, told).text = diagnostics([one], texts)
    if not errors:
        only = SubElement(suite, "testcase", _case(name, _VALID, None))
        if not whole:
            SubElement(only, "skipped", {"message": "Not looked at to the end: another file has errors."})
    warnings = [one for one in found if one.severity is Severity.WARNING]
    if warnings:
        SubElement(suite[0], "system-out").text = diagnostics(warnings, texts)
    return suite


def _case(suite: str, name: str, one: Diagnostic | None) -> dict[str, str]:
    place = {"file": suite, "line": str(one.place.line)} if one and one.place else {}
    return {"classname": suite, "name": name, **place, "time": "0"}


def _named(found: Iterable[Diagnostic]) -> dict[str, Diagnostic]:
    """The diagnostics by a name that no other of the file has."""
    named: dict[str, Diagnostic] = {}
    seen: dict[str, int] = {}
    for one in found:
        place = str(replace(one.place, file="")).lstrip(":") if one.place else ""
        name = visible(f"{one.summary} [{one.rule}] {place}".strip())
        seen[name] = seen.get(name, 0) + 1
        named[name if seen[name] == 1 else f"{name} ({seen[name]})"] = one
    return named
