"""`forEach`: copies of processes, groups and jobs, and the places of what is wrong in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from procspec.model import Json
from procspec.source import Loaded
from procspec.source.copies import MAX_VALUES
from tests.source.spec import brief, load_process

PROJECT = """\
kind: Project
name: test
period: 2024-Q4
variables:
  entities:
    default:
      us: {name: Acme Inc., accounts: [{key: cash, owner: ana}, {key: debt, owner: ben}]}
      de: {name: Acme GmbH, accounts: [{key: kasse, owner: ana}]}
  codes: {type: list, default: [{key: a}, {key: b}]}
people: {ana: user-1, ben: user-2}
"""
PROCESS = """\
kind: Process
key: close-${each.key}
forEach: ${var.entities}
name: ${each.value.name} ${period.name}
root:
  name: Root
  children:
    - group: of-${each.key}
      forEach: ${each.value.accounts}
      name: ${each.value.key} of ${each.value.owner}
      children:
        - job: check-${each.key}
          sendTask: {title: Check, assignee: "${each.value.owner}"}
    - job: last
      sendTask: {title: "${each.key} ${process.key}"}
"""


def loaded(folder: Path, process: str = PROCESS) -> Loaded:
    return load_process(folder, process, PROJECT)


def job(written: str) -> str:
    """A process with one templated job."""
    return f"kind: Process\nkey: close\nname: Close\nroot:\n  name: Root\n  children:\n{written}"


def children(given: Loaded) -> Json:
    assert given.project is not None, brief(given.diagnostics)
    return given.project.processes[0].data["root"]["children"]


def test_processes_groups_and_jobs_are_copied(tmp_path: Path) -> None:
    given = loaded(tmp_path)
    assert given.project is not None, brief(given.diagnostics)
    us, de = given.project.processes
    assert [us.data["key"], de.data["key"]] == ["close-us", "close-de"]
    assert [us.data["name"], de.data["name"]] == ["Acme Inc. 2024-Q4", "Acme GmbH 2024-Q4"]
    assert us.template == de.template == "close-${each.key}"
    cash, debt, last = us.data["root"]["children"]
    assert (cash["group"], cash["name"]) == ("of-cash", "cash of ana")
    assert debt["children"] == [{"job": "check-debt", "sendTask": {"title": "Check", "assignee": "ben"}}]
    assert last["sendTask"]["title"] == "us close-us"
    assert [child.get("group") for child in de.data["root"]["children"]] == ["of-kasse", None]


def test_places_are_the_templates_and_name_the_copy(tmp_path: Path) -> None:
    given = loaded(tmp_path)
    assert given.project is not None
    us, de = given.project.processes
    place = us.places["root", "children", 1, "children", 0, "sendTask", "title"]
    assert (str(place), place.copy) == ("a.procspec.yaml:13:29 [us/debt]", "us/debt")
    assert str(de.places["root", "children", 1, "job"]) == "a.procspec.yaml:14:12 [de]"
    assert str(us.keys["root", "children", 2, "sendTask"]) == "a.procspec.yaml:15:7 [us]"
    assert ("root", "children", 2, "job") in set(us.places)


def test_a_mistake_in_a_template_is_said_once(tmp_path: Path) -> None:
    given = loaded(tmp_path, PROCESS.replace("title: Check,", "title: Check, foo: 1,"))
    (problem,) = given.diagnostics
    assert str(problem.place) == "a.procspec.yaml:13:36 [us/cash]"
    assert problem.detail.endswith(" The same in us/debt, de/kasse.")


def jobs(count: int, job: str = "{titel: T}") -> str:
    entries = ", ".join(f"e{number}: 1" for number in range(count))
    return f"    - job: j-${{each.key}}\n      forEach: {{{entries}}}\n      sendTask: {job}\n"


def processes(count: int, job: str) -> str:
    entries = ", ".join(f"e{number}: 1" for number in range(count))
    head = f"kind: Process\nkey: close-${{each.key}}\nforEach: {{{entries}}}\n"
    return f"{head}name: N\nroot:\n  name: R\n  children:\n    - job: a\n      sendTask: {job}\n"


def test_many_copies_are_named_as_far_as_anybody_reads(tmp_path: Path) -> None:
    (problem, *_) = loaded(tmp_path, job(jobs(30))).diagnostics
    assert problem.place is not None and problem.place.copy == "e0"
    assert problem.detail.endswith(" The same in e1, e2, e3, e4, e5, e6, e7, e8, e9, e10 and 19 more.")


@pytest.mark.parametrize("wrong", ["{titel: T}", "{title: '${each.nobody}'}"])
def test_the_number_of_copies_is_said_where_it_is_known(tmp_path: Path, wrong: str) -> None:
    few = loaded(tmp_path, processes(400, wrong)).diagnostics
    assert {one.rule for one in few} <= {"unknown-field", "unknown-reference", "missing-field"}
    assert all(one.detail.endswith("e10 and 389 more.") for one in few)
    many = loaded(tmp_path, processes(2400, wrong)).diagnostics
    cut = [one for one in many if one.rule == "too-many-problems"]
    assert [(one.place and one.place.copy, "not all copies" in one.detail) for one in cut] == [("", True)]
    assert all(one.detail.endswith("e10 and more.") for one in many if one not in cut)


def test_a_move_is_not_doubted_where_not_all_copies_are_known(tmp_path: Path) -> None:
    project = f"{PROJECT}moved: [{{from: old, to: close-e2399}}]\n"
    given = load_process(tmp_path, processes(2400, "{titel: T}"), project)
    assert "moved-to-nothing" not in {one.rule for one in given.diagnostics}


def test_a_mistake_of_one_copy_names_it(tmp_path: Path) -> None:
    given = load_process(tmp_path, PROCESS, PROJECT.replace("owner: ben", "owner: bob"))
    (problem,) = given.diagnostics
    assert (problem.rule, str(problem.place)) == ("unknown-person", "a.procspec.yaml:13:46 [us/debt]")


@pytest.mark.parametrize(
    "entries, titles",
    [
        ("{a: 1, b: 2}", ["a 1", "b 2"]),
        ("{}", []),
        ("[]", []),
        ("{a: {x: 1}}", None),  # a mapping does not fit into a text
    ],
)
def test_entries(tmp_path: Path, entries: str, titles: list[str] | None) -> None:
    text = f"    - job: j-${{each.key}}\n      forEach: {entries}\n"
    given = loaded(tmp_path, job(text + '      sendTask: {title: "${each.key} ${each.value}"}\n'))
    if titles is None:
        assert brief(given.diagnostics) == ["9:25 malformed-expression"]
    else:
        assert [child["sendTask"]["title"] for child in children(given)] == titles


def test_no_entries_are_said_once_where_nothing_around_explains_them(tmp_path: Path) -> None:
    empty = PROJECT.replace("  codes:", "  none: {type: map, default: {}}\n  codes:")
    given = load_process(tmp_path, PROCESS.replace("entities", "none"), empty)
    assert brief(given.diagnostics) == ["?3:1 empty-for-each"]
    assert given.project is not None and given.project.processes == ()
    written = loaded(tmp_path, PROCESS.replace("${each.value.accounts}", "[]"))
    assert brief(written.diagnostics) == ["?9:7 empty-for-each"]
    without = PROJECT.replace("accounts: [{key: kasse, owner: ana}]", "accounts: []")
    assert brief(load_process(tmp_path, PROCESS, without).diagnostics) == []


def test_a_list_has_keys_and_whole_values_keep_their_type(tmp_path: Path) -> None:
    text = "    - job: j-${each.key}\n      forEach: [{key: a, manual: true, steps: [1, 2]}]\n"
    more = "      certification: {title: T, steps: '${each.value.steps}'}\n"
    (only,) = children(loaded(tmp_path, job(text + more)))
    assert only == {"job": "j-a", "certification": {"title": "T", "steps": [1, 2]}}


BAD: list[tuple[str, list[str]]] = [
    ("forEach: 1", ["8:16 bad-for-each"]),
    ("forEach: text", ["8:16 bad-for-each"]),
    ("forEach: ['us']", ["8:17 bad-for-each"]),
    ("forEach: [{name: us}]", ["8:17 bad-for-each"]),
    ("forEach: [{key: a}, {key: a}]", ["8:27 bad-for-each"]),
    ("forEach: {'a b': 1}", ["8:24 bad-for-each"]),
    ("forEach: '${var.nothing}'", ["8:17 unknown-variable"]),
    ("forEach: '${each.value}'", ["8:17 unknown-reference"]),
    ("forEach: {a: '${var.nothing}'}", ["8:21 unknown-variable"]),
    ("forEach: ", ["8:7 null-value"]),
]


@pytest.mark.parametrize("written, expected", BAD)
def test_what_is_no_entry(tmp_path: Path, written: str, expected: list[str]) -> None:
    text = f"    - job: j-${{each.key}}\n      {written}\n      sendTask: {{title: T}}\n"
    assert brief(loaded(tmp_path, job(text)).diagnostics) == expected


@pytest.mark.parametrize(
    "key, told",
    [
        ("5", '"key" takes a text, not 5. Put it in quotes: "5".'),
        ("[a]", '"key" takes a text: ASCII letters'),
        ("a b", '"a b" is no key: ASCII letters'),
    ],
)
def test_a_key_that_is_none(tmp_path: Path, key: str, told: str) -> None:
    text = f"    - job: j-${{each.key}}\n      forEach: [{{key: {key}}}]\n      sendTask: {{title: T}}\n"
    (problem,) = loaded(tmp_path, job(text)).diagnostics
    assert problem.detail.startswith(told)


@pytest.mark.parametrize("key, column", [("same", 12), ("${each.value}", 12)])
def test_the_key_of_a_copy_has_the_key_of_the_entry(tmp_path: Path, key: str, column: int) -> None:
    text = f"    - job: {key}\n      forEach: {{a: x, b: y}}\n      sendTask: {{title: T}}\n"
    rules = brief(loaded(tmp_path, job(text)).diagnostics)
    assert f"7:{column} for-each-key" in rules


def test_a_node_inside_of_a_copied_group_needs_it_too(tmp_path: Path) -> None:
    inner = "      children:\n        - job: inner\n          sendTask: {title: T}\n"
    text = f"    - group: g-${{each.key}}\n      forEach: {{a: 1, b: 2}}\n      name: G\n{inner}"
    assert brief(loaded(tmp_path, job(text)).diagnostics) == ["11:16 duplicate-node"]


def test_an_expression_that_fails_in_one_copy_names_it(tmp_path: Path) -> None:
    text = PROCESS.replace("title: Check", 'title: "${each.value.owner} ${each.value.size}"')
    project = PROJECT.replace("{key: cash,", "{key: cash, size: 1,").replace(
        "{key: kasse,", "{key: kasse, size: 2,"
    )
    (problem,) = load_process(tmp_path, text, project).diagnostics
    assert (problem.rule, str(problem.place)) == ("unknown-reference", "a.procspec.yaml:13:50 [us/debt]")


@pytest.mark.parametrize(
    "written, told",
    [
        ("${each.value.ownr}", 'Did you mean "each.value.owner"?'),
        ("${each.kye}", 'Did you mean "each.key"?'),
        ("${each.nobody}", 'Known: "each.key", "each.value".'),
    ],
)
def test_advice_can_be_copied(tmp_path: Path, written: str, told: str) -> None:
    (problem,) = loaded(tmp_path, PROCESS.replace("title: Check", f'title: "{written}"')).diagnostics
    assert told in problem.detail


@pytest.mark.parametrize(
    "written, rule",
    [("${each.name}", "unknown-reference"), ("${each.value.nobody}", "unknown-reference")],
)
def test_what_an_entry_does_not_have(tmp_path: Path, written: str, rule: str) -> None:
    text = PROCESS.replace("title: Check", f'title: "{written}"')
    assert [one.rule for one in loaded(tmp_path, text).diagnostics] == [rule]


def test_each_outside_of_a_copy(tmp_path: Path) -> None:
    given = loaded(tmp_path, job("    - job: a\n      sendTask: {title: '${each.key}'}\n"))
    assert brief(given.diagnostics) == ["8:26 unknown-reference"]


def test_copies_are_bounded(tmp_path: Path) -> None:
    entries = ", ".join(f"e{number}: 1" for number in range(3000))
    inner = f"    - group: g-${{each.key}}\n      forEach: {{{entries}}}\n      name: G\n      children:\n"
    template = "        - job: j-${each.key}\n          sendTask: {title: T}\n"
    nested = f"{template}          forEach: {{{entries}}}\n"
    given = loaded(tmp_path, job(inner + nested))
    assert MAX_VALUES < 3000 * 3000 * 3
    assert [one.rule for one in given.diagnostics] == ["too-many-values"]


def test_of_too_many_copies_none_is_looked_at(tmp_path: Path) -> None:
    """Those that fit are expanded and checked for nothing, which takes most of a minute."""
    entries = ", ".join(f"e{number}: 1" for number in range(2000))
    text = processes(2000, "{titel: T}")
    text += f"    - job: j-${{each.key}}\n      forEach: {{{entries}}}\n      sendTask: {{titel: T}}\n"
    assert brief(loaded(tmp_path, text).diagnostics) == ["3:10 too-many-values"]


def test_a_map_may_come_from_outside(tmp_path: Path) -> None:
    from procspec.source import load
    from tests.source.spec import write

    write(tmp_path, {"procspec.yaml": PROJECT, "a.procspec.yaml": PROCESS})
    one = '{"fr": {"name": "Acme SA", "accounts": []}}'
    given = load(tmp_path, variables={"entities": one})
    assert given.project is not None, brief(given.diagnostics)
    assert [each.data["key"] for each in given.project.processes] == ["close-fr"]
    for bad in ("{", "[]", '{"a": null}', "1"):
        assert [each.rule for each in load(tmp_path, variables={"entities": bad}).diagnostics] == [
            "bad-variable-value"
        ]
