"""Evidence: one activity that reads a failed run and what belongs to it."""

from temporalio import activity

from activities.errors import told_to_temporal
from activities.reading.evidence import EvidenceReader
from activities.workspace import Workspaces
from lakemend.evidence import Evidence
from lakemend.step import WatchedRun

PATIENT_TRIES = 3  # then a piece that still cannot be read is reported as unread


class EvidenceActivities:
    """Reads evidence; it changes nothing, so it is safe to repeat."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    @activity.defn
    def read_evidence(self, watched: WatchedRun) -> Evidence:
        """Read the run, its failed tasks' outputs, their clusters, and the job."""
        patient = activity.info().attempt <= PATIENT_TRIES
        with told_to_temporal():
            workspace = self._workspaces.of(watched.workspace)
            reader = EvidenceReader(workspace, patient=patient)
            return reader.read(watched.workspace, watched.run_id)
