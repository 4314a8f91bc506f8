"""Run files on apptor flow: started once whatever happens, looked at, and taken to their end by a person."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from procspec.providers.apptor.emulator import TOKEN
from procspec.providers.apptor.emulator.faults import rule
from procspec.providers.apptor.emulator.store import Store
from tests import faults
from tests.conftest import Home
from tests.faults import Embedded, Rule
from tests.providers.apptor.test_provider import PROJECT, RUN

EXAMPLE = Path(__file__).parents[3] / "examples" / "order-support"
APPLY = ("apply", "--auto-approve")
DATABASE = Path(".procspec") / "emulator-apptor.db"


def support(folder: Path) -> Home:
    home = Home(folder)
    home.write("procspec.yaml", PROJECT)
    home.write("order.procspec.yaml", RUN)
    return home


def instances(folder: Path) -> list[str]:
    """The ids of everything that was started."""
    if not (folder / DATABASE).exists():
        return []
    with closing(Store(folder / DATABASE)) as store, store.reading():
        return [instance["id"] for instance in store.instances()]


# ----------------------------------------------------------------------------------------- the example


def test_the_example_from_its_start_to_its_end(tmp_path: Path) -> None:
    """The commands of the file's own comment."""
    shutil.copytree(EXAMPLE, tmp_path / "e", ignore=shutil.ignore_patterns(".procspec"))
    home = Home(tmp_path / "e")
    comment = (EXAMPLE / "refund.procspec.yaml").read_text()
    home.ok("plan")
    home.ok("apply", "--auto-approve")
    waiting = home.ok("status", "order-9981")
    assert "0 (running)" in waiting.out and "Order Support" in waiting.out
    task = ("task", "order-9981", "approval-step", "--complete", "--data", "decision=approved")
    assert f"procspec {' '.join(task)}" in comment
    home.ok(*task, "--auto-approve")
    done = home.ok("status", "order-9981")
    assert "1 (completed)" in done.out and "approved" in done.out
    again = home.ok("apply", "--auto-approve")
    assert "No changes" in again.out and len(instances(home.folder)) == 1


@pytest.mark.parametrize(("how", "code"), [("complete", 0), ("fail", 9), ("cancel", 9)])
@pytest.mark.parametrize("quirks", [(), ("observability-states",)])
def test_a_watched_run_ends_as_it_ends(
    home: Home, served: Any, how: str, code: int, quirks: tuple[str, ...]
) -> None:
    id = served.start(home)
    if how == "complete":
        home.ok("task", id, "approval-step", "--complete", "--auto-approve")
    else:
        served.control("POST", f"instances/{id}/{how}")
    served.control("PUT", "quirks", {"quirks": [*quirks]})
    result = home.run("watch", "order-9981", "--interval", "1", "--timeout", "20")
    assert result.code == code, result.out + result.err


# ------------------------------------------------------------------------------------ never twice

DOUBTFUL: dict[str, Rule] = {
    "drop": faults.drop("POST", "/process/exec"),
    "truncate": faults.truncate("POST", "/process/exec"),
    "502 acted": faults.act_status(502, "POST", "/process/exec"),
    "500": faults.status(500, "POST", "/process/exec"),
    "html": faults.html("POST", "/process/exec", act=True),
    "no id": faults.no_id("POST", "/process/exec"),
    "other": faults.other("POST", "/process/exec"),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_a_start_of_unknown_outcome_is_settled_by_hand(home: Home, name: str) -> None:
    support(home.folder)
    rules = Embedded(home.folder / DATABASE, Store, rule)
    rules.set(DOUBTFUL[name])
    assert home.run(*APPLY).code == 4
    assert rules.fired() == [1]
    rules.clear()
    made = instances(home.folder)
    assert home.run(*APPLY).code == 4 and instances(home.folder) == made
    assert len(made) == (name != "500")
    home.ok("resolve", "order-9981", *(("--id", made[0]) if made else ("--not-started",)))
    home.ok(*APPLY)
    (run,) = home.record("order-9981")["runs"]
    assert [run["id"]] == instances(home.folder)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_a_start_that_was_refused_may_be_tried_again(home: Home, status: int) -> None:
    support(home.folder)
    rules = Embedded(home.folder / DATABASE, Store, rule)
    rules.set(faults.status(status, "POST", "/process/exec"))
    assert home.run(*APPLY).code == (7 if status in (401, 403) else 1)
    rules.clear()
    home.ok(*APPLY)
    assert len(instances(home.folder)) == 1


# ------------------------------------------------------------------------------- over the network


class Remote:
    """The served emulator, and a project that uses it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(method, f"{self.url}/_emulator/{path}", json=body, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def start(self, home: Home) -> str:
        home.write(
            "procspec.yaml",
            f"kind: Project\nname: s\nenvironments: {{r: {{provider: apptor, url: '{self.url}'}}}}\n",
        )
        home.write("order.procspec.yaml", RUN)
        home.ok(*APPLY)
        return str(home.record("order-9981")["runs"][0]["id"])


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Remote]:
    monkeypatch.setenv("PROCSPEC_API_KEY", TOKEN)
    words = ["-m", "procspec", "emulator", "serve", "--provider", "apptor", "--port", "0"]
    options = ["--clock", "2026-02-20", "--database", str(tmp_path / "remote.db")]
    with subprocess.Popen([sys.executable, *words, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("apptor flow emulator on http://") and f"token: {TOKEN} " in line
        yield Remote(next(word for word in line.split() if word.startswith("http://")))
        process.terminate()


def test_one_request_starts_it(home: Home, served: Remote) -> None:
    served.start(home)
    sent = served.control("GET", "requests")
    assert [(one["method"], one["path"], one["query"]) for one in sent] == [
        ("POST", "/process/exec", "environment=DEVELOPMENT&versionNumber=3")
    ]
    home.ok("plan")
    home.ok(*APPLY)
    assert len(served.control("GET", "requests")) == 1
    served.control("DELETE", "requests")
    home.ok("status", "order-9981")
    assert [one["method"] for one in served.control("GET", "requests")] == ["GET"]


def test_the_key_is_never_shown_or_kept(home: Home, served: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "CANARY-0f3a9b7c-of-the-key"
    served.control("PUT", "keys/canary", {"secret": secret})
    monkeypatch.setenv("PROCSPEC_API_KEY", f"apk_canary_{secret}")
    served.start(home)
    said = [home.run("-v", *words) for words in (("plan",), ("status", "order-9981"), ("state", "list"))]
    served.control("PUT", "keys/canary", {"secret": secret, "status": "REVOKED"})
    denied = home.run("-v", "status", "order-9981")
    assert denied.code == 7 and "PROCSPEC_API_KEY" in denied.err
    told = json.dumps([[one.out, one.err] for one in (*said, denied)])
    assert secret not in told
    kept = b"".join(path.read_bytes() for path in home.folder.rglob("*") if path.is_file())
    assert secret.encode() not in kept


def test_without_credentials_nothing_is_sent(
    home: Home, served: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROCSPEC_API_KEY")
    home.write(
        "procspec.yaml",
        f"kind: Project\nname: s\nenvironments: {{r: {{provider: apptor, url: '{served.url}'}}}}\n",
    )
    home.write("order.procspec.yaml", RUN)
    result = home.run(*APPLY)
    assert result.code == 7 and "Set PROCSPEC_API_KEY or PROCSPEC_TOKEN" in result.out + result.err
    assert served.control("GET", "requests") == []
    assert home.ok("state", "list", "-o", "json").json["records"] == []
