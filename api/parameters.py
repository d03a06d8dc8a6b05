"""Query parameters that a route does not have.

Somebody who misspells a filter would get an unfiltered answer, and take it for a filtered one.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from api.problems import InvalidInputError, field_problem

# What the paths of all routes begin with that refuse unknown parameters.
API = "/api"


async def require_known_parameters(request: Request) -> None:
    """Refuse parameters that the route does not declare; raises InvalidInputError."""
    if not request.query_params:
        return
    known = _declared(request)
    remedy = f"send one of: {', '.join(known)}" if known else "send no parameters here"
    problems = [
        field_problem(f"query.{name}", value, remedy)
        for name, value in request.query_params.items()
        if name not in known
    ]
    if problems:
        raise InvalidInputError(f"{problems[0].field}: {remedy}", problems)


def _declared(request: Request) -> list[str]:
    """Return the names of the route's query parameters, as its description has them."""
    described: Mapping[str, Any] = request.app.openapi()["paths"]
    operation = described[f"{API}{request.scope['route'].path}"][request.method.lower()]
    parameters = operation.get("parameters", [])
    return [parameter["name"] for parameter in parameters if parameter["in"] == "query"]
