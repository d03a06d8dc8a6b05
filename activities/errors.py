"""The one place where our errors become Temporal's.

The type tells the workflow what happened; whether waiting helps decides about retries. Expected
failures are BENIGN, so that a worker's log is not filled with traces of what it is there to handle.
"""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from lakemend.errors import (
    BudgetExceededError,
    CapExceededError,
    LakemendError,
    PlaybookError,
    SettingsError,
    ThirdPartyChangeError,
    ThrottledError,
    WaitingIsUselessError,
    WorkspaceError,
)
from lakemend.redaction import trim

MESSAGE_LIMIT = 1000
STILL_CHANGING = "StillChanging"

_FINAL = (
    WaitingIsUselessError,
    BudgetExceededError,
    CapExceededError,
    ThirdPartyChangeError,
    PlaybookError,
    SettingsError,
)
_EXPECTED = (WorkspaceError, BudgetExceededError, CapExceededError, ThirdPartyChangeError)


class StillChangingError(Exception):
    """The resource is on its way to where we want it; look again `after` that time."""

    def __init__(self, message: str, after: timedelta) -> None:
        self.after = after
        super().__init__(message)


@contextmanager
def told_to_temporal() -> Generator[None]:
    """Raise ApplicationErrors instead of ours.

    Without the cause: Temporal would send its whole text along, and ours is bounded.
    """
    try:
        yield
    except LakemendError as error:
        raise application_error(error) from None
    except StillChangingError as error:
        raise look_again(STILL_CHANGING, str(error), error.after) from None


def application_error(error: LakemendError) -> ApplicationError:
    """Return what the workflow sees: the class name as type, and whether a retry makes sense."""
    expected = isinstance(error, _EXPECTED)
    return ApplicationError(
        trim(str(error), MESSAGE_LIMIT),
        *_wishes_of(error),
        type=type(error).__name__,
        non_retryable=isinstance(error, _FINAL),
        next_retry_delay=error.retry_after if isinstance(error, ThrottledError) else None,
        category=ApplicationErrorCategory.BENIGN if expected else _UNEXPECTED,
    )


def _wishes_of(error: LakemendError) -> list[float]:
    """Return the seconds that the workspace itself has asked for: a workflow may heed them."""
    if isinstance(error, ThrottledError) and error.named:
        return [error.retry_after.total_seconds()]
    return []


def look_again(kind: str, message: str, after: timedelta) -> ApplicationError:
    """Return the failure by which an activity asks to be tried again `after` that time.

    The server schedules the next try: no slot is held and no event written while it waits.
    """
    return ApplicationError(
        trim(message, MESSAGE_LIMIT),
        type=kind,
        next_retry_delay=after,
        category=ApplicationErrorCategory.BENIGN,
    )


_UNEXPECTED = ApplicationErrorCategory.UNSPECIFIED
