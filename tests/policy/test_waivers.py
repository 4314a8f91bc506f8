"""Exceptions: what they cover, when they end, and which of them are no good."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from procspec.policy import POLICIES
from tests.policy.spec import PROJECT, brief, checked

PROCESS = """\
kind: Process
key: close
name: Close
WAIVERS 0
root:
  name: Root
  parallel: true
  children:
    - group: outer
      name: Outer
      WAIVERS 1
      children:
        - job: a
          WAIVERS 2
          sendTask: {title: A, assignee: ana, approver: ana}
        - job: b
          WAIVERS 3
          sendTask: {title: B, assignee: ben, approver: ben}
    - job: c
      sendTask: {title: C, assignee: cleo, approver: cleo}
"""
A, B, C = "15:57 self-approval", "18:57 self-approval", "20:54 self-approval"


def waiver(policy: str = "self-approval", owner: str = "cleo", expires: str = "2024-09-30") -> str:
    return f"{{policy: {policy}, reason: Agreed., owner: {owner}, expires: {expires}}}"


def text(*waivers: str) -> str:
    """The process with these waivers at the places 0 to 3."""
    result = PROCESS
    for index in range(4):
        given = waivers[index] if index < len(waivers) else ""
        result = result.replace(f"WAIVERS {index}\n", f"waivers: [{given}]\n")
    return result


def found(tmp_path: Path, *waivers: str, as_of: date = date(2024, 9, 30)) -> list[str]:
    return brief(checked(tmp_path, {"close.procspec.yaml": text(*waivers)}, as_of))


@pytest.mark.parametrize(
    ("waivers", "left", "nodes"),
    [
        ((), [A, B, C], []),
        ((waiver(),), [], [""]),
        (("", waiver()), [C], ["outer"]),
        (("", "", waiver()), [B, C], ["a"]),
        (("", "", waiver(), waiver()), [C], ["a", "b"]),
        ((waiver(), "", "", waiver()), [], ["", "b"]),
        ((f"{waiver()}, {waiver()}",), [], ["", ""]),
    ],
)
def test_it_covers_its_node_and_all_below(
    tmp_path: Path, waivers: tuple[str, ...], left: list[str], nodes: list[str]
) -> None:
    result = checked(tmp_path, {"close.procspec.yaml": text(*waivers)})
    assert brief(result) == left
    assert [one.node for one in result.waivers] == nodes
    for one in result.waivers:
        assert (one.key, one.reason, one.owner, one.expires) == ("close", "Agreed.", "cleo", "2024-09-30")
        assert one.place is not None and one.place.file == "close.procspec.yaml"


def test_it_ends_with_its_day(tmp_path: Path) -> None:
    assert found(tmp_path, waiver(), as_of=date(2024, 9, 30)) == []
    assert found(tmp_path, waiver(), as_of=date(2024, 10, 1)) == ["4:74 expired-waiver", A, B, C]


def test_the_end_of_one_cannot_be_waived(tmp_path: Path) -> None:
    both = f"{waiver()}, {waiver('expired-waiver', expires='2025-01-01')}"
    assert found(tmp_path, both, as_of=date(2024, 10, 1)) == [
        "4:74 expired-waiver",
        "4:96 bad-policy-setting",
        A,
        B,
        C,
    ]


@pytest.mark.parametrize(
    ("given", "problem", "words"),
    [
        (waiver("self-aproval"), "4:20 unknown-policy", 'Did you mean "self-approval"?'),
        (waiver(owner="dan"), "4:59 unknown-owner", 'Nobody is called "dan" in the project.'),
        (waiver("unknown-owner"), "4:20 bad-policy-setting", '"unknown-owner" cannot be waived'),
    ],
)
def test_one_that_is_no_good_covers_nothing(tmp_path: Path, given: str, problem: str, words: str) -> None:
    result = checked(tmp_path, {"close.procspec.yaml": text(given)})
    assert brief(result) == [problem, A, B, C]
    assert words in result.found[0].detail
    assert result.waivers == ()


def test_one_that_covers_nothing_is_told(tmp_path: Path) -> None:
    assert found(tmp_path, f"{waiver()}, {waiver('no-approver')}") == ["?4:96 unused-waiver"]


def test_one_of_a_policy_that_is_off_covers_nothing(tmp_path: Path) -> None:
    project = PROJECT + "policies: {self-approval: off, unused-waiver: error}\n"
    result = checked(tmp_path, {"procspec.yaml": project, "close.procspec.yaml": text(waiver())})
    assert brief(result) == ["4:20 unused-waiver"]
    assert result.waivers == ()


@pytest.mark.parametrize("policy", ["unknown-delegate", "away-dates", "unused-waiver"])
def test_what_no_waiver_can_cover_says_so(tmp_path: Path, policy: str) -> None:
    """There is no place for one: these are about the project's people, and about waivers."""
    assert "cannot be waived" in POLICIES[policy].explanation
    away = "ben: {id: user-2, delegate: dan, awayFrom: 2024-12-20, awayUntil: 2024-12-19}"
    project = PROJECT.replace("ben: {id: user-2, name: Ben Cole}", away)
    given = text(f"{waiver()}, {waiver(policy)}")
    result = brief(checked(tmp_path, {"procspec.yaml": project, "close.procspec.yaml": given}))
    assert result == ["?4:96 unused-waiver", "5:31 unknown-delegate", "5:69 away-dates"]


