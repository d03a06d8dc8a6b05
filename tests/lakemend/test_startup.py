import pytest

from lakemend.errors import SettingsError
from lakemend.settings import VARIABLES, Settings, load_settings
from lakemend.startup import describe, require_secure_api, require_workspaces

GOOD_SECRET = "vN3qkX0b7mRz5TgWc2LyJpEhUo8sDfAi"
WEBHOOKS = {"LAKEMEND_WEBHOOK_CREDENTIALS": "alerts:kX0b7mRz5Tg"}
SECRETS = {
    "DATABRICKS_TOKEN": "dapi-hunter2",
    "LAKEMEND_API_KEYS": "first-hunter2, second-hunter2",
    "LAKEMEND_DATABASE_URL": "postgresql://lakemend:hunter2@db/lakemend?sslpassword=hunter2",
    "LAKEMEND_JWT_SECRET": "hunter2-hunter2",
    "LAKEMEND_SNAPSHOT_KEY": "aHVudGVyMi1odW50ZXIyLWh1bnRlcjItaHVudGVyMi0=",
    "LAKEMEND_WEBHOOK_CREDENTIALS": "alerts:hunter2",
    "LAKEMEND_WORKSPACES": '{"eu": {"host": "eu.example.net", "token": "hunter2"}}',
}


def load(**environ: str) -> Settings:
    return load_settings(None, environ)


@pytest.mark.parametrize(
    "secret",
    [
        "short",
        GOOD_SECRET[:31],
        "change-me-" + GOOD_SECRET,
        "changeme" * 4,
        "your-256-bit-secret-your-256-bit-secret",
        "this is only an example of a secret",
        "a" * 64,
    ],
)
def test_api_refuses_to_start_with_a_guessable_secret(secret: str) -> None:
    with pytest.raises(SettingsError, match="LAKEMEND_JWT_SECRET") as caught:
        require_secure_api(load(LAKEMEND_JWT_SECRET=secret, **WEBHOOKS))

    assert secret not in str(caught.value)


def test_api_refuses_to_start_without_a_secret() -> None:
    with pytest.raises(SettingsError, match="LAKEMEND_JWT_SECRET"):
        require_secure_api(load(**WEBHOOKS))


def test_api_refuses_to_start_without_a_webhook_credential() -> None:
    with pytest.raises(SettingsError, match="LAKEMEND_WEBHOOK_CREDENTIALS"):
        require_secure_api(load(LAKEMEND_JWT_SECRET=GOOD_SECRET))


@pytest.mark.parametrize(
    ("variable", "text"),
    [("LAKEMEND_WEBHOOK_CREDENTIALS", "a:changeme"), ("LAKEMEND_API_KEYS", "your-api-key")],
)
def test_api_refuses_to_start_with_a_placeholder_for_webhooks(variable: str, text: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        require_secure_api(load(LAKEMEND_JWT_SECRET=GOOD_SECRET, **{variable: text}))


@pytest.mark.parametrize(
    "environ",
    [
        {"LAKEMEND_JWT_SECRET": GOOD_SECRET, **WEBHOOKS},
        {"LAKEMEND_JWT_SECRET": GOOD_SECRET, "LAKEMEND_API_KEYS": "kX0b7mRz5Tg"},
        {"LAKEMEND_JWT_JWKS_URL": "https://login.example.net/keys", **WEBHOOKS},
    ],
    ids=["basic", "api-key", "jwks"],
)
def test_api_starts_with_secrets_of_its_own(environ: dict[str, str]) -> None:
    require_secure_api(load(**environ))


def test_demo_needs_no_secrets() -> None:
    require_secure_api(Settings(demo=True))


@pytest.mark.parametrize(
    ("environ", "variable"),
    [({}, "DATABRICKS_HOST"), ({"DATABRICKS_HOST": "h"}, "DATABRICKS_TOKEN")],
)
def test_workspace_is_required(environ: dict[str, str], variable: str) -> None:
    with pytest.raises(SettingsError) as caught:
        require_workspaces(load(**environ))

    assert caught.value.variable == variable


def test_one_workspace_is_enough() -> None:
    require_workspaces(load(LAKEMEND_WORKSPACES=SECRETS["LAKEMEND_WORKSPACES"]))


def test_description_lists_every_variable_in_force() -> None:
    lines = {line.variable: line for line in describe(load(LAKEMEND_POLL_INTERVAL="300"))}

    assert list(lines) == list(VARIABLES)
    assert lines["LAKEMEND_POLL_INTERVAL"][1:] == ("5m", "environment")
    assert lines["AUTO_REMEDIATION_ENABLED"][1:] == ("true", "default")
    assert lines["DATABRICKS_HOST"][1:] == ("not set", "default")
    assert lines["LAKEMEND_DATABASE_URL"][1:] == ("sqlite:///.lakemend/records.db", "default")


def test_value_given_by_the_command_is_told_apart() -> None:
    lines = {line.variable: line for line in describe(Settings(api_port=9000))}

    assert lines["LAKEMEND_API_PORT"][1:] == ("9000", "command")


def test_description_masks_secrets_but_shows_what_helps() -> None:
    lines = {line.variable: line.value for line in describe(load(**SECRETS))}

    assert "hunter2" not in str(lines)
    assert SECRETS["LAKEMEND_SNAPSHOT_KEY"] not in str(lines)
    assert lines["LAKEMEND_WORKSPACES"].startswith("eu=https://eu.example.net ")
    assert lines["LAKEMEND_WEBHOOK_CREDENTIALS"].startswith("alerts:*")
    assert "lakemend:********@db/lakemend" in lines["LAKEMEND_DATABASE_URL"]
