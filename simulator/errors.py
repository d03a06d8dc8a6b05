"""Refusals of the workspace, in the shape that Databricks gives them over HTTP."""


class ApiError(Exception):
    """A refused call: an HTTP status, an `error_code` word and a message for people."""

    status = 400
    error_code = "INVALID_PARAMETER_VALUE"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidParameterError(ApiError):
    """The request makes no sense, or names something that does not exist."""


class InvalidStateError(ApiError):
    """The resource is in a state in which the call is not allowed."""

    error_code = "INVALID_STATE"


class MalformedRequestError(ApiError):
    """The body or query cannot be read."""

    error_code = "MALFORMED_REQUEST"


class UnauthenticatedError(ApiError):
    """No credential, or one that the workspace does not know."""

    status = 401
    error_code = "UNAUTHENTICATED"


class PermissionDeniedError(ApiError):
    """The caller is known but has not the right."""

    status = 403
    error_code = "PERMISSION_DENIED"


class ResourceMissingError(ApiError):
    """The endpoint answers 404 for an unknown resource."""

    status = 404
    error_code = "RESOURCE_DOES_NOT_EXIST"


class ResourceConflictError(ApiError):
    """Somebody else changed the resource first, or an update is active already."""

    status = 409
    error_code = "RESOURCE_CONFLICT"
