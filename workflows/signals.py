"""Reading what a signal brings: one that cannot be read must not fail a workflow task."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from temporalio import workflow

T = TypeVar("T")


def read(parse: Callable[[Any], T], arguments: Sequence[Any]) -> T | None:
    """Return what was sent; anything else is logged, and None.

    Handlers take `*arguments` and parse here, because a typed handler that is called with too few
    or too many arguments, or with others, raises, which fails the workflow task for ever.
    """
    if len(arguments) != 1:
        workflow.logger.warning("signal.malformed: %d arguments", len(arguments))
        return None
    try:
        return parse(arguments[0])
    except ValueError as error:
        workflow.logger.warning("signal.malformed: %s", error)
        return None
