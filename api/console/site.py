"""Where the console's pages are."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

_HOME = "/console/"
_STATIC = Path(__file__).parent / "static"

_router = APIRouter(include_in_schema=False)


@_router.get("/")
@_router.get("/console")
async def find_console() -> RedirectResponse:
    """Lead to the console, by a path alone: only a proxy in front knows the outer address."""
    return RedirectResponse(_HOME)


def serve_console(app: FastAPI) -> None:
    """Add the console to an application; the pages hold no data, so everybody may load them."""
    app.include_router(_router)
    app.mount(_HOME, StaticFiles(directory=_STATIC, html=True), name="console")
