"""Add workers to a cluster."""

from activities.actions.action import Try
from activities.actions.settings_change import Patch, SettingsChange
from activities.workspace import Json
from lakemend import actions
from lakemend.compute.sizing import scale_up

DEFAULT_PERCENT = 50  # what SCALE_UP_PERCENTAGE says when nobody sets it


class ScaleCluster(SettingsChange[actions.ScaleCluster]):
    """A running all-purpose cluster is resized, a job cluster gets it with the next repair.

    A resize needs a RUNNING cluster and restarts nothing (databricks-sdk: clusters.resize); a
    repair takes the job's current settings (jobs.repair_run).
    """

    parameters = actions.ScaleCluster

    def patch(self, tried: Try[actions.ScaleCluster], spec: Json) -> Patch:
        """Grow by the percentage, up to the cap; with autoscale the maximum grows."""
        percent = tried.parameters.percent or DEFAULT_PERCENT
        resize = scale_up(spec, percent, tried.step.caps.max_workers)
        size = "max workers" if spec.get("autoscale") else "workers"
        summary = f"Change {size} from {resize.workers_before} to {resize.workers_after}"
        return Patch(resize.fields, summary, resize.cost_factor)
