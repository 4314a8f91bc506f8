"""Rehearsals: how a scenario went, and where it went otherwise than its file says."""

from __future__ import annotations

from dataclasses import dataclass

from procspec.model.document import Diagnostic, Location
from procspec.model.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A moment at which something was otherwise: why, on which day (ISO), and the run as it was then.

    `run` is None when none was started.
    """

    today: str
    diagnostics: tuple[Diagnostic, ...]
    run: Run | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One scenario that was played: `taken` of its `steps` were carried out or looked at.

    `scenes` are the moments at which something was otherwise, in their order; none when all was so.
    """

    key: str
    title: str
    process: str
    place: Location
    steps: int
    taken: int
    scenes: tuple[Scene, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether everything was as the file says."""
        return not self.scenes

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that was otherwise, in its order."""
        return tuple(one for scene in self.scenes for one in scene.diagnostics)
