"""Tokens against the real routes: an unknown breaker answers 404 to whoever may give orders."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from lakemend.settings import Settings

_RESET = "/api/circuit-breakers/DatabricksNetworkError:job-404/reset"
_ACCEPTED, _REFUSED = 404, 401


async def reset(api: httpx.AsyncClient, token: str) -> httpx.Response:
    return await api.post(_RESET, headers={"authorization": f"Bearer {token}"})


async def test_signed_token_is_accepted(api: httpx.AsyncClient, make_token: Any) -> None:
    assert (await reset(api, make_token())).status_code == _ACCEPTED


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "another-secret-of-32-characters!"},
        {"algorithm": "HS512"},
        {"secret": "", "algorithm": "none"},
        {"exp": None},
        {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
        {"sub": None},
        {"nbf": datetime(2100, 1, 1, tzinfo=UTC)},
        {"aud": "somebody-else"},
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:The HMAC key is:jwt.warnings.InsecureKeyLengthWarning")
async def test_token_that_proves_nothing_is_refused(
    api: httpx.AsyncClient, make_token: Any, changes: dict[str, Any]
) -> None:
    answer = await reset(api, make_token(**changes))

    assert answer.status_code == _REFUSED
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


@pytest.mark.parametrize("token", ["x", "a.b.c", "é.é.é", "." * 5000])
async def test_garbled_token_is_refused(api: httpx.AsyncClient, token: str) -> None:
    answer = await api.post(_RESET, headers=[(b"authorization", f"Bearer {token}".encode())])

    assert answer.status_code == _REFUSED


class KeySet:
    """An identity provider's key set over HTTP, which counts how often it is read."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.body = json.dumps({"keys": keys}).encode()
        self.reads = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.reads += 1
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(self.body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + self.body)
        await writer.drain()
        writer.close()

    @asynccontextmanager
    async def served(self) -> AsyncGenerator[str]:
        async with await asyncio.start_server(self.answer, "127.0.0.1", 0) as server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/keys"


def settings_with(settings: Settings, url: str) -> Settings:
    changes = {"jwt_jwks_url": url, "jwt_audience": "lakemend", "jwt_issuer": "https://id.invalid"}
    return settings.model_copy(update=changes)


def claims(**changes: Any) -> dict[str, Any]:
    expires = datetime.now(UTC) + timedelta(minutes=5)
    usual = {"sub": "anna", "exp": expires, "aud": "lakemend", "iss": "https://id.invalid"}
    return usual | changes


async def test_tokens_of_an_identity_provider(
    serve: Callable[..., Any], settings: Settings, make_token: Any
) -> None:
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    ec_key = ec.generate_private_key(ec.SECP256R1())
    public = rsa_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    keys = KeySet(
        {**RSAAlgorithm.to_jwk(rsa_key.public_key(), as_dict=True), "kid": "rsa", "alg": "RS256"},
        {**ECAlgorithm.to_jwk(ec_key.public_key(), as_dict=True), "kid": "ec", "alg": "ES256"},
    )

    def token(algorithm: str, key: Any, kid: str, **changes: Any) -> str:
        return jwt.encode(claims(**changes), key, algorithm, headers={"kid": kid})

    # The classic confusion: the public key, which everybody has, taken as a shared secret.
    confused = jwt.encode(claims(), "k" * 32, "HS256", headers={"kid": "rsa"})
    confused = forge_with(confused, public)
    async with keys.served() as url, serve(settings=settings_with(settings, url)) as api:
        accepted = [token("RS256", rsa_key, "rsa"), token("ES256", ec_key, "ec")]
        refused = [
            token("RS256", rsa_key, "rsa", aud="another-service"),
            token("RS256", rsa_key, "rsa", iss="https://elsewhere.invalid"),
            token("RS512", rsa_key, "rsa"),
            token("RS256", rsa_key, "unheard-of"),
            confused,
            make_token(),
        ]
        assert [(await reset(api, each)).status_code for each in accepted] == [_ACCEPTED] * 2
        assert [(await reset(api, each)).status_code for each in refused] == [_REFUSED] * 6

    assert keys.reads <= 2


def forge_with(token: str, public_key: bytes) -> str:
    """Sign the token's text with a public key as HMAC secret; PyJWT itself refuses to."""
    signed = token.rpartition(".")[0]
    digest = hmac.digest(public_key, signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


async def test_key_set_that_is_away_is_not_the_callers_fault(
    serve: Callable[..., Any], settings: Settings
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    token = jwt.encode(claims(), key, "RS256", headers={"kid": "rsa"})

    async with serve(settings=settings_with(settings, "http://127.0.0.1:9/keys")) as api:
        answer = await reset(api, token)

    assert answer.status_code == 503
