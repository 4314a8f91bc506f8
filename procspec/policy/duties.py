"""Rules about who does what: approvals, absences, and how much is on one desk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from procspec.model import Location
from procspec.policy.people import Participant, Span
from procspec.policy.scene import Hit, Job, Scene, hit

_APPROVED = ("sendTask", "contentRequest")
"""The actions that have an approver (guide, "Action Types"); a certification has steps."""
_SHOWN = 3
_NAMED = 12
"""So many places and tasks of a busy day are shown."""


def self_approval(scene: Scene) -> Iterator[Hit]:
    """Whoever does the work may not approve it, in person or through somebody who stands in."""
    for job, assignee, approver in _pairs(scene):
        if assignee.is_user and approver.is_user:
            why = _same(scene, job, assignee, approver)
            if why:
                yield hit("self-approval", job, "approver", why, (job.place("assignee"),))


def unchecked_approval(scene: Scene) -> Iterator[Hit]:
    """Who is in a group, nobody here can know."""
    for job, assignee, approver in _pairs(scene):
        field, who = ("approver", approver) if not approver.is_user else ("assignee", assignee)
        if not who.is_user:
            detail = (
                f'"{scene.people.label(who)}" is a {who.type} and no user, so that procspec cannot know'
                " whether somebody approves their own work here. See to it, and say so in a waiver."
            )
            yield hit("unchecked-approval", job, field, detail)


def _pairs(scene: Scene) -> Iterator[tuple[Job, Participant, Participant]]:
    """Every job that one does and one approves."""
    for job in _jobs(scene):
        assignee, approver = (scene.people.of(job.data.get(name)) for name in ("assignee", "approver"))
        if assignee and approver:
            yield job, assignee, approver


def _same(scene: Scene, job: Job, assignee: Participant, approver: Participant) -> str:
    """Why the two are one; empty when they are not."""
    who = scene.people
    if assignee == approver:
        return f"{_alias(job, assignee) or who.label(assignee)} {_OWN}. Choose another approver."
    days = _span(job)
    does, approves = who.hands(assignee, days), who.hands(approver, days)
    for one in does:
        direct = one in (assignee, approver)
        if one in approves and (direct or (does[one] and approves[one])):
            return _through(scene, one, assignee, approver)
    return ""


_OWN = "would approve their own work"


def _alias(job: Job, one: Participant) -> str:
    """That two names are one id; empty where it is one name, or none."""
    names = {job.data[field] for field in ("assignee", "approver") if isinstance(job.data[field], str)}
    if len(names) < 2:
        return ""
    first, second = sorted(names)
    return f'"{first}" and "{second}" are one person, {one.id}, who'


def _through(scene: Scene, one: Participant, assignee: Participant, approver: Participant) -> str:
    label = scene.people.label
    if one == assignee:
        how = f"{label(assignee)} stands in for the approver, {label(approver)}"
    elif one == approver:
        how = f"{label(approver)} stands in for the assignee, {label(assignee)}"
    else:
        how = f"{label(one)} stands in for both, {label(assignee)} and {label(approver)}"
    return f"{how}, and {_OWN}. Choose another approver, or another delegate."


def _span(job: Job) -> Span | None:
    """The days on which the work is handed in and approved."""
    days = [found for found in (job.day("dueDate"), job.day("approverDueDate")) if found]
    return (min(days), max(days)) if days else None


def no_approver(scene: Scene) -> Iterator[Hit]:
    """A second pair of eyes."""
    for job in _jobs(scene):
        if job.action in _APPROVED and "approver" not in job.data:
            detail = f'Nobody approves "{job.title}". Add an approver, or waive it where none is needed.'
            yield hit("no-approver", job, "approver", detail)


def person_away(scene: Scene) -> Iterator[Hit]:
    """Somebody is not there on the day on which their part is due."""
    for job in _jobs(scene):
        done = job.day("dueDate")
        for field, due in (("assignee", done), ("approver", job.day("approverDueDate") or done)):
            who = scene.people.of(job.data.get(field))
            if who and due:
                yield from _absent(scene, job, field, who, due)


def _absent(scene: Scene, job: Job, field: str, who: Participant, due: date) -> Iterator[Hit]:
    person = scene.people.away(who, (due, due))
    if person is None or person.away is None:
        return
    other = scene.people.delegate(person)
    advice = "Choose somebody else, or name a delegate."
    if other is not None:
        also = " who is away as well" if scene.people.away(other, (due, due)) else ""
        advice = (
            f"The delegate is {scene.people.label(other)}{',' if also else ''}{also}."
            " Nobody is swapped by procspec: write who is to do it."
        )
    detail = f"{person.label} is away from {person.away[0]} to {person.away[1]}, and this is due on {due}."
    related = [
        job.place("approverDueDate" if field == "approver" and job.day("approverDueDate") else "dueDate")
    ]
    yield hit(
        "person-away", job, field, f"{detail} {advice}", [*related, *([person.place] if person.place else [])]
    )


def busy_day(scene: Scene) -> Iterator[Hit]:
    """More work for one person on one day than gets done; what they only approve is not counted.

    A waiver takes the tasks that it covers out of the count. So nobody else's task makes one needed or not
    needed, and a task that comes later is counted with the others.
    """
    most, days = scene.most["busy-day"], dict[tuple[Participant, date], list[Job]]()
    for job in _jobs(scene):
        who, due = scene.people.of(job.data.get("assignee")), job.day("dueDate")
        if who and due:
            days.setdefault((who, due), []).append(job)
    for (who, due), jobs in days.items():
        if len(jobs) > most:
            yield from _crowd(scene, f"{scene.people.label(who)} has", due, jobs)


def _crowd(scene: Scene, who: str, due: date, jobs: Sequence[Job]) -> Iterator[Hit]:
    """What is waived, for the waivers; and, if there is still too much, one finding at the first of it."""
    hits = [(job, hit("busy-day", job, "assignee", "")) for job in jobs]
    waived = [one for _, one in hits if scene.is_waived(one)]
    yield from waived
    left = [job for job, one in hits if not scene.is_waived(one)]
    most = scene.most["busy-day"]
    if len(left) > most:
        besides = (
            f", besides {len(waived)} {'that is' if len(waived) == 1 else 'that are'} waived,"
            if waived
            else ","
        )
        detail = (
            f"{who} {len(left)} tasks that are due on {due}{besides} and {most} are what the project allows:"
            f" {_named(left)}. Move some, or give them to somebody else."
        )
        places: dict[Location, None] = dict.fromkeys(job.place("assignee") for job in left[1 : _SHOWN + 1])
        yield hit("busy-day", left[0], "assignee", detail, places)


def _named(jobs: Sequence[Job]) -> str:
    """The jobs by their keys, behind those of their processes if these are several."""
    several = len({id(job.document) for job in jobs}) > 1
    names = [f"{job.document.data['key']}: {job.key}" if several else job.key for job in jobs[:_NAMED]]
    more = f" and {len(jobs) - _NAMED} more" if len(jobs) > _NAMED else ""
    return f"{', '.join(names)}{more}"


def _jobs(scene: Scene) -> Iterator[Job]:
    for process in scene.processes:
        yield from process.jobs


# ------------------------------------------------------------------------------- the project's people


def unknown_delegate(scene: Scene) -> Iterator[Hit]:
    """A delegate is somebody of the project."""
    for key, person in scene.project.people.items():
        if person.delegate and person.delegate not in scene.project.people:
            detail = (
                f'Nobody is called "{person.delegate}" in the project. Add them to "people",'
                f' or choose another delegate for "{key}".'
            )
            yield _entry(scene, "unknown-delegate", key, "delegate", detail)


def away_dates(scene: Scene) -> Iterator[Hit]:
    """An absence ends after it begins."""
    for key, person in scene.project.people.items():
        if person.away and person.away[0] > person.away[1]:
            detail = (
                f"The absence ends on {person.away[1]}, before it begins on {person.away[0]}. Swap the dates."
            )
            yield _entry(scene, "away-dates", key, "awayUntil", detail)


def _entry(scene: Scene, policy: str, key: str, field: str, detail: str) -> Hit:
    """A finding about a field of a person, where the environment or the project says it."""
    document = scene.project.document
    paths = [("environments", scene.project.environment.name, "people", key, field), ("people", key, field)]
    path = next((path for path in paths if path in document.places), paths[-1])
    return Hit(policy=policy, document=document, path=path, detail=detail)
