"""Opens what a command works with: the project's files, then the account and the state store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from procspec import providers, source
from procspec.cli.screen import Globals
from procspec.errors import SpecError, UsageError
from procspec.model import Credentials, Diagnostic, Environment, Project, Severity

if TYPE_CHECKING:
    from procspec.engine.checking import Checked
    from procspec.engine.session import Session
    from procspec.state.base import StateStore

_SETTINGS: Mapping[str, str] = {
    "token": "PROCSPEC_TOKEN",
    "clientId": "PROCSPEC_CLIENT_ID",
    "clientSecret": "PROCSPEC_CLIENT_SECRET",
    "apiKey": "PROCSPEC_API_KEY",
}
"""The variables that hold the credentials (DESIGN section 7), each also as `..._FILE`."""


def load(given: Globals, environment: str | None, variables: Mapping[str, str]) -> source.Loaded:
    """The project's files, read and checked; warnings and errors are in the result, not raised."""
    folder = source.find(given.folder)
    return source.load(folder, environment=environment, variables=variables, environ=given.environ)


def sound(
    given: Globals, environment: str | None, variables: Mapping[str, str]
) -> tuple[Project, source.Loaded]:
    """The project, if there is nothing wrong with it; warnings are told. Raises Invalid otherwise."""
    project, loaded = quiet(given, environment, variables)
    warn(given, loaded.diagnostics, loaded.texts)
    return project, loaded


def quiet(
    given: Globals, environment: str | None, variables: Mapping[str, str]
) -> tuple[Project, source.Loaded]:
    """As `sound`, for files whose warnings are told elsewhere."""
    loaded = load(given, environment, variables)
    if loaded.project is None:
        raise Invalid(loaded.diagnostics, loaded.texts, source.find(given.folder))
    return loaded.project, loaded


def warn(given: Globals, found: Sequence[Diagnostic], texts: Mapping[str, str]) -> None:
    """Tells the warnings among what was found."""
    warnings = [one for one in found if one.severity is Severity.WARNING]
    if warnings:
        from procspec.render.diagnostics import diagnostics

        given.screen.tell(diagnostics(warnings, texts, given.screen.paint))


class Invalid(SpecError):
    """The files are wrong; with the texts, so that the lines can be shown, and the project's folder.

    `is_whole` is False when nobody looked at policies, because of what is wrong.
    """

    def __init__(
        self,
        problems: Sequence[Diagnostic],
        texts: Mapping[str, str],
        folder: Path | None = None,
        *,
        is_whole: bool = True,
    ) -> None:
        super().__init__(problems)
        self.texts = texts
        self.folder = folder
        self.is_whole = is_whole


@contextmanager
def placed(texts: Mapping[str, str]) -> Iterator[None]:
    """What a server finds wrong with the files is shown with their lines."""
    try:
        yield
    except Invalid:
        raise
    except SpecError as error:
        raise Invalid(error.diagnostics, texts) from error


@contextmanager
def session(given: Globals, project: Project, checked: Checked | None = None) -> Iterator[Session]:
    """One project opened in its environment; everything is closed at the end.

    `checked` is what policies say of it, for commands that go by them; it has the files compiled already.
    """
    from procspec.engine.session import Session, declared, wanted
    from procspec.state import open_store

    provider = providers.get(project.environment.provider)
    files = checked.files if checked else wanted(project, provider)
    runs = checked.runs if checked else declared(project, provider)
    embedded = project.environment.is_embedded
    known = Credentials() if embedded else credentials(project.environment, given.environ)
    with (
        closing(open_store(project.state, Path(project.folder))) as store,
        closing(provider.connect(project.environment, known, project.folder, given.halt)) as service,
    ):
        yield Session(
            project=project,
            provider=provider,
            service=service,
            store=store,
            files=files,
            halt=given.halt,
            as_of=checked.as_of if checked else None,
            custom=checked.custom if checked else (),
            waivers=checked.waivers if checked else (),
            runs=runs,
        )


@contextmanager
def store(
    given: Globals, environment: str | None, variables: Mapping[str, str]
) -> Iterator[tuple[StateStore, str]]:
    """The state store alone, and the environment's name: for looking at records, without an account."""
    project, _ = sound(given, environment, variables)
    with stored(project) as pair:
        yield pair


@contextmanager
def stored(project: Project) -> Iterator[tuple[StateStore, str]]:
    """As `store`, of a project that is read already."""
    from procspec.state import open_store

    with closing(open_store(project.state, Path(project.folder))) as opened:
        yield opened, project.environment.name


def credentials(environment: Environment, environ: Mapping[str, str]) -> Credentials:
    """What the variables hold; raises UsageError for a `..._FILE` that cannot be read."""
    (token, first), (client_id, second), (client_secret, third), (api_key, fourth) = (
        _secret(environment.credentials.get(setting, variable), environ)
        for setting, variable in _SETTINGS.items()
    )
    return Credentials(
        token=token,
        client_id=client_id,
        client_secret=client_secret,
        api_key=api_key,
        variables=(first, second, third, fourth),
    )


def _secret(variable: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """The secret, and the variable that holds it or names its file."""
    file = f"{variable}_FILE"
    if variable in environ or not environ.get(file):
        return environ.get(variable, "").strip(), variable
    try:
        return Path(environ[file]).read_text(encoding="utf-8").strip(), file
    except (OSError, ValueError) as error:
        raise UsageError(f"The file that {file} names cannot be read: {type(error).__name__}.") from None
