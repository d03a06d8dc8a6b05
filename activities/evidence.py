"""Evidence: one activity that reads a failed run and what belongs to it."""

from temporalio import activity

from activities.errors import told_to_temporal
from activities.reading.evidence import EvidenceReader
from activities.reading.memory import Memory
from activities.reading.resource import ResourceReader
from activities.workspace import Json, Workspaces
from lakemend.errors import RecordsError
from lakemend.evidence import Evidence, Unread
from lakemend.incident import Subject, incident_id
from lakemend.step import WatchedRun
from records import Records

PATIENT_TRIES = 3  # then a piece that still cannot be read is reported as unread


class EvidenceActivities:
    """Reads evidence; it changes nothing, so it is safe to repeat."""

    def __init__(self, workspaces: Workspaces, records: Records | None = None) -> None:
        self._workspaces = workspaces
        self._memory = Memory(records) if records else None

    @activity.defn
    def read_evidence(self, watched: WatchedRun) -> Evidence:
        """Read the run, its failed tasks' outputs, their clusters, the job, and our records."""
        patient = activity.info().attempt <= PATIENT_TRIES
        with told_to_temporal():
            workspace = self._workspaces.of(watched.workspace)
            reader = EvidenceReader(workspace, patient=patient)
            evidence = reader.read(watched.workspace, watched.run_id)
            return self._remembered(evidence, reader.job_settings, patient=patient)

    @activity.defn
    def read_resource(self, subject: Subject) -> Evidence:
        """Read a cluster, pipeline or warehouse, and which runs died with it."""
        patient = activity.info().attempt <= PATIENT_TRIES
        with told_to_temporal():
            workspace = self._workspaces.of(subject.workspace)
            reader = ResourceReader(workspace, patient=patient)
            return reader.read(subject.workspace, subject.resource)

    def _remembered(self, evidence: Evidence, settings: Json, *, patient: bool) -> Evidence:
        if self._memory is None:
            return evidence
        try:
            own = incident_id(evidence.workspace, evidence.run.run_id)
            return self._memory.add_to(evidence, own, settings)
        except RecordsError as error:
            if patient:
                raise
            unread = Unread(what="our records", why=str(error))
            return evidence.model_copy(update={"unread": (*evidence.unread, unread)})
