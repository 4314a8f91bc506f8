"""Rules about what a process is made of."""

from __future__ import annotations

from collections.abc import Iterator

from procspec.policy.scene import Hit, Job, Scene, hit

_MOST_REMINDERS = 3
"""Automatic reminders that an action may have (api-facts 1.7)."""


def twin_titles(scene: Scene) -> Iterator[Hit]:
    """Two jobs that people, and a look at the server, cannot tell apart."""
    for process in scene.processes:
        seen: dict[str, Job] = {}
        for job in process.jobs:
            first = seen.setdefault(" ".join(job.title.casefold().split()), job)
            if first is not job:
                detail = (
                    f'The job "{first.key}" has the title "{job.title}" too. Say in the titles what differs.'
                )
                yield hit("twin-titles", job, "title", detail, (first.place("title"),))


def certification_without_letter(scene: Scene) -> Iterator[Hit]:
    """There is nothing to sign (guide, "Action Types": sourceLetter, steps, title)."""
    for process in scene.processes:
        for job in process.jobs:
            if job.action == "certification" and not str(job.data.get("sourceLetter", "")).strip():
                detail = f'"{job.title}" has no letter that is to be signed. Add "sourceLetter" with its id.'
                yield hit("certification-without-letter", job, "sourceLetter", detail)


def relative_without_start(scene: Scene) -> Iterator[Hit]:
    """Dates that are to move need the day that they move with (guide, "Relative dates not shifting")."""
    for process in scene.processes:
        if process.data.get("relativeDates") is True and "businessStartDate" not in process.data:
            detail = (
                "Due dates are counted from businessStartDate, and there is none, so that they never move."
                ' Add "businessStartDate", or remove "relativeDates".'
            )
            path = ("relativeDates",)
            yield Hit(policy="relative-without-start", document=process.document, path=path, detail=detail)


def many_reminders(scene: Scene) -> Iterator[Hit]:
    """More reminders than the system sends."""
    for process in scene.processes:
        for name in ("defaultCertSignerReminders", "defaultCertApproverReminders"):
            reminders = process.data.get(name)
            if isinstance(reminders, list) and len(reminders) > _MOST_REMINDERS:
                detail = (
                    f"These are {len(reminders)} reminders, and an action has {_MOST_REMINDERS} at most."
                    " Remove the others."
                )
                path = (name, _MOST_REMINDERS)
                yield Hit(policy="many-reminders", document=process.document, path=path, detail=detail)
