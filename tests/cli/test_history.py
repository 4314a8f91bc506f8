"""history, and what an apply says at its end: what people and programs read."""

from __future__ import annotations

import re

import pytest

from procspec.model import Action, ApplyRecord, Deed, Inverse, Step
from procspec.render import history
from tests.conftest import Home

ONE = ApplyRecord(
    id="20261121-104501-3f2a",
    environment="production",
    target="workiva https://api.app.wdesk.com",
    command="procspec apply",
    since="2026-11-21T10:45:01+00:00",
    who="ana@laptop",
    tool="0.1.0",
    plan="0f" * 16,
    commit="3f2a1b0c" * 5,
    dirty=True,
    exit_code=4,
    deeds=(
        Deed(
            key="close-2026",
            title="Close",
            action=Action.UPDATE,
            id="p-1",
            steps=(
                Step(
                    action=Action.UPDATE,
                    method="PATCH",
                    path="/processes/p-1",
                    trace="req-1",
                    inverses=(
                        Inverse(
                            action=Action.UPDATE,
                            id="p-1",
                            field="dueDate",
                            before="2026-12-31",
                            after="2027-01-31",
                        ),
                        Inverse(action=Action.NOOP, field="calendarIds", why="it is gone"),
                    ),
                ),
            ),
        ),
        Deed(
            key="start",
            title="Close",
            action=Action.RUN,
            exit_code=4,
            steps=(
                Step(
                    action=Action.RUN,
                    method="POST",
                    path="/processes/p-1/run",
                    doubtful=True,
                    inverses=(Inverse(action=Action.NOOP, why="mail is out"),),
                ),
            ),
        ),
    ),
)

TABLE = """\
APPLY                 WHEN                       WHO         REVISION     WHAT
20261121-104501-3f2a  2026-11-21T10:45:01+00:00  ana@laptop  3f2a1b0c3f+  1 updated, 1 started; exit 4"""

SHOWN = """\
20261121-104501-3f2a  procspec apply  in production (workiva https://api.app.wdesk.com)
    2026-11-21T10:45:01+00:00 by ana@laptop, procspec 0.1.0; exit 4
    git 3f2a1b0c3f2a1b0c3f2a1b0c3f2a1b0c3f2a1b0c, and files that were not committed
    plan 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f

~ close-2026  updated p-1  "Close"
    PATCH /processes/p-1  req-1
        inverse: dueDate  2027-01-31 -> 2026-12-31
        calendarIds: no inverse: it is gone

! start  started  "Close"  exit 4
    POST /processes/p-1/run  outcome unknown
        no inverse: mail is out"""


def test_the_table() -> None:
    assert history.table([ONE]) == TABLE


def test_one_apply() -> None:
    assert history.apply(ONE) == SHOWN


def test_control_characters_do_not_pass() -> None:
    evil = ApplyRecord(
        id="\x1b[31m",
        environment="a\nb",
        target="\u202e",
        command="\x07",
        since="\r",
        who="\x00",
        tool="\x9b",
        plan="::error::",
        commit="##[command]",
        undoes="\x1b]0;",
        deeds=(
            Deed(
                key="\x1b",
                title="\n",
                action=Action.UPDATE,
                id="\x08",
                steps=(
                    Step(
                        action=Action.UPDATE,
                        method="\x1b",
                        path="\n",
                        trace="\x1b",
                        inverses=(
                            Inverse(action=Action.UPDATE, field="\n", before="\x1b", after="\n", id="\x1b"),
                            Inverse(action=Action.NOOP, field="\x1b", why="\n::error::"),
                            Inverse(action=Action.TRASH, id="\x1b[2J"),
                        ),
                    ),
                ),
            ),
        ),
    )
    lost = [(deed, step, one) for deed in evil.deeds for step in deed.steps for one in step.inverses]
    texts = (history.table([evil]), history.apply(evil), history.recorded(evil), history.missing(lost))
    for text in (*texts, history.rollback(evil)):
        assert not re.search(r"[^\n\x20-\x7e]", text), text
        assert not re.search(r"^\s*::", text, re.MULTILINE)
        assert "##[" not in text


def test_a_project_without_applies(home: Home) -> None:
    home.ok("init", ".")
    assert home.ok("history").out == "No applies.\n"
    told = home.ok("history", "-o", "json").json
    assert list(told.items()) == [("format_version", 1), ("exit_code", 0), ("applies", [])]


def test_json_has_the_exit_code_of_the_command_and_that_of_the_apply(home: Home) -> None:
    home.ok("init", ".")
    home.ok("apply", "--auto-approve")
    (listed,) = home.ok("history", "-o", "json").json["applies"]
    told = home.ok("history", listed["id"], "-o", "json").json
    assert list(told) == ["format_version", "exit_code", "apply"]
    assert (told["exit_code"], told["apply"]) == (0, listed)
    assert listed["exit_code"] == 0


@pytest.mark.parametrize("words", [("history", "x"), ("rollback", "x"), ("trash", "x"), ("restore", "x")])
def test_errors_are_json_too(home: Home, words: tuple[str, ...]) -> None:
    home.ok("init", ".")
    failed = home.run(*words, "-o", "json")
    assert (failed.code, failed.json["exit_code"], failed.err) == (64, 64, "")


def test_an_apply_is_undone_word_for_word(home: Home) -> None:
    home.ok("init", ".")
    home.ok("apply", "--auto-approve")
    home.edit("first.procspec.yaml", "dueDate: 2024-12-31", "dueDate: 2025-01-31")
    told = home.ok("apply", "--auto-approve").out.splitlines()[-2]
    found = re.fullmatch(r"Apply (\S+) recorded; `procspec (rollback \S+ -e local)` undoes it\.", told)
    assert found
    shown = home.ok(*found[2].split(), "--auto-approve").out
    id = home.record("first-close")["id"]
    first, *rest = shown.splitlines()
    assert re.fullmatch(rf"Rollback of {found[1]}, \S+ by \S+@\S+: 1 updated\.", first)
    assert rest.pop(-2).startswith("Apply ")
    assert rest == [
        "",
        "project in local (workiva emulator)",
        "",
        '~ first-close  update  "First Close"',
        "    ~ dueDate  2025-01-31 -> 2024-12-31",
        "",
        "hint: Once it is undone, `procspec plan` shows again what the files ask for.",
        "",
        "Plan: 1 to update. 1 request; nobody gets mail.",
        f"~ first-close  updated {id}",
        "Rollback complete: 1 of 1 carried out.",
    ]
