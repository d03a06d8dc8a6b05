"""The repaired run succeeded, and what had failed in it succeeded too."""

from activities.checks.check import Check, Patient
from activities.reading.run_end import run_end
from lakemend.health import RUN_SUCCEEDED, run_succeeded
from lakemend.incident import HealthCheckResult


class RunSucceeded(Check):
    """A read from before our repair does not count."""

    name = RUN_SUCCEEDED

    def examine(self, patient: Patient) -> HealthCheckResult:
        """Read the run with the results of its tasks."""
        request = patient.request
        end = run_end(request.workspace, patient.workspace.get_run(request.run_id))
        if request.repair_id and end.latest_repair_id != request.repair_id:
            return self.failed(f"repair {request.repair_id} is not the run's newest one")
        accept = request.terms.accept_failures
        return run_succeeded(request.failed_tasks, end, accept_failures=accept)
