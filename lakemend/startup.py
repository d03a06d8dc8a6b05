"""What must be set before a process may serve, and what is in force when it does."""

import re
from datetime import timedelta
from typing import NamedTuple, cast

from lakemend.durations import format_duration
from lakemend.errors import SettingsError
from lakemend.settings import VARIABLES, Origin, Settings

# HS256 wants a key of at least the hash's 32 bytes (RFC 7518, section 3.2)
MIN_SECRET_LENGTH = 32
# a phrase typed until it is long enough repeats few characters
MIN_DISTINCT_CHARACTERS = 8
_PLACEHOLDER = re.compile(
    r"change.?(me|this)|placeholder|example|default|insecure|your.{0,12}(secret|key|password)|xxxx",
    re.IGNORECASE,
)
NOT_SET = "not set"
MASK = "********"


def require_secure_api(settings: Settings) -> None:
    """Refuse to serve the API with secrets that anyone could guess; the demo is excepted.

    Raises SettingsError naming the first variable that a person must set.
    """
    if settings.demo:
        return
    _require_jwt(settings)
    _require_webhook_credential(settings)


def _require_jwt(settings: Settings) -> None:
    variable = "LAKEMEND_JWT_SECRET"
    if settings.jwt_secret is None:
        if settings.jwt_jwks_url is None:
            raise SettingsError(variable, "must be set, or LAKEMEND_JWT_JWKS_URL instead")
        return
    secret = settings.jwt_secret.get_secret_value()
    if _PLACEHOLDER.search(secret):
        raise SettingsError(variable, "is a placeholder; use a random secret")
    if len(secret) < MIN_SECRET_LENGTH or len(set(secret)) < MIN_DISTINCT_CHARACTERS:
        raise SettingsError(variable, f"must be {MIN_SECRET_LENGTH} random characters or more")


def _require_webhook_credential(settings: Settings) -> None:
    given = {
        "LAKEMEND_WEBHOOK_CREDENTIALS": [each.password for each in settings.webhook_credentials],
        "LAKEMEND_API_KEYS": list(settings.api_keys),
    }
    if not any(given.values()):
        raise SettingsError("LAKEMEND_WEBHOOK_CREDENTIALS", "must be set, or LAKEMEND_API_KEYS")
    for variable, secrets in given.items():
        if any(_PLACEHOLDER.search(secret.get_secret_value()) for secret in secrets):
            raise SettingsError(variable, "holds a placeholder; use random secrets")


def require_workspaces(settings: Settings) -> None:
    """Refuse to work without a workspace to recover jobs in; raises SettingsError."""
    if settings.databricks_host and settings.databricks_token is None:
        raise SettingsError("DATABRICKS_TOKEN", "must be set, as DATABRICKS_HOST is")
    if not settings.workspaces:
        raise SettingsError("DATABRICKS_HOST", "must be set, or LAKEMEND_WORKSPACES")


class SettingInForce(NamedTuple):
    """One line of `lakemend config`; `value` is masked."""

    variable: str
    value: str
    origin: Origin


def describe(settings: Settings) -> list[SettingInForce]:
    """List every variable in the order of the settings, secrets masked."""
    return [
        SettingInForce(variable, _shown(settings, variable), _origin(settings, variable))
        for variable in VARIABLES
    ]


def _origin(settings: Settings, variable: str) -> Origin:
    built_in = VARIABLES[variable] not in settings.model_fields_set
    return settings.origins.get(variable, Origin.DEFAULT if built_in else Origin.COMMAND)


def _shown(settings: Settings, variable: str) -> str:
    if variable == "LAKEMEND_DATABASE_URL":
        return _without_password(settings.records_url)
    value: object = getattr(settings, VARIABLES[variable])
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        value = tuple(f"{name}={each}" for name, each in cast("dict[str, object]", value).items())
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in cast("tuple[object, ...]", value)) or NOT_SET
    return NOT_SET if value is None or value == "" else str(value)


def _without_password(url: str) -> str:
    """Mask `user:PASSWORD@` and `?password=PASSWORD`; both reach the database driver."""
    masked = re.sub(r"(://[^:/]*:).*@", rf"\1{MASK}@", url)
    return re.sub(r"(password=)[^&]*", rf"\1{MASK}", masked)
