"""Names and messages that would act on a terminal, on a reviewer, or on a runner of CI: none gets through."""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from procspec import source
from procspec.model import Json
from procspec.render.visible import json_text, visible
from procspec.source.scalars import forbidden
from procspec.state import open_store
from tests.conftest import Home, Result, Server

NASTY: dict[str, str] = {
    # what a terminal acts on
    "NUL": "a\x00b",
    "bell": "a\x07b",
    "backspace": "safe\x08\x08\x08\x08evil",
    "red": "\x1b[31mred\x1b[0m",
    "clear screen": "\x1b[2J\x1b[H",
    "window title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\\\click\x1b]8;;\x1b\\\\",
    "C1 CSI": "\x9b31mred",
    "delete": "a\x7fb",
    "return": "good\revil",
    "return and line feed": "one\r\ntwo",
    "tabs": "a\tb\t\tc",
    "vertical tab, form feed": "a\x0bb\x0cc",
    "next line": "a\x85b",
    "line separator": "a\u2028b",
    "paragraph separator": "a\u2029b",
    "lines": "one\ntwo\n\nthree",
    "lines at both ends": "\none\n",
    # what deceives a reviewer
    "override": "user\u202egnp.exe",
    "closed embedding": "\u202babc\u202c",
    "closed override": "a \u202edcb\u202c e",
    "isolate": "\u2066a\u2069b\u2066",
    "marks of direction": "a\u200e\u200fb\u061cc",
    "zero width": "a\u200bb\u200cc\u2060d",
    "byte order mark": "\ufeffa",
    "soft hyphen": "pass\u00adword",
    "tag characters": "a\U000e0041\U000e0042",
    "private use": "a\ue000b",
    "non-character": "a\ufffeb",
    "look-alikes": "аdmin",
    "no-break space": "a\u00a0b",
    # what a runner takes for a command
    "GitHub": "::error::x",
    "GitHub, indented": "  ::warning file=a.py::x",
    "GitHub on a line": "x\n::set-output name=a::b",
    "GitHub after a wide blank": "\u3000::stop-commands::x",
    "GitHub, mask": "::add-mask::a",
    "GitHub, old": "##[error]x",
    "GitHub, old, in the middle": "x ##[group]y",
    "Azure": "##vso[task.setvariable variable=a]b",
    "Azure in the middle": "x\ty ##vso[task.complete result=Failed;]",
    "three signs": "###[error]x",
    "TeamCity": "##teamcity[buildStatus status='FAILURE']",
    "folded": "%0A::error::x",
    "colons": ":::",
    # other writing
    "family": "👨\u200d👩\u200d👧",
    "flag": "🏴\U000e0067\U000e0062\U000e007f",
    "combining": "Z\u0300\u0301\u0302\u0303\u0304a",
    "Hebrew": "שלום עולם",
    "Arabic": "مرحبا 2024",
    "Chinese": "漢字",
    "long": "x" * 10_000,
    "long words": "word " * 2_000 + "end",
    "replacement": "a\ufffdb",
    # what a language takes for something else
    "braces": "{{ x }}",
    "percent": "%s %d %(x)s {0}",
    "expression": "${var.x}",
    "escaped expression": "$${x} $$${y}",
    "no": "no",
    "null": "null",
    "tilde": "~",
    "hexadecimal": "0x10",
    "octal": "0123",
    "sexagesimal": "1:30:00",
    "date": "2024-12-31",
    "exponent": "1e3",
    "list": "- a",
    "mapping": "a: b",
    "colon": ": ",
    "comment": "a # b",
    "sign": "#",
    "anchor": "&a *a",
    "tag": "!!str a",
    "directive": "%YAML 1.2",
    "documents": "---\na\n...",
    "merge": "<<",
    "at": "@a `b`",
    "single quote": "it's",
    "double quote": 'say "x"',
    "backslashes": "C:\\new\\x41\\",
    "blanks at both ends": "  a  ",
    "lines with blanks": "a  \n  b\n\n",
    "markup": "<script>alert(1)</script> [a](b) | c",
    "formula": "=cmd|' /C calc'!A0",
    "formula of a sheet": "@SUM(1+1)*cmd()",
    "minus": "-1+1",
    "shell": "$(touch x) `id`; rm -rf ~",
    "path": "../../etc/passwd",
}
WRITABLE = {name: text for name, text in NASTY.items() if forbidden(text) is None}
"""What a file may hold."""
ACTING = {name: text for name, text in NASTY.items() if visible(text) != text}
"""What would be an attack if it were shown as it is."""
AT_LEAST = 80


HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
COMMAND = re.compile(r"^\s*::|##[\w.-]*\[")


def harmless(text: str) -> None:
    """No raw character that acts, and no line that a runner would obey; colour is off in these tests."""
    for character in set(text) - {"\n"}:
        assert unicodedata.category(character) not in HIDDEN, f"{character!r} in {text!r}"
    for line in text.split("\n"):
        assert not COMMAND.search(line), line


def seen(result: Result) -> Result:
    """The result, after a look at it: harmless, and no traceback."""
    harmless(result.out)
    harmless(result.err)
    assert "Traceback" not in result.err
    return result


@pytest.mark.parametrize("text", [*NASTY.values(), "\ud800", "a\udcffb"], ids=lambda text: repr(text[:20]))
def test_the_one_function(text: str) -> None:
    harmless(visible(text))
    assert "\n" not in visible(text)
    assert visible(visible(text)) == visible(text)
    for value in (text, {text: [text]}, [[text, {"a": text}]]):
        harmless(json_text(value))
        assert json.loads(json_text(value)) == value


def test_what_is_shown() -> None:
    assert visible("::error::x") == "\\x3a:error::x" and visible("a ::b") == "a ::b"
    assert visible("a ##vso[b]") == "a \\x23#vso[b]" and visible("## a [b]") == "## a [b]"
    assert visible("a\n\t\x1b\u202e") == "a\\n\\t\\x1b\\u{202e}"


def test_they_are_counted() -> None:
    assert len(NASTY) >= AT_LEAST and len(WRITABLE) >= 60


# -------------------------------------------------------------------------------- from files, and back

PROJECT = """\
kind: Project
name: {name}
environments:
  local: {{provider: workiva, url: "{url}"}}
people:
"""


def project(home: Home, url: str, texts: Sequence[str] = ("hostile",)) -> None:
    """A project whose people are called like that: `ana0`, `ana1`, ... in the files."""
    people = {f"ana{at}": {"id": f"user-{at}", "name": text} for at, text in enumerate(texts)}
    home.write("procspec.yaml", PROJECT.format(name=quoted(texts[0]), url=url) + f"  {quoted(people)}\n")


def quoted(value: Json) -> str:
    """JSON is YAML, except for halves of surrogate pairs."""
    return json.dumps(value, ensure_ascii=False)


def process(text: str, at: int = 0) -> Json:
    """A process whose every text is this one; its key is `p` and a number, its people the project's."""
    task = {"title": text, "instructions": text, "assignee": f"ana{at}"}
    children = [
        {"job": "a", "sendTask": task},
        {"group": "g", "name": text, "children": [{"job": "b", "contentRequest": {"title": text}}]},
        {"job": "c", "certification": {"title": text, "sourceLetter": text}},
    ]
    return {"kind": "Process", "key": f"p{at}", "name": text, "root": {"name": text, "children": children}}


def one_process(home: Home, url: str) -> None:
    project(home, url)
    home.write("close.procspec.yaml", source.dump(process("x")))


def groups(names: Iterable[str]) -> list[tuple[str, ...]]:
    """A dozen at once: opening a project costs more than another process in it."""
    known = tuple(names)
    return [known[start : start + 12] for start in range(0, len(known), 12)]


SHOWING: list[list[str]] = [
    ["validate"],
    ["compile"],
    ["plan"],
    ["plan", "-o", "json"],
    ["-v", "plan", "--out", "plan.json"],
    ["show", "plan.json"],
    ["show", "plan.json", "--requests"],
    ["show", "plan.json", "-o", "json"],
]


