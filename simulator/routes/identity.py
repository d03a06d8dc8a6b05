"""Who is calling, where tokens come from, and what kind of host this is."""

import base64
import binascii

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from simulator.records import Json
from simulator.routes.deps import WorkspaceDep
from simulator.tokens import LIFETIME_SECONDS, Tokens

api = APIRouter()
public = APIRouter()


@api.get("/api/2.0/preview/scim/v2/Me")
async def me(workspace: WorkspaceDep) -> Json:
    """The caller."""
    user = workspace.world.scenario.user
    return {"id": "7001", "userName": user, "active": True, "emails": [{"value": user}]}


@public.get("/.well-known/databricks-config")
async def host_metadata(workspace: WorkspaceDep, request: Request) -> Json:
    """What the SDK reads when it builds a client."""
    return {
        "oidc_endpoint": f"{request.base_url}oidc",
        "workspace_id": str(workspace.world.scenario.workspace_id),
        "cloud": "aws",
    }


@public.get("/oidc/.well-known/oauth-authorization-server")
async def oidc_metadata(request: Request) -> Json:
    """Where tokens are issued."""
    return {
        "authorization_endpoint": f"{request.base_url}oidc/v1/authorize",
        "token_endpoint": f"{request.base_url}oidc/v1/token",
    }


@public.post("/oidc/v1/token")
async def issue_token(request: Request) -> JSONResponse:
    """Issue a token to a service principal (client credentials, HTTP Basic)."""
    tokens: Tokens = request.app.state.tokens
    token = tokens.issue(*_basic(request.headers.get("authorization", "")))
    if token is None:
        return JSONResponse({"error": "invalid_client"}, status_code=401)
    return JSONResponse(
        {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_SECONDS}
    )


def _basic(header: str) -> tuple[str, str]:
    kind, _, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        user, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, secret
