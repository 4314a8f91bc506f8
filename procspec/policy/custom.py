"""The policies of a team, applied to the parts of the compiled payloads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from procspec.model import Diagnostic, Json, Location, Node
from procspec.policy.limit import TooLong, limited
from procspec.policy.scene import Hit, Process
from procspec.policy.schemas import Custom, fault_of_file, validator

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Parts: TypeAlias = Sequence[tuple[Node, Json]]
"""Every process, group and job of one create payload, with the node that it came from."""
_MOST = 100
"""So many violations of one schema by one part are looked at."""
SECONDS = 30.0
"""So long one policy may compute over all parts of a project: a thousand processes take a few."""


class Unusable(Exception):
    """A schema cannot be applied, which shows only now; carries the diagnostic."""

    def __init__(self, problem: Diagnostic) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def violations(
    custom: Custom, processes: Sequence[Process], parts: Mapping[str, Parts], seconds: float = SECONDS
) -> list[Hit]:
    """Every breach of one policy; raises Unusable for a schema that cannot be applied, or in so long a time.

    Whatever the validator makes of a schema is a fault of that schema: a control that broke has not passed.
    """
    try:
        with limited(seconds):
            return list(_violations(custom, processes, parts))
    except Exception as error:
        raise Unusable(fault_of_file(custom.place, f"{_why(error, seconds)} Mend it.")) from error


def _why(error: Exception, seconds: float) -> str:
    if isinstance(error, TooLong):
        return (
            f"The schema was stopped after {seconds:g} seconds of computing. A regular expression that can"
            ' match one text in many ways, such as "(a+)+$", does not come to an end.'
        )
    if isinstance(error, RecursionError):
        return "The schema cannot be applied: it refers to itself without an end, or too deeply."
    return f"The schema cannot be applied: {str(error)[:200] or type(error).__name__}."


def _violations(custom: Custom, processes: Sequence[Process], parts: Mapping[str, Parts]) -> Iterator[Hit]:
    judge = validator(custom)
    for process in processes:
        given = parts.get(process.key, ())
        nodes = {id(value): node for node, value in given}
        for _, value in (one for one in given if one[0].kind is custom.on):
            for error in islice(judge.iter_errors(value), _MOST):
                yield _hit(custom, process, nodes, value, error)


def _hit(
    custom: Custom, process: Process, nodes: Mapping[int, Node], value: Json, error: ValidationError
) -> Hit:
    """The breach, at the node and the field of it that the error's path leads to."""
    node, fields = nodes[id(value)], list[str]()
    for step in error.absolute_path:
        value = value[step]
        if id(value) in nodes:
            node, fields = nodes[id(value)], []
        elif isinstance(step, str):
            fields.append(step)
    return Hit(
        policy=custom.policy.id,
        document=process.document,
        path=process.paths[node.key],
        detail=custom.message,
        spot=_spot(node, fields),
    )


def _spot(node: Node, fields: Sequence[str]) -> Location | None:
    origins = (node.origins[name].place for name in fields if name in node.origins)
    return next(origins, node.place)
