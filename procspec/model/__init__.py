"""The nouns (DESIGN section 2): frozen values that import nothing of ours and cannot print themselves."""

from procspec.model.document import Diagnostic, Document, Json, Location, Path, Severity
from procspec.model.plan import NEW_ID, Action, Base, Cause, Change, Outcome, Plan, ProcessPlan, Request, When
from procspec.model.project import Credentials, Environment, Person, Project
from procspec.model.record import Finding, Intent, Mark, Record, Started
from procspec.model.run import Run, Task
from procspec.model.tree import PROCESS, ROOT, Compare, FieldRule, FieldTable, Kind, Node, Origin, Update

__all__ = [
    "NEW_ID",
    "PROCESS",
    "ROOT",
    "Action",
    "Base",
    "Cause",
    "Change",
    "Compare",
    "Credentials",
    "Diagnostic",
    "Document",
    "Environment",
    "FieldRule",
    "FieldTable",
    "Finding",
    "Intent",
    "Json",
    "Kind",
    "Location",
    "Mark",
    "Node",
    "Origin",
    "Outcome",
    "Path",
    "Person",
    "Plan",
    "ProcessPlan",
    "Project",
    "Record",
    "Request",
    "Run",
    "Severity",
    "Started",
    "Task",
    "Update",
    "When",
]
