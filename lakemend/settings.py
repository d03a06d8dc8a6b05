"""The settings: one frozen object, read once at the start and handed down.

Temporal's own connection (`TEMPORAL_ADDRESS`, …) is not here: `temporalio.envconfig` reads it.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from lakemend.allowed_values import allowed
from lakemend.errors import SettingsError
from lakemend.gate.settings import GateVariables
from lakemend.incident import DEFAULT_WORKSPACE
from lakemend.limit_settings import LimitSettings
from lakemend.polling import USUAL_INTERVAL
from lakemend.setting_types import (
    URL,
    Credentials,
    DatabaseURL,
    FernetKeys,
    Folder,
    Host,
    ListenAddress,
    LogFormat,
    Pause,
    Port,
    PositiveDuration,
    Secrets,
    WorkspaceConnection,
    WorkspaceConnections,
)
from lakemend.sweep_settings import SweepVariables


class Origin(StrEnum):
    """Where the value in force comes from."""

    ENVIRONMENT = "environment"
    ENV_FILE = ".env"
    COMMAND = "command"
    DEFAULT = "default"


class Settings(SweepVariables, GateVariables, LimitSettings):
    """All settings, each under the name of its variable.

    Building it directly reads neither environment nor file; `load_settings` does.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", validate_by_name=True, hide_input_in_errors=True
    )

    demo: bool = False
    origins: dict[str, Origin] = Field(default={}, exclude=True, repr=False)

    databricks_host: Host = Field(default="", validation_alias="DATABRICKS_HOST")
    databricks_token: SecretStr | None = Field(default=None, validation_alias="DATABRICKS_TOKEN")
    further_workspaces: WorkspaceConnections = Field(
        default={}, validation_alias="LAKEMEND_WORKSPACES"
    )

    @field_validator("further_workspaces")
    @classmethod
    def _one_default(
        cls, value: dict[str, WorkspaceConnection], info: ValidationInfo
    ) -> dict[str, WorkspaceConnection]:
        if DEFAULT_WORKSPACE in value and info.data.get("databricks_host"):
            raise ValueError(f"names other than {DEFAULT_WORKSPACE!r}, which DATABRICKS_HOST gives")
        return value

    calls_per_second: float = Field(
        default=5, gt=0, allow_inf_nan=False, validation_alias="LAKEMEND_CALLS_PER_SECOND"
    )
    poll_interval: PositiveDuration = Field(
        default=USUAL_INTERVAL, validation_alias="LAKEMEND_POLL_INTERVAL"
    )

    auto_remediation_enabled: bool = Field(
        default=True, validation_alias="AUTO_REMEDIATION_ENABLED"
    )
    auto_remediation_max_retries: int = Field(
        default=3, ge=1, le=20, validation_alias="AUTO_REMEDIATION_MAX_RETRIES"
    )
    retry_base_delay: PositiveDuration = Field(
        default=timedelta(seconds=30), validation_alias="RETRY_BASE_DELAY_SECONDS"
    )
    retry_max_delay: PositiveDuration = Field(
        default=timedelta(seconds=300),
        validation_alias="RETRY_MAX_DELAY_SECONDS",
        validate_default=True,
    )

    @field_validator("retry_max_delay")
    @classmethod
    def _not_below_the_base(cls, value: timedelta, info: ValidationInfo) -> timedelta:
        base = info.data.get("retry_base_delay")
        if base is not None and value < base:
            raise ValueError("no shorter than RETRY_BASE_DELAY_SECONDS")
        return value

    circuit_breaker_failure_threshold: int = Field(
        default=5, ge=1, validation_alias="CIRCUIT_BREAKER_FAILURE_THRESHOLD"
    )
    circuit_breaker_timeout: PositiveDuration = Field(
        default=timedelta(seconds=300), validation_alias="CIRCUIT_BREAKER_TIMEOUT_SECONDS"
    )
    circuit_breaker_cool_down: Pause = Field(
        default=timedelta(seconds=300), validation_alias="LAKEMEND_BREAKER_COOL_DOWN"
    )
    health_check_enabled: bool = Field(default=True, validation_alias="HEALTH_CHECK_ENABLED")
    health_check_timeout: PositiveDuration = Field(
        default=timedelta(seconds=60), validation_alias="HEALTH_CHECK_TIMEOUT_SECONDS"
    )
    playbooks_dir: Folder | None = Field(default=None, validation_alias="LAKEMEND_PLAYBOOKS_DIR")
    max_cluster_workers: int = Field(default=10, ge=1, validation_alias="MAX_CLUSTER_WORKERS")
    scale_up_percentage: int = Field(
        default=50, ge=1, le=1000, validation_alias="SCALE_UP_PERCENTAGE"
    )

    webhook_credentials: Credentials = Field(
        default=(), validation_alias="LAKEMEND_WEBHOOK_CREDENTIALS"
    )
    api_keys: Secrets = Field(default=(), validation_alias="LAKEMEND_API_KEYS")
    jwt_secret: SecretStr | None = Field(default=None, validation_alias="LAKEMEND_JWT_SECRET")
    jwt_jwks_url: URL | None = Field(default=None, validation_alias="LAKEMEND_JWT_JWKS_URL")
    jwt_audience: str | None = Field(default=None, validation_alias="LAKEMEND_JWT_AUDIENCE")
    jwt_issuer: str | None = Field(default=None, validation_alias="LAKEMEND_JWT_ISSUER")
    api_host: str = Field(default="127.0.0.1", validation_alias="LAKEMEND_API_HOST")
    api_port: Port = Field(default=8000, validation_alias="LAKEMEND_API_PORT")

    data_dir: Path = Field(default=Path(".lakemend"), validation_alias="LAKEMEND_DATA_DIR")
    database_url: DatabaseURL | None = Field(default=None, validation_alias="LAKEMEND_DATABASE_URL")
    snapshot_keys: FernetKeys = Field(default=(), validation_alias="LAKEMEND_SNAPSHOT_KEY")
    temporal_port: Port = Field(default=7233, validation_alias="LAKEMEND_TEMPORAL_PORT")
    ui_port: Port = Field(default=8233, validation_alias="LAKEMEND_UI_PORT")
    temporal_ui_url: URL | None = Field(default=None, validation_alias="LAKEMEND_TEMPORAL_UI_URL")
    metrics_address: ListenAddress | None = Field(
        default=None, validation_alias="LAKEMEND_METRICS_ADDRESS"
    )
    log_format: LogFormat = Field(default=LogFormat.AUTO, validation_alias="LAKEMEND_LOG_FORMAT")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Build from arguments alone, so that tests and the demo see no stray variable."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @property
    def workspaces(self) -> dict[str, WorkspaceConnection]:
        """Every workspace that can be reached, by name."""
        if not self.databricks_host or self.databricks_token is None:
            return dict(self.further_workspaces)
        default = WorkspaceConnection(host=self.databricks_host, token=self.databricks_token)
        return {DEFAULT_WORKSPACE: default, **self.further_workspaces}

    @property
    def records_url(self) -> str:
        """The URL of the record store; may hold a password."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'records.db'}"
        return self.database_url.get_secret_value()

    @property
    def ui_url(self) -> str:
        """Where people find Temporal's Web UI; the embedded one unless another is set."""
        return (self.temporal_ui_url or f"http://127.0.0.1:{self.ui_port}").rstrip("/")


