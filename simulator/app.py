"""The simulated workspace as a FastAPI application."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from simulator import control
from simulator.background import Background, load_state
from simulator.errors import ApiError
from simulator.faults import Faults
from simulator.gate import Gate
from simulator.routes import (
    clusters,
    identity,
    jobs,
    libraries,
    pipelines,
    resources,
    runs,
    warehouses,
)
from simulator.scenario import Scenario
from simulator.tokens import Tokens
from simulator.workspace import Workspace
from simulator.world import World

DEFAULT_TOKEN = "simulated-token"  # noqa: S105 - opens nothing but this simulator


def create_app(
    scenario: Scenario, *, token: str = DEFAULT_TOKEN, state_file: Path | None = None
) -> FastAPI:
    """Make a workspace from a scenario; with a state file it goes on where it was."""
    state = load_state(state_file)
    if not state.jobs:
        state.clock.factor = scenario.time_factor
    workspace = Workspace(World(scenario, state))
    background = Background(workspace, state_file)
    faults, tokens = Faults(scenario.faults), Tokens(token)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        task = asyncio.create_task(background.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app = FastAPI(title="Simulated Databricks workspace", lifespan=lifespan)
    app.state.workspace, app.state.faults, app.state.tokens = workspace, faults, tokens
    app.add_exception_handler(ApiError, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    _add_routes(app)
    app.add_middleware(
        Gate, workspace=workspace, faults=faults, tokens=tokens, changed=background.wake
    )
    return app


def _add_routes(app: FastAPI) -> None:
    for version in ("2.1", "2.2"):
        app.include_router(jobs.router, prefix=f"/api/{version}")
        app.include_router(runs.router, prefix=f"/api/{version}")
    for version in ("2.0", "2.1"):
        app.include_router(clusters.router, prefix=f"/api/{version}")
    for module in (libraries, warehouses, pipelines, resources):
        app.include_router(module.router, prefix="/api/2.0")
    app.include_router(identity.api)
    app.include_router(identity.public)
    app.include_router(control.router)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    """Answer in the platform's shape: `error_code`, `message`, and details for machines."""
    if not isinstance(error, ApiError):
        raise error
    body = {
        "error_code": error.error_code,
        "message": error.message,
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": error.error_code,
                "domain": "simulator",
            }
        ],
    }
    return JSONResponse(body, status_code=error.status)


async def _unreadable(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse(
        {"error_code": "MALFORMED_REQUEST", "message": f"Could not parse request: {error}"},
        status_code=400,
    )
