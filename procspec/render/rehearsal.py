"""Rehearsals of scenarios: a line each, what was otherwise, and the run as it was then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from procspec.model import Location, Rehearsal, Scene
from procspec.render.diagnostics import Texts, diagnostics
from procspec.render.run import Labels, View, status
from procspec.render.style import PLAIN, Paint
from procspec.render.visible import visible

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SUITE = "procspec test"


def line(given: Rehearsal, paint: Paint = PLAIN) -> str:
    """How a scenario went."""
    mark = paint("ok    ", "ok") if given.passed else paint("FAILED", "error")
    title = f"  {visible(given.title)}" if given.title else ""
    steps = f"{given.steps} step{'' if given.steps == 1 else 's'}"
    told = steps if given.taken == given.steps else f"{given.taken} of {steps}"
    return f"{mark}  {visible(given.key)}{title}  {paint(told, 'dim')}"


def scenes(given: Rehearsal, texts: Texts, labels: Labels, paint: Paint = PLAIN) -> str:
    """Everything that was otherwise, and after it the run as it was then; empty when nothing was."""
    parts = list[str]()
    for scene, is_last in _moments(given):
        parts.append(diagnostics(scene.diagnostics, texts, paint))
        parts += [_tree(scene, labels, paint)] if is_last else []
    return "\n".join(part for part in parts if part)


def trees(given: Rehearsal, labels: Labels, paint: Paint = PLAIN) -> str:
    """The runs at the moments at which something was otherwise, each once."""
    return "\n".join(_tree(scene, labels, paint) for scene, is_last in _moments(given) if is_last)


def _moments(given: Rehearsal) -> Iterator[tuple[Scene, bool]]:
    """Every scene, and whether it is the last one with the same run on the same day."""
    for scene, following in zip(given.scenes, (*given.scenes[1:], None), strict=False):
        same = following is not None and (scene.today, scene.run) == (following.today, following.run)
        yield scene, not same


def _tree(scene: Scene, labels: Labels, paint: Paint) -> str:
    """The run with all its jobs, behind the day; nothing when none was started."""
    if scene.run is None:
        return ""
    view = View(scene.run, date.fromisoformat(scene.today), labels, paint)
    head = f"  On {scene.today}  {status(scene.run.status, scene.run.phase, paint)}"
    return "\n".join([head, *(f"  {shown}" for row in view.rows for shown in row.lines), ""])


def counted(given: Sequence[Rehearsal]) -> str:
    """The last line."""
    failed = sum(not one.passed for one in given)
    ok = len(given) - failed
    told = [f"{ok} ok"] if ok or not failed else []
    told += [f"{failed} failed"] if failed else []
    return f"{len(given)} scenario{'' if len(given) == 1 else 's'}: {', '.join(told)}."


def junit(given: Iterable[Rehearsal], texts: Texts, labels: Labels) -> str:
    """The XML text of one report, in ASCII, as in `render.junit`: a suite a file, a case a scenario.

    A case that fails has one failure, with everything that was otherwise, and the runs as its output.
    """
    from xml.etree import ElementTree

    report = ElementTree.Element("testsuites", {"name": _SUITE})
    for file, those in _by_file(given).items():
        report.append(_suite(file, those, texts, labels))
    for name in ("tests", "failures", "errors", "skipped"):
        report.set(name, str(sum(int(suite.attrib[name]) for suite in report)))
    ElementTree.indent(report)
    return str(ElementTree.tostring(report, encoding="us-ascii", xml_declaration=True), "ascii")


def _by_file(given: Iterable[Rehearsal]) -> Mapping[str, Sequence[Rehearsal]]:
    files: dict[str, list[Rehearsal]] = {}
    for one in given:
        files.setdefault(one.place.file, []).append(one)
    return files


def _suite(file: str, given: Sequence[Rehearsal], texts: Texts, labels: Labels) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    failed = sum(not one.passed for one in given)
    counts = {"tests": len(given), "failures": failed, "errors": 0, "skipped": 0}
    numbers = {name: str(count) for name, count in counts.items()}
    suite = Element("testsuite", {"name": visible(file), **numbers, "time": "0"})
    for one in given:
        case = SubElement(suite, "testcase", _case(one, one.place))
        if not one.passed:
            first, *others = one.diagnostics
            more = f" And {len(others)} more." if others else ""
            told = {"type": first.rule, "message": f"{visible(first.detail)}{more}"}
            SubElement(case, "failure", told).text = diagnostics(one.diagnostics, texts)
            SubElement(case, "system-out").text = trees(one, labels)
    return suite


def _case(one: Rehearsal, place: Location) -> dict[str, str]:
    """Keys are unique in a project, and so the names of cases."""
    file = visible(place.file)
    return {"classname": file, "name": visible(one.key), "file": file, "line": str(place.line), "time": "0"}
