"""What the records know of failures, asked before an incident is started."""

from datetime import datetime

from lakemend.errors import RecordsError
from lakemend.evidence import Evidence, RunFacts
from lakemend.incident import IncidentView, incident_id
from records import Records


class KnownFailures:
    """What the records know of failures; `away` says why they were not asked, and asks no more."""

    def __init__(self, records: Records, workspace: str) -> None:
        self._records = records
        self._workspace = workspace
        self.away = ""

    def ticket(self, run_id: str) -> IncidentView | None:
        """Return the newest ticket of a run."""
        if self.away:
            return None
        try:
            return self._records.get_incident(incident_id(self._workspace, run_id))
        except RecordsError as error:
            self.away = str(error)
            return None

    def is_taken(self, run: RunFacts, now: datetime) -> bool:
        """Whether this very end of a run has been dealt with, or is another incident's."""
        if self.away:
            return False
        key = Evidence(workspace=self._workspace, read_at=now, run=run).failure_key
        try:
            return self._records.is_taken(key, incident_id(self._workspace, run.run_id))
        except RecordsError as error:
            self.away = str(error)
            return False