def _is_inherited(item: tuple[str, object]) -> bool:
    parts = (LimitSettings, GateVariables, SweepVariables)
    return any(item[0] in part.model_fields for part in parts)


VARIABLES: dict[str, str] = {
    field.validation_alias: name
    for name, field in sorted(Settings.model_fields.items(), key=_is_inherited)
    if isinstance(field.validation_alias, str)
}

SECRET_VARIABLES = frozenset(
    {
        "DATABRICKS_TOKEN",
        "LAKEMEND_API_KEYS",
        "LAKEMEND_DATABASE_URL",
        "LAKEMEND_JWT_SECRET",
        "LAKEMEND_SNAPSHOT_KEY",
        "LAKEMEND_WEBHOOK_CREDENTIALS",
        "LAKEMEND_WORKSPACES",
    }
)


def load_settings(
    env_file: Path | None = Path(".env"), environ: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings; the environment wins over the file, an empty value counts as not set.

    `environ` is the process's own unless given. Raises SettingsError for the first wrong value.
    """
    environment = os.environ if environ is None else environ
    file = DotEnvSettingsSource(Settings, env_file=env_file, case_sensitive=True).env_vars
    by_origin = {Origin.ENV_FILE: file, Origin.ENVIRONMENT: environment}
    values: dict[str, str] = {}
    origins: dict[str, Origin] = {}
    for origin, mapping in by_origin.items():
        found = {name: text for name in VARIABLES if (text := mapping.get(name))}
        values |= found
        origins |= dict.fromkeys(found, origin)
    try:
        return Settings.model_validate({**values, "origins": origins})
    except ValidationError as error:
        raise _settings_error(error, values) from error


def _settings_error(error: ValidationError, values: Mapping[str, str]) -> SettingsError:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0])
    # a default that another value makes wrong is reported by its field
    variable = next((each for each, field in VARIABLES.items() if field == name), name)
    is_secret = variable in SECRET_VARIABLES or variable not in values
    shown = "its value" if is_secret else repr(values[variable])
    return SettingsError(variable, f"{shown} is not allowed; allowed: {allowed(first)}")
