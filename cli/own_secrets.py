"""Secrets that `up` makes for itself where none are set, so that two variables are enough."""

import secrets
from pathlib import Path

from cryptography.fernet import Fernet
from pydantic import SecretStr

from lakemend.settings import Settings

WEBHOOK_USER = "databricks"
_RANDOM_BYTES = 32  # HS256 wants a key of at least its hash's length


def missing_secrets(settings: Settings) -> dict[str, str]:
    """Return a fresh value for each secret variable that the API or the snapshots lack."""
    made: dict[str, str] = {}
    if settings.jwt_secret is None and settings.jwt_jwks_url is None:
        made["LAKEMEND_JWT_SECRET"] = secrets.token_urlsafe(_RANDOM_BYTES)
    if not settings.webhook_credentials and not settings.api_keys:
        password = secrets.token_urlsafe(_RANDOM_BYTES)
        made["LAKEMEND_WEBHOOK_CREDENTIALS"] = f"{WEBHOOK_USER}:{password}"
    if not settings.snapshot_keys:
        made["LAKEMEND_SNAPSHOT_KEY"] = Fernet.generate_key().decode()
    return made


def secrets_file(settings: Settings) -> Path:
    """Return where `up` keeps the secrets that it made."""
    return settings.data_dir / "secrets.env"


def kept_secrets(settings: Settings, file: Path) -> dict[str, str]:
    """Return the missing secrets as the file has them; makes and keeps those it has not."""
    wanted = missing_secrets(settings)
    known = known_secrets(file)
    if set(wanted) <= set(known):
        return {name: known[name] for name in wanted}
    write_private(file, {**wanted, **known})
    return {**wanted, **{name: known[name] for name in wanted if name in known}}


def known_secrets(file: Path) -> dict[str, str]:
    """Return what the file holds; nothing where it is missing."""
    lines = file.read_text().splitlines() if file.exists() else []
    pairs = (line.partition("=") for line in lines)
    return {name: value for name, _, value in pairs if value}


def known_snapshot_keys(settings: Settings) -> tuple[SecretStr, ...]:
    """Return the keys of the settings, or the one that `up` made for itself."""
    if settings.snapshot_keys:
        return settings.snapshot_keys
    made = known_secrets(secrets_file(settings)).get("LAKEMEND_SNAPSHOT_KEY")
    return (SecretStr(made),) if made else ()


def write_private(file: Path, variables: dict[str, str]) -> None:
    """Write `NAME=value` lines that only the owner may read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
