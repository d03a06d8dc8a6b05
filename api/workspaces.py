"""The names of the workspaces; their hosts and tokens are the worker's business."""

from collections.abc import Collection

from api.problems import UnknownWorkspaceError
from lakemend.incident import DEFAULT_WORKSPACE
from lakemend.settings import Settings


def workspace_names(settings: Settings) -> set[str]:
    """Return the names in the settings; the API needs a workspace's name, not its token."""
    names = set(settings.further_workspaces)
    return names | {DEFAULT_WORKSPACE} if settings.databricks_host or not names else names


def require_known(workspace: str, known: Collection[str]) -> str:
    """Return the name; raises UnknownWorkspaceError that lists those there are."""
    if workspace not in known:
        raise UnknownWorkspaceError(
            f"there is no workspace {workspace!r}; known are {', '.join(sorted(known))}"
        )
    return workspace
