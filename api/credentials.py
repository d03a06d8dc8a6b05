"""Who may call: HTTP Basic pairs and API keys, several at a time so that they can be rotated."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

from fastapi.requests import HTTPConnection
from fastapi.security import HTTPBasic, HTTPBasicCredentials


class Credentials:
    """The accepted secrets, kept as digests: equal lengths make the comparison constant in time."""

    def __init__(self, pairs: Iterable[tuple[str, str]], api_keys: Iterable[str]) -> None:
        self._pairs = [_digest(f"{user}:{password}") for user, password in pairs]
        self._api_keys = [_digest(key) for key in api_keys]

    def accept_basic(self, offered: HTTPBasicCredentials | None) -> bool:
        """Tell whether the pair is one of ours."""
        if offered is None:
            return False
        return _is_among(self._pairs, f"{offered.username}:{offered.password}")

    def accept_api_key(self, offered: str | None) -> bool:
        """Tell whether the key is one of ours."""
        return offered is not None and _is_among(self._api_keys, offered)


class Utf8Basic(HTTPBasic):
    """HTTP Basic with UTF-8 (RFC 7617); FastAPI's own refuses a password beyond ASCII."""

    def __init__(self) -> None:
        super().__init__(scheme_name="basic", realm="lakemend", auto_error=False)

    async def __call__(  # pyright: ignore[reportIncompatibleMethodOverride] as FastAPI's own does
        self, request: HTTPConnection
    ) -> HTTPBasicCredentials | None:
        """Return the pair, or None where the header is missing or garbled."""
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            decoded = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            return None
        user, colon, password = decoded.partition(":")
        return HTTPBasicCredentials(username=user, password=password) if colon else None


def _is_among(accepted: list[bytes], offered: str) -> bool:
    digest = _digest(offered)
    # All are compared, so that the time does not tell which one matched.
    return sum(hmac.compare_digest(one, digest) for one in accepted) > 0


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
