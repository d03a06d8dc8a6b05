"""The only door to databricks-sdk."""

from activities.workspace.pages import Json
from activities.workspace.workspace import Workspace
from activities.workspace.workspaces import Workspaces
from activities.workspace.writes import Write

__all__ = ["Json", "Workspace", "Workspaces", "Write"]
