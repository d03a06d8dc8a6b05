"""What a workspace asks for that wants fewer calls."""

from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from lakemend.errors import ThrottledError


def throttled_until(error: ActivityError) -> datetime | None:
    """Return the instant before which a workspace that throttles wants no call."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ApplicationError):
        cause = cause.__cause__
    if cause is None or cause.type != ThrottledError.__name__ or not cause.details:
        return None
    # the activity names it in seconds, and only what the workspace itself has asked for
    return workflow.now() + timedelta(seconds=float(cause.details[0]))
