"""All settings of a saved job: what is not about one of its clusters is changed here."""

from activities.resources.job import JobResource, changed_entries
from activities.resources.resource import Seen
from activities.workspace import Json, Write
from activities.workspace.writes import update_job


class WholeJobResource(JobResource):
    """The same job; its target names no cluster, so the fields are those of the job itself."""

    def spec(self, settings: Json) -> Json:
        """The settings are the spec."""
        return settings

    def change(self, seen: Seen, fields: Json, summary: str) -> Write:
        """Send the top-level fields, and of tasks and job clusters only the changed entries."""
        changed = {
            name: changed_entries(name, value, seen.settings.get(name))
            for name, value in fields.items()
        }
        return update_job(self.id, changed, summary)

    def changed(self, settings: Json, fields: Json) -> Json:
        """The settings with these fields set."""
        return {**settings, **fields}
