"""What the API itself refuses, and the shape of every error answer (RFC 9457)."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from pydantic import BaseModel, Field

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = timedelta(seconds=5)
_SHOWN_CHARACTERS = 100


class FieldProblem(BaseModel):
    """One field that is wrong, what was sent, and what to send instead."""

    field: str
    value: str
    remedy: str


class Problem(BaseModel):
    """An error answer (RFC 9457, `application/problem+json`)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    errors: list[FieldProblem] = Field(default=[], description="one entry for each wrong field")


class ApiError(Exception):
    """What the API itself refuses; each subclass is one problem type."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    kind = "internal"

    def __init__(
        self,
        detail: str,
        fields: list[FieldProblem] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.detail = detail
        self.fields = fields or []
        self.headers = dict(headers or {})
        super().__init__(detail)


class UnauthorizedError(ApiError):
    """No credential, or one that is not known; `challenge` names the schemes that are."""

    status = HTTPStatus.UNAUTHORIZED
    kind = "unauthorized"

    def __init__(self, detail: str, challenge: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class InvalidInputError(ApiError):
    """The body, a parameter or a header cannot be read."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    kind = "invalid-input"


class BodyTooLargeError(ApiError):
    """More bytes than a notification ever has."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    kind = "body-too-large"


class UnknownWorkspaceError(ApiError):
    """The path names a workspace that is not set up here."""

    status = HTTPStatus.NOT_FOUND
    kind = "unknown-workspace"


class UnknownBreakerError(ApiError):
    """No such breaker is running; a missing breaker counts as closed."""

    status = HTTPStatus.NOT_FOUND
    kind = "unknown-breaker"


class UnknownStormError(ApiError):
    """The records know no such storm."""

    status = HTTPStatus.NOT_FOUND
    kind = "unknown-storm"


class UnknownIncidentError(ApiError):
    """Neither the records nor Temporal know the incident."""

    status = HTTPStatus.NOT_FOUND
    kind = "unknown-incident"


class AwayError(ApiError):
    """Something the API needs cannot be reached; nothing was claimed."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    kind = "away"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers=retry_after(RETRY_AFTER))


def field_problem(location: str, value: object, remedy: str) -> FieldProblem:
    """Show a wrong value cut short, so that an answer stays small."""
    text = value if isinstance(value, str) else repr(value)
    # JSON may smuggle in half a character, which cannot be sent back as UTF-8.
    shown = text[:_SHOWN_CHARACTERS].encode(errors="replace").decode()
    return FieldProblem(field=location, value=shown, remedy=remedy)


def retry_after(wait: timedelta) -> dict[str, str]:
    """Return the header that says when to come again."""
    return {"Retry-After": str(max(1, round(wait.total_seconds())))}
