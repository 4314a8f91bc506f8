"""Runs: what a system does with a process once it was started."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as the system tells it: `status` in its own word, `over` when nothing of it goes on."""

    id: str
    process: str
    status: str
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Somebody's work that a run begins with: the job's title, who gets it (an id), and when it is due."""

    title: str
    person: str = ""
    due: str = ""
