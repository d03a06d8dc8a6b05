"""What the routes need: the workspace, and bodies and ids as the platform's clients send them."""

from typing import Annotated, Any

from fastapi import Body, Depends, Request

from simulator.errors import MalformedRequestError
from simulator.records import Json
from simulator.workspace import Workspace


def _workspace(request: Request) -> Workspace:
    return request.app.state.workspace


WorkspaceDep = Annotated[Workspace, Depends(_workspace)]
JsonBody = Annotated[dict[str, Any], Body()]


def required(body: Json, field: str) -> Any:
    """Read a field that must be there; raises MalformedRequestError."""
    if field not in body:
        raise MalformedRequestError(f"Missing required field: {field}")
    return body[field]


def page_of(token: str) -> int:
    """Read a page token; raises MalformedRequestError."""
    if token and not token.isdigit():
        raise MalformedRequestError(f"Invalid page token: {token}")
    return int(token or 0)
