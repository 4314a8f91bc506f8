"""The nouns (DESIGN section 2): frozen values that import nothing of ours and cannot print themselves."""

from procspec.model.calendar import WEEKDAYS, Calendar, Period
from procspec.model.document import Diagnostic, Document, Json, Location, Path, Severity
from procspec.model.drift import Departure, Drift, DriftKind, ProcessDrift
from procspec.model.plan import (
    NEW_ID,
    Action,
    Base,
    Cause,
    Change,
    Outcome,
    Plan,
    ProcessPlan,
    Request,
    Shift,
    When,
)
from procspec.model.policy import Waiver
from procspec.model.project import Credentials, Environment, Holidays, Person, Project
from procspec.model.record import Finding, Intent, Mark, Record, Started
from procspec.model.roll import Choice, Landing, Roll, Rolled
from procspec.model.run import Run, Task
from procspec.model.tree import (
    PROCESS,
    ROOT,
    Compare,
    FieldRule,
    FieldTable,
    Kind,
    Node,
    Origin,
    Stamp,
    Update,
)

__all__ = [
    "NEW_ID",
    "PROCESS",
    "ROOT",
    "WEEKDAYS",
    "Action",
    "Base",
    "Calendar",
    "Cause",
    "Change",
    "Choice",
    "Compare",
    "Credentials",
    "Departure",
    "Diagnostic",
    "Document",
    "Drift",
    "DriftKind",
    "Environment",
    "FieldRule",
    "FieldTable",
    "Finding",
    "Holidays",
    "Intent",
    "Json",
    "Kind",
    "Landing",
    "Location",
    "Mark",
    "Node",
    "Origin",
    "Outcome",
    "Path",
    "Period",
    "Person",
    "Plan",
    "ProcessDrift",
    "ProcessPlan",
    "Project",
    "Record",
    "Request",
    "Roll",
    "Rolled",
    "Run",
    "Severity",
    "Shift",
    "Stamp",
    "Started",
    "Task",
    "Update",
    "Waiver",
    "When",
]