@pytest.mark.parametrize("names", groups(WRITABLE), ids=" ".join)
def test_what_a_file_holds_is_created_read_and_imported(
    names: tuple[str, ...], home: Home, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home.folder)
    texts = [WRITABLE[name] for name in names]
    project(home, server.url, [text.replace("${", "$(") for text in texts])
    for at, text in enumerate(texts):
        home.write(f"p{at}.procspec.yaml", source.dump(source.literal(process(text, at))))
    for arguments in SHOWING:
        result = seen(home.run(*arguments))
        assert result.code == 0, (arguments, result)
    assert seen(home.run("apply", "--auto-approve")).code in (0, 3)
    assert home.pending() == []
    for arguments in (["plan"], ["-v", "plan"], ["state", "list"], ["state", "show", "p0"]):
        assert seen(home.run(*arguments)).code == 0
    compiled = home.ok("compile").json
    for record in home.ok("state", "list", "-o", "json").json["records"]:
        payload = compiled[record["key"]] if len(texts) > 1 else compiled
        imported(home, record["id"], payload)


def imported(home: Home, id: str, compiled: Json) -> None:
    """Into another project: the plan is empty, and the file says what the first one says."""
    other = elsewhere(home)
    result = seen(other.run("import", id, "--key", "taken"))
    assert result.code == 0 and "the plan is empty" in result.out, result
    assert other.pending() == []
    assert bare(other.ok("compile", "taken").json) == bare(compiled)


def elsewhere(home: Home) -> Home:
    """A new project with the same people and the same server."""
    other = Home(Path(mkdtemp(dir=home.folder.parent)))
    other.write("procspec.yaml", (home.folder / "procspec.yaml").read_text(encoding="utf-8"))
    return other


def bare(payload: Json) -> Json:
    """A payload without what the server adds of itself."""
    if isinstance(payload, dict):
        return {
            key: bare(value)
            for key, value in payload.items()
            if value not in (False, []) and value != "whenEligible"
        }
    return [bare(item) for item in payload] if isinstance(payload, list) else payload


@pytest.mark.parametrize("name", [name for name in NASTY if name not in WRITABLE])
def test_what_a_file_may_not_hold_is_refused_in_words_that_can_be_read(name: str, home: Home) -> None:
    project(home, "http://127.0.0.1:1")
    for text in (source.dump(process(NASTY[name])), f"kind: Process\nkey: {NASTY[name]}\n"):
        (home.folder / "close.procspec.yaml").write_bytes(text.encode())
        for arguments in (["validate"], ["validate", "-o", "json"], ["plan"], ["apply", "--auto-approve"]):
            result = seen(home.run(*arguments))
            assert result.code == 3 and "close.procspec.yaml" in result.out + result.err


@pytest.mark.parametrize("names", groups(NASTY), ids=" ".join)
def test_what_a_file_is_called(names: tuple[str, ...], home: Home, server: Server) -> None:
    project(home, server.url, ["x"] * 12)
    stems = [NASTY[name].translate({0: "_", ord("/"): "_"})[:60].lstrip(".") for name in names]
    for at, stem in enumerate(stems):
        home.write(f"{stem}.procspec.yaml", source.dump(process("x", at)))
        home.write(f"{stem}/y.procspec.yml", "")
    for arguments in (["validate"], ["plan"], ["-v", "plan", "-o", "json"], ["apply", "--auto-approve"]):
        assert seen(home.run(*arguments)).code in (0, 3)
    for stem in stems:
        home.write(f"{stem}.procspec.yaml", f"kind: {quoted(stem)}\n{quoted(stem)}: 1\nkey: [\n")
        home.write(f"{stem}/z.procspec.yaml", f"kind: {quoted(stem)}\n{quoted(stem)}: 1\n")
    for arguments in (["validate"], ["validate", "-o", "json"], ["plan"]):
        assert seen(home.run(*arguments)).code == 3


def test_a_file_name_that_is_no_text(home: Home, server: Server) -> None:
    project(home, server.url)
    name = os.fsencode(home.folder) + b"/\xff\x1b[31m.procspec.yaml"
    Path(os.fsdecode(name)).write_text(source.dump(process("x")))
    for arguments in (["plan"], ["plan", "-o", "json"], ["plan", "--out", str(home.folder / "p.json")]):
        assert seen(home.run(*arguments)).code == 0
    assert seen(home.run("apply", str(home.folder / "p.json"))).code in (0, 3)


