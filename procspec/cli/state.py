"""`procspec state`: look at and repair records."""

from __future__ import annotations

import click

from procspec.cli import opening, options
from procspec.cli.confirm import confirm
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals
from procspec.engine.runtime.acts import undone
from procspec.engine.session import blocked, known_ids
from procspec.errors import Refused, UsageError
from procspec.model import Record
from procspec.render.visible import visible
from procspec.state.base import StateStore


@click.group("state")
def command() -> None:
    """Look at and repair the records of an environment."""


@command.command("list")
@options.project
@options.output("text", "json")
@click.pass_obj
def list_records(given: Globals, environment: str | None, variables: dict[str, str], output: str) -> int:
    """List the records: key, id, revision, and what is not settled."""
    from procspec.codec import encode
    from procspec.render.state import table

    with opening.store(given, environment, variables) as (store, name):
        records = sorted(store.read(name).values(), key=lambda record: record.key)
    if output == "json":
        given.screen.data({"format_version": FORMAT, "records": [encode(record) for record in records]})
    else:
        given.screen.say(table(records, given.screen.paint))
    return 0


@command.command("show")
@click.argument("key")
@options.project
@options.output("text", "json")
@click.pass_obj
def show(given: Globals, key: str, environment: str | None, variables: dict[str, str], output: str) -> int:
    """Print one record as JSON: ids and digests, no content; one that moves is there under its old key.

    The output is the same with every format; with -o json errors are JSON too.
    """
    from procspec.codec import encode

    with opening.store(given, environment, variables) as (store, name):
        known = store.read(name)
        moved = opening.load(given, environment, variables).project if key not in known else None
        olds = [old for old, new in moved.moved.items() if new == key and old in known] if moved else []
        record = _record(store, name, olds[0] if olds else key)
    given.screen.data({"format_version": FORMAT, **encode(record)})
    return 0


@command.command("mv")
@click.argument("old", callback=options.readable)
@click.argument("new", callback=options.readable)
@options.project
@options.lock_timeout
@click.pass_obj
def move(
    given: Globals,
    old: str,
    new: str,
    environment: str | None,
    variables: dict[str, str],
    lock_timeout: float,
) -> int:
    """Give the record of OLD the key NEW; the process on the server stays as it is.

    In a repository `moved` in procspec.yaml does that for every environment, and is reviewed.
    """
    from procspec.engine.moves import rename

    with (
        opening.store(given, environment, variables) as (store, name),
        store.lock(name, f"procspec state mv {old} {new}", lock_timeout),
    ):
        project = opening.load(given, environment, variables).project
        files = {str(one.data["key"]): one.period for one in project.processes} if project else {}
        rename(store, _record(store, name, old), new, files.get(new))
    given.screen.say(visible(f"{old} is now {new} in {name}."))
    return 0


@command.command("rm")
@click.argument("key")
@options.project
@options.lock_timeout
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(
    given: Globals,
    key: str,
    environment: str | None,
    variables: dict[str, str],
    lock_timeout: float,
    auto_approve: bool,
) -> int:
    """Forget a record; the process on the server stays, and procspec knows it no more."""
    with opening.store(given, environment, variables) as (store, name):
        record = _record(store, name, key)
        if why := blocked(record) or undone(record):
            raise Refused(f"Nothing was forgotten. {why}")
        ids = ", ".join(sorted(known_ids(record)))
        kept = f" On the server stays: {ids}." if ids else ""
        if not auto_approve:
            confirm(given.screen, visible(f"Forget {key}?{kept}"), "Run state rm with --auto-approve.")
        with store.lock(name, f"procspec state rm {key}", lock_timeout):
            store.delete(record)
    given.screen.say(visible(f"Forgot {key}.{kept}"))
    return 0


@command.command("unlock")
@click.argument("id", callback=options.readable)
@options.project
@click.pass_obj
def unlock(given: Globals, id: str, environment: str | None, variables: dict[str, str]) -> int:
    """Break the lock with that id, after its holder died."""
    with opening.store(given, environment, variables) as (store, name):
        store.unlock(name, id)
    given.screen.say(visible(f"Unlocked {name}."))
    return 0


def _record(store: StateStore, environment: str, key: str) -> Record:
    record = store.read(environment).get(key)
    if record is None:
        raise UsageError(f"There is no record of {key!r} in {environment}.")
    return record
