"""Whether each workspace answers, knows the token, and lets it see what a diagnosis needs."""

import asyncio
from collections.abc import Callable
from typing import Any

from activities.workspace import Workspace, Workspaces
from cli.doctor.finding import Finding, fine, warning, wrong
from lakemend.errors import PermissionDeniedError, SettingsError, WorkspaceError
from lakemend.settings import Settings
from lakemend.startup import require_workspaces

PART = "Workspace"


async def check_workspaces(settings: Settings) -> list[Finding]:
    """Return what was found in each workspace; settings that are missing come first."""
    try:
        require_workspaces(settings)
    except SettingsError as error:
        return [wrong(PART, str(error), "Set it in the environment or in .env.")]
    workspaces = Workspaces(settings.workspaces)
    return [
        finding
        for name in workspaces.names
        for finding in await asyncio.to_thread(_examine, name, workspaces.of(name))
    ]


def _examine(name: str, workspace: Workspace) -> list[Finding]:
    try:
        me = workspace.me()
    except PermissionDeniedError as error:
        remedy = "Make a new token, and set DATABRICKS_TOKEN (or LAKEMEND_WORKSPACES) to it."
        return [wrong(PART, f"{name}: the token is not accepted: {error.detail}", remedy)]
    except WorkspaceError as error:
        remedy = "Check DATABRICKS_HOST (or LAKEMEND_WORKSPACES) and the way through the network."
        return [wrong(PART, f"{name} cannot be reached: {error}", remedy)]
    user = str(me.get("userName") or me.get("displayName") or me.get("id"))
    return [fine(PART, f"{name}: signed in as {user}"), *_rights(name, workspace)]


def _rights(name: str, workspace: Workspace) -> list[Finding]:
    """Look at what a diagnosis reads; rights to act belong to each job and show when acting."""
    return [
        _sees(name, "jobs", workspace.list_jobs),
        _sees(name, "clusters", workspace.list_clusters),
        _may_list_node_types(name, workspace),
    ]


def _sees(name: str, what: str, look: Callable[[], list[Any]]) -> Finding:
    try:
        found = look()
    except WorkspaceError as error:
        remedy = f"Give the token's owner access to {what}; see docs/cli.md, Rights."
        return wrong(PART, f"{name}: {what} cannot be listed: {error.detail}", remedy)
    if not found:
        remedy = "Give the token's owner CAN MANAGE RUN (repairs) or CAN MANAGE (changes) on them."
        return warning(PART, f"{name}: the token sees no {what}", remedy)
    return fine(PART, f"{name}: the token sees {len(found)} {what}")


def _may_list_node_types(name: str, workspace: Workspace) -> Finding:
    try:
        found = workspace.list_node_types()
    except WorkspaceError as error:
        remedy = "Without them no larger machine can be chosen; allow cluster creation."
        return warning(PART, f"{name}: node types cannot be listed: {error.detail}", remedy)
    return fine(PART, f"{name}: {len(found)} node types to choose from")
