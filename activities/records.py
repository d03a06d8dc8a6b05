"""What the workflows write to the records; all of it is safe to write twice."""

from temporalio import activity

from activities.errors import told_to_temporal
from lakemend import recording
from lakemend.incident import IncidentView
from lakemend.recording import AuditInput, FailureClaim, FailureSettlement, RecordInput
from records import Records


class RecordActivities:
    """Synchronous, because the driver blocks; the worker runs them in its thread pool."""

    def __init__(self, records: Records) -> None:
        self._records = records

    @activity.defn(name=recording.CLAIM_FAILURE)
    def claim_failure(self, request: FailureClaim) -> bool:
        """Take a failure to deal with; False if another workflow run has dealt with it."""
        with told_to_temporal():
            return self._records.claim_failure(request.key, request.incident_id, request.owner)

    @activity.defn(name=recording.SETTLE_FAILURES)
    def settle_failures(self, request: FailureSettlement) -> None:
        """Mark failures as dealt with."""
        with told_to_temporal():
            self._records.settle_failures(request.keys, request.incident_id, request.owner)

    @activity.defn(name=recording.SAVE_INCIDENT)
    def save_incident(self, view: IncidentView) -> str:
        """Keep what people see of the incident, and return its ticket's number."""
        with told_to_temporal():
            return self._records.save_incident(view)

    @activity.defn(name=recording.RECORD_AUDIT)
    def record_audit(self, request: AuditInput) -> None:
        """Append to the audit trail, which is also the stream of live events; update storms."""
        with told_to_temporal():
            self._records.append_with_storms(request)

    @activity.defn(name=recording.RECORD)
    def record(self, request: RecordInput) -> str:
        """Save, settle and append in one transaction; returns the ticket's number, or ""."""
        with told_to_temporal():
            return self._records.record(request)
