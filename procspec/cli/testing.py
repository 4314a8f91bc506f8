"""`procspec test`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import click

from procspec import providers
from procspec.cli import formats, opening, options
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals
from procspec.errors import SpecError
from procspec.model import Project, Rehearsal
from procspec.providers.base import Ability, Provider, require

_NONE = "No scenarios: a file `kind: Scenario` says what a process must do."


@click.command("test")
@options.keys
@options.project
@options.output("text", "json", "junit")
@click.pass_obj
def command(
    given: Globals, keys: tuple[str, ...], environment: str | None, variables: dict[str, str], output: str
) -> int:
    """Play the scenarios, all or those with these KEYs, each in an emulator and on days of its own.

    No account is asked, no credentials are needed, and nothing of the project's state is touched. Policies
    are not looked at: `validate` does. Exit 1 when a scenario fails, exit 3 when a file is wrong.
    """
    from procspec.engine.session import labels

    project, loaded = opening.sound(given, environment, variables)
    provider = providers.get(project.environment.provider)
    require(provider, Ability.REHEARSE)
    played = list[Rehearsal]()
    for one in _played(given, project, provider, keys, loaded.texts):
        played.append(one)
        if output == "text":
            _say(given, one, loaded.texts, labels(project))
        elif output == "junit":
            _tell(given, one)
    code = given.halt.exit_code or int(not all(one.passed for one in played))
    if output == "json":
        given.screen.data({"format_version": FORMAT, "exit_code": code, "scenarios": _data(played)})
    elif output == "junit":
        given.screen.say(_junit(project, played, loaded.texts))
    else:
        _end(given, played)
    return code


def _played(
    given: Globals, project: Project, provider: Provider, keys: tuple[str, ...], texts: Mapping[str, str]
) -> Iterator[Rehearsal]:
    """Every scenario that was asked for, in path order."""
    from procspec.engine.rehearsal import rehearse
    from procspec.engine.session import chosen, wanted

    scenarios = {str(one.data["key"]): one for one in project.scenarios}
    asked = chosen(keys, scenarios, "scenario")
    try:
        files = wanted(project, provider)
    except SpecError as error:
        raise opening.Invalid(error.diagnostics, texts, Path(project.folder)) from error
    for key, scenario in scenarios.items():
        if key in asked:
            given.halt.check()
            yield rehearse(scenario, files[scenario.data["process"]], provider, project.people)


def _say(given: Globals, one: Rehearsal, texts: Mapping[str, str], labels: Mapping[str, str]) -> None:
    from procspec.render.rehearsal import line, scenes

    paint = given.screen.paint
    given.screen.say(line(one, paint))
    if not one.passed:
        given.screen.say(f"\n{scenes(one, texts, labels, paint)}")


def _tell(given: Globals, one: Rehearsal) -> None:
    """The report lands in a file; people are told meanwhile."""
    from procspec.render.rehearsal import line

    given.screen.tell(line(one, given.screen.paint))


def _end(given: Globals, played: list[Rehearsal]) -> None:
    from procspec.render.rehearsal import counted

    gap = "\n" if played and played[-1].passed else ""
    given.screen.say(f"{gap}{counted(played)}" if played else _NONE)


def _data(played: list[Rehearsal]) -> object:
    from procspec.codec import encode

    return [{"passed": one.passed, **encode(one)} for one in played]


def _junit(project: Project, played: list[Rehearsal], texts: Mapping[str, str]) -> str:
    """The report, with the names that files have in the repository."""
    from procspec.engine.session import labels
    from procspec.render.rehearsal import junit

    way = formats.way_to(Path(project.folder))
    named = {way + file: text for file, text in texts.items()}
    return junit((_moved(one, way) for one in played), named, labels(project))


def _moved(one: Rehearsal, way: str) -> Rehearsal:
    scenes = tuple(
        replace(scene, diagnostics=tuple(formats.moved(each, way) for each in scene.diagnostics))
        for scene in one.scenes
    )
    return replace(one, place=replace(one.place, file=way + one.place.file), scenes=scenes)
