"""What a setting may be, in the words of somebody who sets it."""

from pydantic_core import ErrorDetails

from lakemend.setting_types import WORKSPACES_SHAPE

_ALLOWED = {
    "bool_parsing": "true or false",
    "dict_type": "{workspaces}",
    "enum": "{expected}",
    "finite_number": "a number",
    "float_parsing": "a number",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number from {ge}",
    "int_parsing": "a whole number",
    "less_than_equal": "a number up to {le}",
    "missing": "{workspaces}",
    "model_type": "{workspaces}",
    "too_short": "{workspaces}",
    "string_type": "{workspaces}",
    "time_delta_parsing": "a duration like 300, 30s, 5m or 4h",
    "value_error": "{error}",
}


def allowed(error: ErrorDetails) -> str:
    """Say what would have been allowed in the place of a value that was refused."""
    context = {"workspaces": WORKSPACES_SHAPE, **error.get("ctx", {})}
    return _ALLOWED.get(error["type"], "{problem}").format(problem=error["msg"], **context)
