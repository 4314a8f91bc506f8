"""`procspec compile`."""

from __future__ import annotations

import click

from procspec import providers
from procspec.cli import opening, options
from procspec.cli.screen import Globals


@click.command("compile")
@options.keys
@options.project
@click.pass_obj
def command(given: Globals, keys: tuple[str, ...], environment: str | None, variables: dict[str, str]) -> int:
    """Print the create payloads, by key; with one KEY, that payload alone."""
    from procspec.engine.session import chosen, wanted
    from procspec.providers.base import Ability, require

    project, _ = opening.sound(given, environment, variables)
    provider = providers.get(project.environment.provider)
    require(provider, Ability.DEFINE)
    files = wanted(project, provider)
    asked = chosen(keys, files)
    payloads = {key: provider.payload(file.desired) for key, file in files.items() if key in asked}
    given.screen.data(payloads[keys[0]] if len(keys) == 1 else payloads)
    return 0
