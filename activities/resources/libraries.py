"""The libraries of an all-purpose cluster; what is marked for removal counts as gone already."""

import json
from collections.abc import Iterator

from activities.reading.values import part
from activities.resources.resource import Seen
from activities.workspace import Json, Workspace, Write
from activities.workspace.writes import install_libraries, uninstall_libraries
from lakemend.compute.libraries import described
from lakemend.step import Target

LEAVING = "UNINSTALL_ON_RESTART"


class LibrariesResource:
    """Settings are `{"libraries": [...]}`, in an order of their own."""

    def __init__(self, workspace: Workspace, target: Target) -> None:
        self._workspace = workspace
        self._id = target.id
        self.name = target.resource

    def statuses(self) -> list[Json]:
        """Each library with its status, those that leave included."""
        found = self._workspace.library_statuses(self._id)
        return [each for each in found if not each.get("is_library_for_all_clusters")]

    def read(self) -> Seen:
        """Read what stays."""
        return self.staying(self.statuses())

    def staying(self, statuses: list[Json]) -> Seen:
        """Return what stays of statuses that were read."""
        kept = [part(each, "library") for each in statuses if each.get("status") != LEAVING]
        return Seen({"libraries": ordered(kept)})

    def refuse_unchangeable(self, seen: Seen) -> None:
        """Nothing about libraries forbids a change."""

    def spec(self, settings: Json) -> Json:
        """The libraries are the spec."""
        return settings

    def change(self, seen: Seen, fields: Json, summary: str) -> Write:
        """Install what is not there."""
        missing = [each for each in fields["libraries"] if each not in seen.settings["libraries"]]
        return install_libraries(self._id, missing, summary)

    def interrupts(self, seen: Seen, fields: Json) -> list[str]:
        """Nobody: installing restarts nothing."""
        del seen, fields
        return []

    def changed(self, settings: Json, fields: Json) -> Json:
        """The libraries with these ones."""
        return {**settings, "libraries": ordered(fields["libraries"])}

    def restorations(self, before: Json, seen: Seen) -> Iterator[Write]:
        """Take ours away, at the next restart, and ask for theirs again."""
        ours = [each for each in seen.settings["libraries"] if each not in before["libraries"]]
        theirs = [each for each in before["libraries"] if each not in seen.settings["libraries"]]
        if ours:
            yield uninstall_libraries(self._id, ours, self._said("Take {} off", ours))
        if theirs:
            yield install_libraries(self._id, theirs, self._said("Put {} back on", theirs))

    def _said(self, words: str, libraries: list[Json]) -> str:
        named = ", ".join(described(each) for each in libraries)
        return f"{words.format(named)} cluster {self._id}"


def ordered(libraries: list[Json]) -> list[Json]:
    """Put libraries in one order, whatever order the platform lists them in."""
    return sorted(libraries, key=lambda each: json.dumps(each, sort_keys=True))
