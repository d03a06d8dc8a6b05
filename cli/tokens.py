"""Bearer tokens for people who give orders, where tokens are signed with our own secret."""

from datetime import UTC, datetime, timedelta

import jwt

from cli.durations import typed_duration
from cli.own_secrets import known_secrets, secrets_file
from cli.problems import BadInputError, CommandError
from lakemend.settings import Settings

_LONGEST = timedelta(days=30)


def operator_token(settings: Settings, name: str, lasts: str) -> str:
    """Sign a token; raises BadInputError, or CommandError where others sign them."""
    if not name.strip():
        remedy = "Name a person: it is the name in the audit trail."
        raise BadInputError("--by", name, "this is no name", remedy)
    claims: dict[str, object] = {"sub": name, "exp": datetime.now(UTC) + _duration(lasts)}
    if settings.jwt_audience:
        claims["aud"] = settings.jwt_audience
    if settings.jwt_issuer:
        claims["iss"] = settings.jwt_issuer
    return jwt.encode(claims, _secret(settings), algorithm="HS256")


def _secret(settings: Settings) -> str:
    """Return the secret of the settings, or else the one that `up` made."""
    if settings.jwt_jwks_url:
        raise CommandError(
            f"Tokens are signed by the identity provider of {settings.jwt_jwks_url}.",
            "Ask it for one (LAKEMEND_JWT_JWKS_URL).",
        )
    if settings.jwt_secret:
        return settings.jwt_secret.get_secret_value()
    made = known_secrets(secrets_file(settings)).get("LAKEMEND_JWT_SECRET")
    if made is None:
        raise CommandError(
            "There is no secret to sign a token with.",
            "Set LAKEMEND_JWT_SECRET as the API has it, or LAKEMEND_DATA_DIR as `up` has it.",
        )
    return made


def _duration(text: str) -> timedelta:
    problem = "this is no duration for a token"
    remedy = "Write it like 30m, 8h or 1d, at most 30d."
    return typed_duration("--for", text, problem, remedy, _LONGEST)
