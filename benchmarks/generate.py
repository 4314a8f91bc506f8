"""Makes a project of any size: process files of jobs, each file about what a team would write."""

from __future__ import annotations

from pathlib import Path

PEOPLE = 40


def project(folder: Path, *, processes: int, jobs: int, url: str) -> None:
    """Writes `processes` files of `jobs` jobs each, in folders of a hundred, for an environment at `url`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "procspec.yaml").write_text(_project(url), encoding="utf-8")
    for number in range(processes):
        path = folder / f"part-{number // 100:02}" / f"close-{number:04}.procspec.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(_process(number, jobs), encoding="utf-8")


def copies(folder: Path, *, processes: int, jobs: int) -> None:
    """Writes one template of `jobs` jobs that `forEach` makes `processes` processes of."""
    folder.mkdir(parents=True, exist_ok=True)
    entities = "".join(
        f"      e{n:04}: {{name: Entity {n}, owner: person-{n}, controller: person-{n + 1}}}\n"
        for n in range(processes)
    )
    variables = f"variables:\n  entities:\n    default:\n{entities}"
    text = _project("emulator", processes + 1).replace(
        "variables:\n  period: {default: 2024-Q4}\n", f"period: 2098-Q4\n{variables}"
    )
    (folder / "procspec.yaml").write_text(text, encoding="utf-8")
    (folder / "close.procspec.yaml").write_text(_template(jobs), encoding="utf-8")


def _template(jobs: int) -> str:
    children = "".join(
        f"""\
    - job: job-{job:02}
      sendTask:
        title: Reconcile account {job:02} of ${{each.value.name}}
        assignee: ${{each.value.owner}}
        approver: ${{each.value.controller}}
        dueDate: WD+{job % 10 + 1}
        approverDueDate: WD+{job % 10 + 3}
        instructions: Complete the reconciliation for ${{period.name}} and attach the support.
"""
        for job in range(jobs)
    )
    return f"""\
kind: Process
key: close-${{each.key}}-${{period.name}}
forEach: ${{var.entities}}
name: ${{each.value.name}} ${{period.name}} Close
businessStartDate: ${{period.start}}
businessEndDate: ${{period.end}}
dueDate: WD+20
calendar: us
root:
  name: Close
  parallel: true
  children:
{children}"""


def _project(url: str, people: int = PEOPLE) -> str:
    known = "\n".join(f"  person-{n}: {{id: user-{n:03}, name: Person {n}}}" for n in range(people))
    return f"""\
kind: Project
name: benchmark
environments:
  served: {{provider: workiva, url: "{url}"}}
variables:
  period: {{default: 2024-Q4}}
people:
{known}
calendars:
  us:
    businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]
    businessDateExclusions: ["2024-11-28", "2024-12-25"]
policies:
  busy-day: {{most: 100000}}       # all jobs are due on one day
"""


def _process(number: int, jobs: int) -> str:
    half = jobs // 2
    first = "".join(_job(number, job, "    ") for job in range(half))
    second = "".join(_job(number, job, "        ") for job in range(half, jobs))
    return f"""\
kind: Process
key: close-{number:04}
name: ${{var.period}} Close {number}
autoClose: true
businessStartDate: "2024-10-01"
dueDate: "2099-12-31"
calendar: us
root:
  name: Close
  parallel: false
  children:
{first}    - group: review
      name: Review
      parallel: true
      children:
{second}"""


def _job(number: int, job: int, indent: str) -> str:
    assignee, approver = (number + job) % PEOPLE, (number + job + 1) % PEOPLE
    lines = (
        f"- job: job-{job:02}",
        "  sendTask:",
        f"    title: Reconcile account {number:04}-{job:02}",
        f"    assignee: person-{assignee}",
        f"    approver: person-{approver}",
        '    dueDate: "2099-12-15"',
        '    approverDueDate: "2099-12-21"',
        "    instructions: |",
        "      Complete the reconciliation, attach the support, and explain",
        "      every difference above the materiality of the period.",
    )
    return "".join(f"{indent}{line}\n" for line in lines)
