"""The one place where the SDK's errors become ours.

Messages keep the platform's words, bounded, redacted, and without what the SDK adds for its own
debugging: the configuration in 401 and 403, and a log of the request where it could not parse the
answer.
"""

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus

import requests
from databricks.sdk import errors as sdk
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.errors.private_link import PrivateLinkValidationError
from temporalio.exceptions import CancelledError

from activities.workspace.client import PauseRefusedError
from lakemend.errors import (
    InvalidRequestError,
    InvalidStateError,
    NotFoundError,
    PermissionDeniedError,
    ThrottledError,
    TransientError,
    WorkspaceError,
)
from lakemend.redaction import redact, trim, well_formed

DETAIL_LIMIT = 500
SHORTEST_PAUSE = timedelta(seconds=5)  # the SDK says 1 s for a missing header; that is no wish
LONGEST_PAUSE = timedelta(hours=1)  # a larger Retry-After is a mistake, or an attack

_SDK_DEBUGGING = re.compile(r"\.? ?(?:Config: host=|Request log:).*", re.DOTALL)
_DOES_NOT_EXIST = re.compile(r"does(?: not|n't) exist")

_Make = Callable[[str, str], WorkspaceError]


def _throttled(call: str, detail: str) -> ThrottledError:
    return ThrottledError(call, detail, SHORTEST_PAUSE)


BY_CLASS: dict[type[BaseException], _Make] = {
    sdk.BadRequest: InvalidRequestError,
    sdk.InvalidState: InvalidStateError,
    sdk.InvalidParameterValue: InvalidRequestError,
    sdk.Unauthenticated: PermissionDeniedError,
    sdk.PermissionDenied: PermissionDeniedError,
    PrivateLinkValidationError: PermissionDeniedError,
    sdk.NotFound: NotFoundError,
    sdk.ResourceDoesNotExist: NotFoundError,
    sdk.ResourceConflict: InvalidStateError,
    sdk.Aborted: TransientError,  # "typically due to a concurrency issue": the next read tells
    sdk.AlreadyExists: InvalidStateError,
    sdk.ResourceAlreadyExists: InvalidStateError,
    sdk.TooManyRequests: _throttled,
    sdk.ResourceExhausted: _throttled,
    sdk.RequestLimitExceeded: _throttled,
    sdk.Cancelled: TransientError,
    sdk.InternalError: TransientError,
    sdk.Unknown: TransientError,
    sdk.DataLoss: InvalidRequestError,
    sdk.NotImplemented: InvalidRequestError,
    sdk.TemporarilyUnavailable: TransientError,
    sdk.DeadlineExceeded: TransientError,
    DatabricksError: TransientError,  # 502 and what no class exists for; see `_unclassified`
    sdk.OperationFailed: InvalidRequestError,
    sdk.OperationTimeout: TransientError,
    requests.exceptions.InvalidURL: InvalidRequestError,
    requests.exceptions.InvalidSchema: InvalidRequestError,
    requests.exceptions.MissingSchema: InvalidRequestError,
    requests.RequestException: TransientError,  # includes HTML where JSON was due: a proxy's page
    OSError: TransientError,  # lost connections and time-outs
    KeyError: TransientError,  # an answer without its fields is no answer
    TypeError: TransientError,  # JSON that is neither object nor list
    ValueError: TransientError,
}


@contextmanager
def translated(call: str, token: str) -> Generator[None]:
    """Raise WorkspaceErrors instead of the SDK's; `call` is like `GET /api/2.2/jobs/get`."""
    try:
        yield
    except (WorkspaceError, CancelledError):
        raise
    except Exception as error:  # the edge to a library that lets much escape
        raise translate(call, error, token) from error


def translate(call: str, error: BaseException, token: str = "") -> WorkspaceError:
    """Return our error for one of the SDK's, or of what it lets escape."""
    error = _reason(error)
    detail = _detail(error, token)
    pause = getattr(error, "retry_after_secs", None)
    named = pause is not None and pause > 1
    if named or isinstance(error, sdk.TooManyRequests):
        return ThrottledError(call, detail, _pause(pause), named=named)
    if isinstance(error, sdk.InvalidParameterValue) and _DOES_NOT_EXIST.search(detail):
        return NotFoundError(call, detail)
    if type(error) is DatabricksError:
        return _unclassified(error)(call, detail)
    makes = (BY_CLASS[kind] for kind in type(error).__mro__ if kind in BY_CLASS)
    return next(makes, TransientError)(call, detail)


def _reason(error: BaseException) -> BaseException:
    """Unwrap a refused pause, and the SDK's TimeoutError at the end of its budget."""
    inner = error.__context__ if isinstance(error, PauseRefusedError) else error.__cause__
    wrapped = isinstance(error, PauseRefusedError | TimeoutError)
    return inner if wrapped and inner is not None else error


def _unclassified(error: DatabricksError) -> type[WorkspaceError]:
    """Tell a 4xx without a class of its own from a 502; the code is then the status in words."""
    statuses = HTTPStatus.__members__
    status = statuses.get(str(error.error_code or ""))
    refused = status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR
    return InvalidRequestError if refused else TransientError


def _pause(seconds: float | None) -> timedelta:
    if seconds is None:
        return SHORTEST_PAUSE
    within = min(float(seconds), LONGEST_PAUSE.total_seconds())
    return max(timedelta(seconds=within), SHORTEST_PAUSE)


def _detail(error: BaseException, token: str) -> str:
    text = _SDK_DEBUGGING.sub("", str(error)).strip() or type(error).__name__
    code = getattr(error, "error_code", None)
    if code and code not in text:
        text = f"{code}: {text}"
    if not isinstance(error, DatabricksError):
        text = f"{type(error).__name__}: {text}"
    if token:
        text = text.replace(token, "[redacted]")
    return trim(redact(well_formed(text)), DETAIL_LIMIT)
