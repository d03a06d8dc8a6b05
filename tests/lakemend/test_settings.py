import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr, ValidationError

from lakemend.errors import SettingsError
from lakemend.setting_types import LogFormat
from lakemend.settings import SECRET_VARIABLES, VARIABLES, Origin, Settings, load_settings

ROOT = Path(__file__).parents[2]
PUBLISHED = {
    "AUTO_REMEDIATION_ENABLED": ("auto_remediation_enabled", True),
    "AUTO_REMEDIATION_MAX_RETRIES": ("auto_remediation_max_retries", 3),
    "RETRY_BASE_DELAY_SECONDS": ("retry_base_delay", timedelta(seconds=30)),
    "RETRY_MAX_DELAY_SECONDS": ("retry_max_delay", timedelta(seconds=300)),
    "CIRCUIT_BREAKER_FAILURE_THRESHOLD": ("circuit_breaker_failure_threshold", 5),
    "CIRCUIT_BREAKER_TIMEOUT_SECONDS": ("circuit_breaker_timeout", timedelta(seconds=300)),
    "HEALTH_CHECK_ENABLED": ("health_check_enabled", True),
    "HEALTH_CHECK_TIMEOUT_SECONDS": ("health_check_timeout", timedelta(seconds=60)),
    "MAX_CLUSTER_WORKERS": ("max_cluster_workers", 10),
    "SCALE_UP_PERCENTAGE": ("scale_up_percentage", 50),
    "DATABRICKS_HOST": ("databricks_host", ""),
    "DATABRICKS_TOKEN": ("databricks_token", None),
    "LAKEMEND_API_PORT": ("api_port", 8000),
    "LAKEMEND_TEMPORAL_PORT": ("temporal_port", 7233),
    "LAKEMEND_UI_PORT": ("ui_port", 8233),
}
SECRETS = {
    "DATABRICKS_TOKEN": "dapi-hunter2",
    "LAKEMEND_API_KEYS": "first-hunter2, second-hunter2",
    "LAKEMEND_DATABASE_URL": "postgresql://lakemend:hunter2@db/lakemend",
    "LAKEMEND_JWT_SECRET": "hunter2-hunter2",
    "LAKEMEND_SNAPSHOT_KEY": Fernet.generate_key().decode(),
    "LAKEMEND_WEBHOOK_CREDENTIALS": "alerts:hunter2, alerts:hunter2-next",
    "LAKEMEND_WORKSPACES": '{"eu": {"host": "eu.example.net", "token": "hunter2"}}',
}


def load(**environ: str) -> Settings:
    return load_settings(None, environ)


