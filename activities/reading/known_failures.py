"""What the records know of failures, asked before an incident is started."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from lakemend.errors import RecordsError
from lakemend.evidence import Evidence, RunFacts
from lakemend.incident import IncidentView, incident_id
from records import Records

Answer = TypeVar("Answer")


class KnownFailures:
    """What the records know of failures; `away` says why they were not asked, and asks no more."""

    def __init__(self, records: Records, workspace: str) -> None:
        self._records = records
        self._workspace = workspace
        self.away = ""

    def ticket(self, run_id: str) -> IncidentView | None:
        """Return the newest ticket of a run."""
        incident = incident_id(self._workspace, run_id)
        return self._ask(lambda: self._records.get_incident(incident))

    def is_taken(self, run: RunFacts, now: datetime) -> bool:
        """Whether this very end of a run has been dealt with, or is another incident's."""
        key = Evidence(workspace=self._workspace, read_at=now, run=run).failure_key
        incident = incident_id(self._workspace, run.run_id)
        return bool(self._ask(lambda: self._records.is_taken(key, incident)))

    def _ask(self, question: Callable[[], Answer]) -> Answer | None:
        if self.away:
            return None
        try:
            return question()
        except RecordsError as error:
            self.away = str(error)
            return None
