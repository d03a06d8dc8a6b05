"""Evidence: one activity that reads a failed run and what belongs to it."""

from temporalio import activity

from activities.errors import told_to_temporal
from activities.reading.evidence import EvidenceReader
from activities.workspace import Workspaces
from lakemend.evidence import Evidence, RecentRun
from lakemend.step import ResourceKind, WatchedRun
from records import Records

PATIENT_TRIES = 3  # then a piece that still cannot be read is reported as unread


class EvidenceActivities:
    """Reads evidence; it changes nothing, so it is safe to repeat."""

    def __init__(self, workspaces: Workspaces, records: Records | None = None) -> None:
        self._workspaces = workspaces
        self._records = records

    @activity.defn
    def read_evidence(self, watched: WatchedRun) -> Evidence:
        """Read the run, its failed tasks' outputs, their clusters, and the job."""
        patient = activity.info().attempt <= PATIENT_TRIES
        with told_to_temporal():
            workspace = self._workspaces.of(watched.workspace)
            reader = EvidenceReader(workspace, patient=patient)
            return self._with_last_success(reader.read(watched.workspace, watched.run_id))

    def _with_last_success(self, evidence: Evidence) -> Evidence:
        """Add the success whose settings we remember: the platform shows none of the past."""
        if self._records is None or not evidence.run.job_id:
            return evidence
        resource = f"{ResourceKind.JOB}-{evidence.run.job_id}"
        good = self._records.get_good_settings(evidence.workspace, resource)
        if good is None:
            return evidence
        remembered = RecentRun(
            run_id=good.run_id,
            result_state="SUCCESS",
            ended_at=good.recorded_at,
            settings_hash=good.settings_hash,
        )
        others = [each for each in evidence.recent_runs if each.run_id != good.run_id]
        return evidence.model_copy(update={"recent_runs": (*others, remembered)})
