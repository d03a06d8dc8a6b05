"""Values of settings: read from one line of text, secrets never shown again."""

import base64
import json
import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from lakemend.durations import Duration
from lakemend.model import Model

_URL = re.compile(r"https?://[\w.\-:\[\]]+", re.ASCII)
_DATABASE_URL = re.compile(r"(sqlite|postgres(ql)?(\+psycopg)?)://")
FERNET_KEY_LENGTH = 32
# A gate hands five thousand ids with the name in them to its next run, in less than 2 MB.
_WORKSPACE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
WORKSPACES_SHAPE = 'JSON like {"NAME": {"host": "https://…", "token": "…"}}'


class BasicCredential(Model):
    """One user that may send webhooks by HTTP Basic."""

    user: str
    password: SecretStr

    def __str__(self) -> str:
        return f"{self.user}:{self.password}"


def _host(value: str) -> str:
    host = value.strip().rstrip("/")
    if host and "://" not in host:
        host = f"https://{host}"
    if host and not _URL.fullmatch(host):
        raise ValueError("a URL without a path, like https://adb-1234.5.azuredatabricks.net")
    return host


Host = Annotated[str, AfterValidator(_host)]


class WorkspaceConnection(Model):
    """How to reach one workspace; `host` is a URL without a path."""

    host: Annotated[Host, Field(min_length=1)]
    token: SecretStr

    def __str__(self) -> str:
        return f"{self.host} {self.token}"


def _comma_separated(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _credentials(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = cast("tuple[str, ...]", _comma_separated(value))
    return tuple(_credential(part) for part in parts)


def _credential(text: str) -> dict[str, str]:
    user, _, password = text.partition(":")
    if not user or not password:
        raise ValueError("user:password, several separated by commas")
    return {"user": user, "password": password}


def _json_object(value: object) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(WORKSPACES_SHAPE) from error


def _workspace_name(value: str) -> str:
    """Refuse what could not be part of a workflow id, a task queue and a URL."""
    if not _WORKSPACE_NAME.fullmatch(value):
        raise ValueError("names of at most 64 letters, digits, dots, dashes and underscores")
    return value


def _fernet_keys(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if not all(_is_fernet_key(key.get_secret_value()) for key in keys):
        raise ValueError("Fernet keys: 32 bytes in URL-safe base64, separated by commas")
    return keys


def _is_fernet_key(text: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(text)) == FERNET_KEY_LENGTH
    except ValueError:
        return False


def _database_url(value: SecretStr) -> SecretStr:
    if not _DATABASE_URL.match(value.get_secret_value()):
        raise ValueError("sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")
    return value


DatabaseURL = Annotated[SecretStr, AfterValidator(_database_url)]
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(_comma_separated)]
FernetKeys = Annotated[Secrets, AfterValidator(_fernet_keys)]
Credentials = Annotated[tuple[BasicCredential, ...], BeforeValidator(_credentials)]
WorkspaceConnections = Annotated[
    dict[Annotated[str, AfterValidator(_workspace_name)], WorkspaceConnection],
    BeforeValidator(_json_object),
]


class LogFormat(StrEnum):
    """How log lines look; `auto` is colours on a terminal and JSON otherwise."""

    AUTO = "auto"
    CONSOLE = "console"
    JSON = "json"


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("a duration longer than zero, like 300, 30s, 5m or 4h")
    return value


def _not_negative(value: timedelta) -> timedelta:
    if value < timedelta(0):
        raise ValueError("a duration like 300, 30s, 5m or 4h, or 0")
    return value


def _url(value: str) -> str:
    if not re.match(r"https?://[^\s/]", value):
        raise ValueError("a URL like https://HOST/PATH")
    return value


def _folder(value: Path) -> Path:
    if not value.is_dir():
        raise ValueError("a folder that exists")
    return value.absolute()


Folder = Annotated[Path, AfterValidator(_folder)]
Pause = Annotated[Duration, AfterValidator(_not_negative)]


def _listen_address(value: str) -> str:
    if not re.fullmatch(r"[\w.\-]+:[1-9]\d{0,4}|\[[0-9a-fA-F:]+\]:[1-9]\d{0,4}", value):
        raise ValueError("an address to listen on, like 127.0.0.1:9464")
    return value


ListenAddress = Annotated[str, AfterValidator(_listen_address)]
PositiveDuration = Annotated[Duration, AfterValidator(_positive)]
Port = Annotated[int, Field(ge=1, le=65535)]
URL = Annotated[str, AfterValidator(_url)]
