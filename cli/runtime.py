"""What every command begins with: the settings, and an end on a signal."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from cli.problems import BadInputError
from lakemend.settings import Settings, load_settings

T = TypeVar("T")

# SIGHUP is what a closed terminal sends
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def current_settings() -> Settings:
    """Read the settings from environment and `.env`; raises SettingsError."""
    return load_settings()


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine to its end."""
    return asyncio.run(main)


def stop_event() -> asyncio.Event:
    """Return an event that is set by Ctrl-C, SIGTERM, or the terminal's end."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOPPING:
        loop.add_signal_handler(number, stopping.set)
    return stopping


def require_workspace(name: str, settings: Settings) -> str:
    """Return the name if such a workspace is set up; raises BadInputError that lists them."""
    known = settings.workspaces
    if name in known:
        return name
    listed = ", ".join(sorted(known)) or "none"
    remedy = "Set DATABRICKS_HOST and DATABRICKS_TOKEN, or add it to LAKEMEND_WORKSPACES."
    problem = f"there is no such workspace; set up: {listed}"
    raise BadInputError("--workspace", name, problem, remedy)
