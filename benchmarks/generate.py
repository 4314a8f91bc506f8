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


def _project(url: str) -> str:
    people = "\n".join(f"  person-{n}: {{id: user-{n:03}, name: Person {n}}}" for n in range(PEOPLE))
    return f"""\
kind: Project
name: benchmark
environments:
  served: {{provider: workiva, url: "{url}"}}
variables:
  period: {{default: 2024-Q4}}
people:
{people}
calendars:
  us:
    businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]
    businessDateExclusions: ["2024-11-28", "2024-12-25"]
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
        '    approverDueDate: "2099-12-20"',
        "    instructions: |",
        "      Complete the reconciliation, attach the support, and explain",
        "      every difference above the materiality of the period.",
    )
    return "".join(f"{indent}{line}\n" for line in lines)
