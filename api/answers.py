"""The one place where an error becomes an answer."""

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.headers import SECURITY_HEADERS
from api.problems import (
    MEDIA_TYPE,
    RETRY_AFTER,
    ApiError,
    FieldProblem,
    InvalidInputError,
    Problem,
    field_problem,
    retry_after,
)
from lakemend import errors

_TYPE_PREFIX = "urn:problem-type:lakemend:"

# What to send instead, where pydantic's own words name only what was wrong.
_DURATION = "send a duration like 30m, 2h or 1d"
_REMEDIES = {"time_delta_parsing": _DURATION, "time_delta_type": _DURATION}

_log = structlog.stdlib.get_logger()

# What each domain error means to somebody who called the API.
STATUS_OF: dict[type[errors.LakemendError], HTTPStatus] = {
    errors.LakemendError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.WorkspaceError: HTTPStatus.BAD_GATEWAY,
    errors.WaitingHelpsError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.TransientError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ThrottledError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.WaitingIsUselessError: HTTPStatus.BAD_GATEWAY,
    errors.PermissionDeniedError: HTTPStatus.BAD_GATEWAY,
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.InvalidStateError: HTTPStatus.CONFLICT,
    errors.InvalidRequestError: HTTPStatus.BAD_GATEWAY,
    errors.CapExceededError: HTTPStatus.CONFLICT,
    errors.BudgetExceededError: HTTPStatus.CONFLICT,
    errors.ThirdPartyChangeError: HTTPStatus.CONFLICT,
    errors.PlaybookError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.SettingsError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.RecordsError: HTTPStatus.SERVICE_UNAVAILABLE,
}


def install_problem_handlers(app: FastAPI) -> None:
    """Turn every error of every route into a problem."""
    app.add_exception_handler(ApiError, _answer)
    app.add_exception_handler(errors.LakemendError, _answer)
    app.add_exception_handler(RequestValidationError, _answer)
    app.add_exception_handler(HTTPException, _answer)
    app.add_exception_handler(Exception, _answer)


async def _answer(request: Request, error: Exception) -> JSONResponse:
    problem, headers = _describe(error)
    body = problem.model_copy(update={"instance": request.url.path})
    return JSONResponse(
        body.model_dump(),
        status_code=problem.status,
        headers={**SECURITY_HEADERS, **headers},
        media_type=MEDIA_TYPE,
    )


def _describe(error: Exception) -> tuple[Problem, dict[str, str]]:
    match error:
        case ApiError():
            return _problem(error.status, error.kind, error.detail, error.fields), error.headers
        case errors.LakemendError():
            return _describe_domain_error(error)
        case RequestValidationError():
            return _describe_invalid_request(error), {}
        case HTTPException():
            status = HTTPStatus(error.status_code)
            return _problem(status, "", str(error.detail)), dict(error.headers or {})
        case _:
            # The trace belongs into the log, never into an answer.
            _log.error("http.failed", error=type(error).__name__, exc_info=error)
            return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "see the API's log"), {}


def _describe_domain_error(error: errors.LakemendError) -> tuple[Problem, dict[str, str]]:
    status = STATUS_OF[next(kind for kind in type(error).__mro__ if kind in STATUS_OF)]
    wait = error.retry_after if isinstance(error, errors.ThrottledError) else RETRY_AFTER
    headers = retry_after(wait) if status is HTTPStatus.SERVICE_UNAVAILABLE else {}
    return _problem(status, _kebab_case(type(error).__name__), str(error)), headers


def _describe_invalid_request(error: RequestValidationError) -> Problem:
    fields = [
        field_problem(".".join(map(str, item["loc"])), item.get("input"), _remedy(item))
        for item in error.errors()
    ]
    detail = f"{len(fields)} field(s) cannot be read"
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, InvalidInputError.kind, detail, fields)


def _remedy(item: dict[str, Any]) -> str:
    return _REMEDIES.get(item["type"], str(item["msg"]))


def _problem(
    status: HTTPStatus, kind: str, detail: str, fields: list[FieldProblem] | None = None
) -> Problem:
    return Problem(
        type=f"{_TYPE_PREFIX}{kind}" if kind else "about:blank",
        title=status.phrase,
        status=status,
        detail=detail,
        errors=fields or [],
    )


def _kebab_case(name: str) -> str:
    words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
    return words.removeprefix("-").removesuffix("-error")
