"""Bearer tokens that the workspace accepts: the given one, and those its OIDC endpoint issues."""

import secrets
import time

LIFETIME_SECONDS = 3600


class Tokens:
    """Personal access token and OAuth machine-to-machine tokens."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._issued: dict[str, float] = {}
        self.clients = {"simulated-client": "simulated-secret"}

    def accepts(self, header: str) -> bool:
        """Whether an Authorization header opens the API."""
        kind, _, token = header.partition(" ")
        if kind != "Bearer":
            return False
        return (
            secrets.compare_digest(token, self._token) or self._issued.get(token, 0) > time.time()
        )

    def issue(self, client_id: str, secret: str) -> str | None:
        """Give a token to a known service principal."""
        known = self.clients.get(client_id)
        if known is None or not secrets.compare_digest(known, secret):
            return None
        token = secrets.token_urlsafe(24)
        self._issued[token] = time.time() + LIFETIME_SECONDS
        return token

    def expire(self) -> None:
        """End the life of every issued token."""
        self._issued.clear()
