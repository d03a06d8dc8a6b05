"""Storms as the records tell of them."""

from dataclasses import dataclass

from api.gate_schemas import StormDetail, StormIncident, StormList
from api.problems import UnknownStormError
from records import Records


@dataclass(frozen=True)
class Storms:
    """Reads tickets of storms; raises RecordsError when the record store is away."""

    records: Records

    def list_(self, limit: int, workspace: str | None, *, open_only: bool) -> StormList:
        """Return tickets, newest first."""
        found = self.records.list_storms(limit=limit, workspace=workspace, open_only=open_only)
        return StormList(storms=found)

    def get(self, storm_id: str) -> StormDetail:
        """Return one ticket by id or name, with its incidents; raises UnknownStormError."""
        storm = self.records.get_storm(storm_id)
        if storm is None:
            raise UnknownStormError(f"there is no storm {storm_id!r}; see /api/storms")
        views = self.records.incidents_of_storm(storm.storm_id)
        incidents = [
            StormIncident(
                incident_id=view.incident_id,
                job_name=view.job_name,
                stage=view.stage,
                outcome=view.outcome,
            )
            for view in views
        ]
        return StormDetail(storm=storm, incidents=incidents)
