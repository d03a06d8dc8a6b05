from pathlib import Path

from cli.own_secrets import kept_secrets, missing_secrets
from lakemend.settings import Settings, load_settings
from lakemend.startup import require_secure_api


def settings(**variables: str) -> Settings:
    return load_settings(None, variables)


def test_what_is_made_is_enough_to_start_the_api() -> None:
    made = missing_secrets(settings())

    require_secure_api(settings(**made))
    assert set(made) == {
        "LAKEMEND_JWT_SECRET",
        "LAKEMEND_WEBHOOK_CREDENTIALS",
        "LAKEMEND_SNAPSHOT_KEY",
    }


def test_what_is_set_is_left_alone() -> None:
    made = missing_secrets(
        settings(LAKEMEND_API_KEYS="one", LAKEMEND_JWT_JWKS_URL="https://id.example/keys")
    )

    assert set(made) == {"LAKEMEND_SNAPSHOT_KEY"}


def test_made_secrets_are_kept_for_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secrets.env"

    assert kept_secrets(settings(), file) == kept_secrets(settings(), file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_snapshot_key_is_never_made_anew_beside_others(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    first = kept_secrets(settings(LAKEMEND_API_KEYS="one"), file)

    second = kept_secrets(settings(), file)

    assert second["LAKEMEND_SNAPSHOT_KEY"] == first["LAKEMEND_SNAPSHOT_KEY"]
    assert "LAKEMEND_WEBHOOK_CREDENTIALS" in second
    assert kept_secrets(settings(), file) == second
