"""JSON Web Tokens of people who change something: by a shared secret, or by a key set (JWKS)."""

from typing import Any, Protocol

import jwt
from jwt import PyJWKClient, PyJWKClientConnectionError, PyJWTError

from api.problems import AwayError, UnauthorizedError
from lakemend.settings import Settings

CHALLENGE = 'Bearer realm="lakemend"'
_INVALID = f'{CHALLENGE}, error="invalid_token"'
_LEEWAY_SECONDS = 10  # clocks differ
_KEY_SET_TIMEOUT_SECONDS = 5


class TokenVerifier(Protocol):
    """Knows whose token it is."""

    def subject(self, token: str) -> str:
        """Return the token's `sub`; raises UnauthorizedError, or AwayError without the keys."""
        ...


class SecretTokens:
    """Tokens signed with our own secret, HS256 and nothing else."""

    def __init__(self, secret: str, claims: "ExpectedClaims") -> None:
        self._secret = secret
        self._claims = claims

    def subject(self, token: str) -> str:
        """Return who signed in."""
        return self._claims.subject(token, self._secret, ["HS256"])


class KeySetTokens:
    """Tokens of an identity provider, RS256 or ES256; its keys are kept for five minutes."""

    def __init__(self, url: str, claims: "ExpectedClaims") -> None:
        self._keys = PyJWKClient(url, timeout=_KEY_SET_TIMEOUT_SECONDS)
        self._claims = claims

    def subject(self, token: str) -> str:
        """Return who signed in."""
        try:
            key = self._keys.get_signing_key_from_jwt(token)
        except PyJWKClientConnectionError as error:
            raise AwayError("the key set of the identity provider cannot be read") from error
        except PyJWTError as error:
            raise UnauthorizedError(f"the token is not valid: {error}", _INVALID) from error
        return self._claims.subject(token, key, ["RS256", "ES256"])


class NoTokens:
    """Refuses every token, where neither secret nor key set is set."""

    def subject(self, token: str) -> str:
        """Raise UnauthorizedError."""
        del token
        raise UnauthorizedError(
            "tokens are not set up; set LAKEMEND_JWT_SECRET or LAKEMEND_JWT_JWKS_URL", CHALLENGE
        )


class ExpectedClaims:
    """What a token must say besides being signed: `sub`, `exp`, and audience and issuer if set."""

    def __init__(self, audience: str | None, issuer: str | None) -> None:
        self._audience = audience
        self._issuer = issuer

    def subject(self, token: str, key: Any, algorithms: list[str]) -> str:
        """Return `sub`; the algorithms are ours to name, never the token's."""
        required = ["exp", "sub"]
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=algorithms,
                audience=self._audience,
                issuer=self._issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": required},
            )
        except PyJWTError as error:
            raise UnauthorizedError(f"the token is not valid: {error}", _INVALID) from error
        return str(claims["sub"])


def token_verifier(settings: Settings) -> TokenVerifier:
    """Choose by the settings; a key set wins over a secret."""
    claims = ExpectedClaims(settings.jwt_audience, settings.jwt_issuer)
    if settings.jwt_jwks_url:
        return KeySetTokens(settings.jwt_jwks_url, claims)
    if settings.jwt_secret:
        return SecretTokens(settings.jwt_secret.get_secret_value(), claims)
    return NoTokens()