def test_one_of_another_process_does_not_help(tmp_path: Path) -> None:
    files = {
        "a.procspec.yaml": text(waiver()),
        "close.procspec.yaml": text().replace("key: close", "key: other"),
    }
    assert brief(checked(tmp_path, {**files})) == [A, B, C]


COPIES = """\
kind: Process
key: close
name: Close
root:
  name: Root
  parallel: true
  children:
    - job: book-${each.key}
      forEach: {us: {who: ana}, de: {who: ben}, fr: {who: ben}}
      WAIVERS
      sendTask: {title: "Book ${each.key}", assignee: "${each.value.who}", approver: ben}
"""


def test_copies_are_looked_at_each_for_itself(tmp_path: Path) -> None:
    """The place is the template's; the copies that the rule is broken in are named."""
    result = checked(tmp_path, {"close.procspec.yaml": COPIES.replace("      WAIVERS\n", "")})
    (one,) = result.found
    assert (one.rule, str(one.place)) == ("self-approval", "close.procspec.yaml:10:86 [de]")
    assert one.detail == (
        "Ben Cole would approve their own work. Choose another approver. The same rule is broken in fr."
    )


def test_a_waiver_of_a_template_is_used_when_one_copy_needs_it(tmp_path: Path) -> None:
    process = COPIES.replace("WAIVERS", f"waivers: [{waiver()}]")
    result = checked(tmp_path, {"close.procspec.yaml": process})
    assert brief(result) == []
    assert [one.node for one in result.waivers] == ["book-de", "book-fr"]


def test_copies_of_a_process_are_processes(tmp_path: Path) -> None:
    process = text().replace("key: close", "key: close-${each.key}\nforEach: {us: {}, de: {}}")
    result = checked(tmp_path, {"close.procspec.yaml": process})
    places = [str(one.place) for one in result.found]
    assert places == [f"close.procspec.yaml:{line} [us]" for line in ("16:57", "19:57", "21:54")]
    assert all(one.detail.endswith("The same rule is broken in de.") for one in result.found)


def test_what_is_about_many_copies_is_told_once(tmp_path: Path) -> None:
    entries = ", ".join(f"e{number}: {{who: ana}}" for number in range(40))
    process = COPIES.replace("      WAIVERS\n", "").replace(
        "us: {who: ana}, de: {who: ben}, fr: {who: ben}", entries
    )
    result = checked(tmp_path, {"close.procspec.yaml": process.replace(", approver: ben", "")})
    assert brief(result) == ["?10:7 no-approver"]
    assert "in e1, e2, e3, e4, e5, e6, e7, e8, e9, e10 and 29 more." in result.found[0].detail
