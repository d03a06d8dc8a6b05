"""What an activity's failure means for the recovery."""

import asyncio
from collections.abc import Iterable

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from lakemend.errors import BudgetExceededError, LakemendError, ThirdPartyChangeError
    from lakemend.incident import Outcome, StepRecord, StepStatus
    from lakemend.policy import Ending
    from workflows.throttling import throttled_until


def explain(error: ActivityError) -> str:
    """Say in a sentence what went wrong, without the wrapping."""
    cause = error.cause
    if isinstance(cause, ApplicationError):
        return cause.message
    return f"{error.activity_type} did not finish in time" if cause else str(error)


def interrupted(error: ActivityError | asyncio.CancelledError) -> Ending:
    """Say how an incident ends that could not go on."""
    if isinstance(error, ActivityError) and not is_cancelled_exception(error):
        message = f"The workspace could not be read or changed: {explain(error)}"
        return Ending(
            outcome=Outcome.ESCALATED,
            message=message,
            unclear=True,
            not_before=throttled_until(error),
        )
    message = "Cancelled by an operator; what was changed has been put back."
    return Ending(outcome=Outcome.ESCALATED, message=message, stopped=True)


def not_allowed(error: ActivityError, steps: Iterable[StepRecord]) -> Ending | None:
    """Say how an incident ends whose next step a budget refused; what has failed has failed."""
    if not _is(error, BudgetExceededError):
        return None
    return Ending(
        outcome=Outcome.ESCALATED,
        message=f"Not tried any further: {explain(error)}",
        stopped=all(step.status is not StepStatus.FAILED for step in steps),
    )


def is_hopeless(error: ActivityError) -> bool:
    """Whether the same call would fail again: it was refused, not merely unlucky."""
    return isinstance(error.cause, ApplicationError) and error.cause.non_retryable


def somebody_else_was_first(error: ActivityError) -> bool:
    """Whether a third party changed the resource under us."""
    return _is(error, ThirdPartyChangeError)


def _is(error: ActivityError, kind: type[LakemendError]) -> bool:
    cause = error.cause
    return isinstance(cause, ApplicationError) and cause.type == kind.__name__
