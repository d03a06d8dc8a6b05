"""What the workflows hand to the records, and what comes back from them."""

from datetime import datetime
from typing import Self

from pydantic import Field, model_validator

from lakemend.audit import AuditEntry
from lakemend.gate.storm import StormTicket
from lakemend.incident import IncidentView
from lakemend.model import Model

CLAIM_FAILURE = "claim_failure"
SETTLE_FAILURES = "settle_failures"
SAVE_INCIDENT = "save_incident"
RECORD_AUDIT = "record_audit"
RECORD = "record"


class FailureClaim(Model):
    """May this incident deal with that failure? `owner` is the workflow's run id."""

    key: str
    incident_id: str
    owner: str


class FailureSettlement(Model):
    """These failures have been dealt with; whoever reports them again is a duplicate."""

    keys: tuple[str, ...]
    incident_id: str
    owner: str


class AuditInput(Model):
    """Lines for the audit trail, with the tickets of storms as they stand now.

    A line that is there already is not written again.
    """

    entries: tuple[AuditEntry, ...]
    storms: tuple[StormTicket, ...] = ()


class RecordInput(Model):
    """A ticket, audit lines and failures dealt with, kept together or not at all."""

    view: IncidentView | None = None
    audit: tuple[AuditEntry, ...] = ()
    settled: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _settled_by_someone(self) -> Self:
        if self.settled and self.view is None:
            raise ValueError("failures are settled by the incident whose view is saved with them")
        return self


class SnapshotInfo(Model):
    """A snapshot without what it holds; `resource` is like `cluster-0712-abc` or `job-123`.

    `settled_at` is when it was put back, by us or by a person.
    """

    snapshot_id: str
    workspace: str
    resource: str
    incident_id: str
    settings_hash: str
    encrypted: bool
    taken_at: datetime
    settled_at: datetime | None = None


class Snapshot(SnapshotInfo):
    """The raw settings of a resource before we changed it; they may hold secrets."""

    settings_json: str = Field(repr=False)


class GoodSettings(Model):
    """The raw settings of a resource when run `run_id` succeeded with them."""

    workspace: str
    resource: str
    run_id: str
    settings_hash: str
    recorded_at: datetime
    settings_json: str = Field(repr=False)