def problem_of(**environ: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(**environ)
    return caught.value


@pytest.mark.parametrize("variable", PUBLISHED)
def test_published_variable_has_its_default(variable: str) -> None:
    field, default = PUBLISHED[variable]

    assert VARIABLES[variable] == field
    assert getattr(load(), field) == default


@pytest.mark.parametrize(
    ("variable", "text", "value"),
    [
        ("AUTO_REMEDIATION_ENABLED", "off", False),
        ("CIRCUIT_BREAKER_TIMEOUT_SECONDS", "600", timedelta(minutes=10)),
        ("CIRCUIT_BREAKER_TIMEOUT_SECONDS", "5m", timedelta(minutes=5)),
        ("HEALTH_CHECK_TIMEOUT_SECONDS", "1.5", timedelta(seconds=1.5)),
        ("MAX_CLUSTER_WORKERS", "40", 40),
        ("DATABRICKS_HOST", "adb-1.2.azuredatabricks.net/", "https://adb-1.2.azuredatabricks.net"),
        ("DATABRICKS_HOST", "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("LAKEMEND_LOG_FORMAT", "json", LogFormat.JSON),
        ("LAKEMEND_DATA_DIR", "data", Path("data")),
        ("LAKEMEND_PLAYBOOKS_DIR", str(ROOT / "docs"), ROOT / "docs"),
    ],
)
def test_value_is_read_from_the_environment(variable: str, text: str, value: Any) -> None:
    settings = load(**{variable: text})

    assert getattr(settings, VARIABLES[variable]) == value


@pytest.mark.parametrize(
    ("variable", "text", "allowed"),
    [
        ("AUTO_REMEDIATION_ENABLED", "maybe", "true or false"),
        ("AUTO_REMEDIATION_MAX_RETRIES", "0", "from 1"),
        ("AUTO_REMEDIATION_MAX_RETRIES", "1000", "up to 20"),
        ("MAX_CLUSTER_WORKERS", "ten", "a whole number"),
        ("RETRY_BASE_DELAY_SECONDS", "soon", "30s, 5m"),
        ("RETRY_BASE_DELAY_SECONDS", "0", "longer than zero"),
        ("RETRY_BASE_DELAY_SECONDS", "9" * 40, "30s, 5m"),
        ("RETRY_MAX_DELAY_SECONDS", "10", "RETRY_BASE_DELAY_SECONDS"),
        ("LAKEMEND_CALLS_PER_SECOND", "0", "above 0"),
        ("LAKEMEND_CALLS_PER_SECOND", "many", "a number"),
        ("LAKEMEND_CALLS_PER_SECOND", "inf", "a number"),
        ("LAKEMEND_API_PORT", "70000", "up to 65535"),
        ("LAKEMEND_LOG_FORMAT", "xml", "'auto', 'console' or 'json'"),
        ("DATABRICKS_HOST", "ftp://host", "a URL"),
        ("DATABRICKS_HOST", "https://host/path", "without a path"),
        ("LAKEMEND_JWT_JWKS_URL", "keys", "a URL"),
        ("LAKEMEND_PLAYBOOKS_DIR", "/no/such/folder", "a folder that exists"),
    ],
)
def test_wrong_value_is_named_with_its_variable_and_what_is_allowed(
    variable: str, text: str, allowed: str
) -> None:
    error = problem_of(**{variable: text})

    assert error.variable == variable
    assert repr(text) in error.problem
    assert allowed in error.problem


@pytest.mark.parametrize(
    ("variable", "text", "allowed"),
    [
        ("LAKEMEND_WEBHOOK_CREDENTIALS", "hunter2", "user:password"),
        ("LAKEMEND_WEBHOOK_CREDENTIALS", ":hunter2", "user:password"),
        ("LAKEMEND_DATABASE_URL", "mysql://root:hunter2@db", "sqlite:///FILE or postgresql://"),
        ("LAKEMEND_SNAPSHOT_KEY", "hunter2", "32 bytes in URL-safe base64"),
        ("LAKEMEND_WORKSPACES", "hunter2", "JSON like"),
        ("LAKEMEND_WORKSPACES", '["hunter2"]', "JSON like"),
        ("LAKEMEND_WORKSPACES", '{"eu": "hunter2"}', "JSON like"),
        ("LAKEMEND_WORKSPACES", '{"eu": {"token": "hunter2"}}', "JSON like"),
        ("LAKEMEND_WORKSPACES", '{"eu": {"host": "", "token": "hunter2"}}', "JSON like"),
        ("LAKEMEND_WORKSPACES", '{"eu": {"host": "h", "token": 7}}', "JSON like"),
        ("LAKEMEND_WORKSPACES", '{"a/b": {"host": "h", "token": "hunter2"}}', "letters, digits"),
        (
            "LAKEMEND_WORKSPACES",
            json.dumps({"a" * 65: {"host": "h", "token": "hunter2"}}),
            "at most 64 letters",
        ),
    ],
)
def test_wrong_secret_is_not_shown(variable: str, text: str, allowed: str) -> None:
    error = problem_of(**{variable: text})

    assert error.variable == variable
    assert allowed in error.problem
    assert "hunter2" not in f"{error} {error.__cause__}"


def test_base_delay_beyond_the_default_maximum_is_reported() -> None:
    error = problem_of(RETRY_BASE_DELAY_SECONDS="600")

    assert error.variable == "RETRY_MAX_DELAY_SECONDS"
    assert "no shorter than RETRY_BASE_DELAY_SECONDS" in error.problem


def test_two_default_workspaces_are_refused() -> None:
    two = '{"default": {"host": "h", "token": "t"}}'

    assert problem_of(DATABRICKS_HOST="h", LAKEMEND_WORKSPACES=two).variable == (
        "LAKEMEND_WORKSPACES"
    )


def test_workspaces_join_the_default_one_with_further_ones() -> None:
    further = '{"eu": {"host": "eu.example.net", "token": "t2"}}'
    settings = load(DATABRICKS_HOST="h", DATABRICKS_TOKEN="t1", LAKEMEND_WORKSPACES=further)

    found = {
        name: (connection.host, connection.token.get_secret_value())
        for name, connection in settings.workspaces.items()
    }
    assert found == {"default": ("https://h", "t1"), "eu": ("https://eu.example.net", "t2")}


def test_host_without_a_token_is_no_workspace() -> None:
    assert load(DATABRICKS_HOST="h").workspaces == {}


def test_webhook_credentials_keep_colons_of_the_password() -> None:
    settings = load(LAKEMEND_WEBHOOK_CREDENTIALS="alerts:a:b, next:c,")

    found = [(each.user, each.password.get_secret_value()) for each in settings.webhook_credentials]
    assert found == [("alerts", "a:b"), ("next", "c")]


def test_records_are_in_the_data_folder_unless_a_url_is_set(tmp_path: Path) -> None:
    url = "postgresql://lakemend:secret@db/lakemend"

    assert load(LAKEMEND_DATA_DIR=str(tmp_path)).records_url == f"sqlite:///{tmp_path}/records.db"
    assert load(LAKEMEND_DATABASE_URL=url).records_url == url


def test_web_ui_is_the_embedded_one_unless_a_url_is_set() -> None:
    assert load(LAKEMEND_UI_PORT="9000").ui_url == "http://127.0.0.1:9000"
    assert load(LAKEMEND_TEMPORAL_UI_URL="https://ui/").ui_url == "https://ui"


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("LAKEMEND_API_PORT=9000\nLAKEMEND_UI_PORT=9001\nOTHER=1\n", encoding="utf-8")

    settings = load_settings(file, {"LAKEMEND_API_PORT": "9500", "LAKEMEND_UI_PORT": ""})

    assert (settings.api_port, settings.ui_port) == (9500, 9001)
    assert settings.origins == {
        "LAKEMEND_API_PORT": Origin.ENVIRONMENT,
        "LAKEMEND_UI_PORT": Origin.ENV_FILE,
    }


def test_file_in_the_working_folder_and_the_processs_environment_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("LAKEMEND_API_PORT=9000\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAKEMEND_UI_PORT", "9001")

    settings = load_settings()

    assert (settings.api_port, settings.ui_port) == (9000, 9001)


def test_settings_built_directly_see_no_stray_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKEMEND_API_PORT", "9000")

    assert Settings(demo=True).api_port == 8000


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load().api_port = 1  # pyright: ignore[reportAttributeAccessIssue] - what is being shown


def test_secrets_show_neither_in_repr_nor_in_json() -> None:
    settings = load(**SECRETS)

    shown = f"{settings!r} {settings} {settings.model_dump_json()}"

    assert "hunter2" not in shown
    assert SECRETS["LAKEMEND_SNAPSHOT_KEY"] not in shown


def test_every_field_that_holds_a_secret_is_known_as_one() -> None:
    settings = load(**SECRETS)

    holding = {
        variable
        for variable, field in VARIABLES.items()
        if "SecretStr(" in repr(getattr(settings, field))
    }
    assert holding == SECRET_VARIABLES == SECRETS.keys()
    assert isinstance(settings.databricks_token, SecretStr)


def test_example_file_lists_every_variable_once_with_a_comment() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    places = {
        line.partition("=")[0]: place
        for place, line in enumerate(lines)
        if re.match(r"[A-Z_]+=", line)
    }

    assert sum(bool(re.match(r"[A-Z_]+=", line)) for line in lines) == len(VARIABLES)
    assert list(places) == list(VARIABLES)
    assert all(lines[place - 1].startswith("# ") for place in places.values())


def test_example_file_loads_and_holds_the_defaults() -> None:
    assert load_settings(ROOT / ".env.example", {}).model_dump() == Settings().model_dump()
