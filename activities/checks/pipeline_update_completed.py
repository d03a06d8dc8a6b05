"""The newest update of the pipelines of the failed tasks completed."""

from activities.checks.check import Check, Patient
from activities.reading.pipeline import update_facts
from lakemend.compute.cluster_health import Health
from lakemend.compute.pipeline_update import update_health
from lakemend.incident import HealthCheckResult


class PipelineUpdateCompleted(Check):
    """Waits while one is under way."""

    name = "pipeline_update_completed"

    def examine(self, patient: Patient) -> HealthCheckResult:
        """Read the newest update of each."""
        verdicts: dict[str, Health] = {}
        for pipeline_id in patient.request.pipeline_ids:
            updates = patient.workspace.list_updates(pipeline_id, limit=1)
            newest = update_facts(updates[0]) if updates else None
            told = f"update {newest.update_id} is {newest.state}" if newest else "has no update"
            verdicts[f"pipeline {pipeline_id}: {told}"] = update_health(newest)
        return self.conclude(verdicts, "the failed tasks ran no pipeline")