# ------------------------------------------------------------------------------- from the command line


@pytest.mark.parametrize("name", [name for name, text in ACTING.items() if "\x00" not in text])
def test_what_is_on_the_command_line(
    name: str, home: Home, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = NASTY[name]
    one_process(home, server.url)
    lines = [
        *([command, "--", text] for command in ("plan", "compile", "apply", "show", "schema", "nothing")),
        *(["state", act, "--", text] for act in ("show", "rm", "unlock", "nothing")),
        *(["import", "--key", text, "--", "id"], ["import", "--key", "k", "--", text]),
        *(["resolve", "--not-created", "--", text], ["resolve", "--id", text, "--", "p0"]),
        *(["plan", "-e", text], ["plan", "--var", text], ["plan", "--var", f"{text}=1"], [text]),
        *(["plan", f"--{text}"], ["plan", "-o", text], ["emulator", "serve", "--port", f"{text}x"]),
        *(
            ["--color", text, "plan"],
            ["plan", "--parallelism", text],
            ["plan", "--out", f"{home.folder}/{text}/x"],
        ),
        *(["plan", "-o", "json", "--", text], ["-C", text, "plan"], ["validate", "--var", f"x={text}"]),
    ]
    for arguments in lines:
        assert seen(home.run(*arguments)).code != 0, arguments
    monkeypatch.setenv("PROCSPEC_ENV", text)
    assert seen(home.run("plan")).code == 64
    monkeypatch.delenv("PROCSPEC_ENV")
    monkeypatch.setenv("PROCSPEC_VAR_" + text.replace("=", "")[:99], text)
    seen(home.run("plan"))


def test_an_argument_that_is_no_text(home: Home, server: Server) -> None:
    """Bytes that are not UTF-8: Python hands them on as halves of surrogate pairs."""
    project(home, server.url)
    for arguments in (
        *(["import", "\udcff", "--key", "k"], ["import", "x", "--key", "\udcff"], ["plan", "\udcff"]),
        *(["resolve", "\udcff", "--not-created"], ["resolve", "p0", "--id", "\udcff"]),
        *(["state", "unlock", "\udcff"], ["state", "show", "\udcff"], ["plan", "--var", "\udcff=1"]),
        *(["plan", "-e", "\udcff"], ["-C", "\udcff", "plan"], ["\udcff"]),
    ):
        assert seen(home.run(*arguments)).code not in (0, 2), arguments


@pytest.mark.parametrize("name", [name for name, text in ACTING.items() if "\x00" not in text])
def test_a_folder_for_init(name: str, home: Home) -> None:
    folder = home.folder / NASTY[name].replace("/", "_")[:60]
    assert seen(home.run("init", str(folder))).code == 0
    assert seen(home.run("init", str(folder))).code == 64
    assert seen(Home(folder).run("validate")).code == 0


def test_what_is_done_in_such_a_folder(home: Home) -> None:
    inside = Home(home.folder / "::error::\x1b[31m\u202e\udcff")
    assert seen(home.run("init", str(inside.folder))).code == 0
    for arguments in (["plan"], ["apply", "--auto-approve"], ["state", "list"]):
        assert seen(inside.run(*arguments)).code == 0


def test_who_holds_the_lock(home: Home, server: Server) -> None:
    one_process(home, server.url)
    with closing(open_store(".procspec/state.db", home.folder)) as store:
        for text in NASTY.values():
            with store.lock("local", text):
                assert seen(home.run("plan")).code == 0
                assert seen(home.run("apply", "--auto-approve")).code == 5
                assert seen(home.run("apply", "--auto-approve", "-o", "json")).code == 5


# ------------------------------------------------------------------------------------ from the server


@pytest.mark.parametrize("names", groups(NASTY), ids=" ".join)
def test_what_somebody_wrote_on_the_server(names: tuple[str, ...], home: Home, server: Server) -> None:
    """It is shown as a difference, and imported with an empty plan, or refused with the file taken back."""
    project(home, server.url, ["x"] * 12)
    for at in range(len(names)):
        home.write(f"p{at}.procspec.yaml", source.dump(process("x", at)))
    edited(home, server, names)
    for arguments in (["plan"], ["-v", "plan"], ["plan", "-o", "json"]):
        assert seen(home.run(*arguments)).code == 0, arguments
    edited(home, server, names)
    for at, name in enumerate(names):
        other = elsewhere(home)
        result = seen(other.run("import", home.record(f"p{at}")["id"], "--key", "taken"))
        if name in WRITABLE or "\r\n" in NASTY[name]:
            assert result.code == 0, result
        if result.code == 0:
            assert other.pending() == [] and seen(other.run("plan")).code == 0
        else:
            assert result.code == 3 and "control-character" in result.err, result
            assert not list(other.folder.glob("taken*"))


def edited(home: Home, server: Server, names: tuple[str, ...]) -> None:
    """Applies, which takes back what was there, and lets somebody edit each process."""
    assert seen(home.run("apply", "--auto-approve", "--allow-replace", "--allow-many")).code in (0, 3)
    for at, name in enumerate(names):
        written_by_hand(server, home.record(f"p{at}")["id"], NASTY[name])


def written_by_hand(server: Server, id: str, text: str) -> None:
    at = "/root/children/0/job/arguments/sendTaskArgs"
    paths = ("/name", f"{at}/title", f"{at}/instructions", "/root/name")
    edit = [{"op": "add", "path": path, "value": text} for path in paths]
    server.control("POST", f"processes/{id}/edit", edit)


@contextmanager
def answering(status: int, body: bytes, reason: str = "No") -> Iterator[str]:
    """A server that says this to everybody; a create it calls made. JSON's escapes carry lone surrogates."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made = status == 200 and (self.command, self.path) == ("POST", "/processes")
            self.send_response(201 if made else status, reason)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = answer

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize(
    "text", [*NASTY.values(), "\ud800", "\udfff\ud800x"], ids=lambda text: repr(text[:20])
)
def test_what_the_server_says(
    text: str, home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its errors, a process full of it, and a validation; and nothing of it raw in any log."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("PROCSPEC_TOKEN", "t" * 40)
    said = {"code": text, "message": text, "error": text, "detail": text, "target": text}
    full = {**said, "id": text, "name": text, "revision": 1, "errors": [said, {"error": said}]}
    task = {"type": text, f"{text}Args": {"title": text, "assignee": {"id": text, "type": text}}}
    full["root"] = {
        "id": text,
        "name": text,
        "children": [{"type": "job", "job": {"id": text, "arguments": task}}],
    }
    for status, body in ((400, said), (403, said), (200, full), (200, text)):
        with answering(status, json.dumps(body).encode()) as url:
            one_process(home, url)
            for arguments in (
                ["apply", "--auto-approve"],
                ["apply", "--auto-approve", "-o", "json"],
                ["import", "an-id", "--key", "k"],
                ["import", "--key", "k", "--", text.replace("\x00", "") or "x"],
                ["plan"],
                ["state", "list"],
                ["plan", "-o", "json"],
            ):
                seen(home.run(*arguments))
        for record in caplog.records:
            harmless(record.getMessage())
        for path in (*home.folder.glob("k.*"), *home.folder.glob(".procspec/state.db*")):
            path.unlink()


def test_a_plan_that_somebody_wrote(home: Home, server: Server) -> None:
    """`show` reads a file that may come from anywhere."""
    project(home, server.url)
    home.write("close.procspec.yaml", source.dump(process("REPLACED")))
    path = home.folder / "plan.json"
    assert home.run("plan", "--out", str(path)).code == 0
    text = path.read_text()
    for nasty in ("\x1b[31m", "::error::x", "##[error]x", "\u202e"):
        for word in ("REPLACED", "sendTask", '"POST"', '"local"', "hostile", '"/processes"', '"p0'):
            quoted = json.dumps(nasty)
            path.write_text(text.replace(word, quoted if word[0] == word[-1] == '"' else quoted.strip('"')))
            for more in ([], ["--requests"], ["-o", "json"]):
                seen(home.run("show", str(path), *more))
            seen(home.run("apply", str(path)))
