"""All workspaces this worker may reach, by name."""

from collections.abc import Mapping

from activities.workspace.workspace import Connection, Workspace
from lakemend.errors import NotFoundError


class Workspaces:
    """Gives one shared Workspace per name; no connection is made before the first call."""

    def __init__(self, connections: Mapping[str, Connection]) -> None:
        self._workspaces = {name: Workspace(each) for name, each in connections.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """The configured names."""
        return tuple(self._workspaces)

    def of(self, name: str) -> Workspace:
        """Return the workspace; raises NotFoundError for a name that is not configured."""
        if name not in self._workspaces:
            raise NotFoundError(
                f"workspace {name!r}", "no connection is configured under this name"
            )
        return self._workspaces[name]
