"""Storms as the records tell of them."""

from dataclasses import dataclass

from api.gate_schemas import StormDetail, StormIncident, StormList
from api.problems import UnknownStormError
from lakemend.gate.storm import StormTicket
from lakemend.incident import IncidentView, Outcome
from records import Records

_SHOWN = set(StormIncident.model_fields) - {"job_name", "began_it"}


@dataclass(frozen=True)
class Chosen:
    """Which incidents of a storm to list; `after` is the ticket of the last one seen."""

    limit: int = 50
    after: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Storms:
    """Reads tickets of storms; raises RecordsError when the record store is away."""

    records: Records

    def list_(self, limit: int, workspace: str | None, *, open_only: bool) -> StormList:
        """Return tickets, newest first."""
        found = self.records.list_storms(limit=limit, workspace=workspace, open_only=open_only)
        return StormList(storms=found)

    def get(self, storm_id: str, chosen: Chosen) -> StormDetail:
        """Return one ticket by id or name, with some incidents; raises UnknownStormError."""
        storm = self.records.get_storm(storm_id)
        if storm is None:
            raise UnknownStormError(f"there is no storm {storm_id!r}; see /api/storms")
        found = self.records.incidents_of_storm(
            storm.storm_id,
            limit=chosen.limit + 1,  # one more tells whether there is a next page
            after=chosen.after,
            outcome=chosen.outcome,
        )
        page = found.page[: chosen.limit]
        return StormDetail(
            storm=storm,
            total=found.outcomes.total(),
            under_way=found.outcomes[None],
            outcomes={name: count for name, count in found.outcomes.items() if name},
            incidents=[_incident(view, storm) for view in page],
            next_cursor=page[-1].ticket if len(found.page) > chosen.limit else None,
        )


def _incident(view: IncidentView, storm: StormTicket) -> StormIncident:
    subject = view.job_name or view.resource_name or view.resource
    return StormIncident(
        **view.model_dump(include=_SHOWN),
        job_name=subject,
        began_it=view.incident_id in storm.began_with,
    )
