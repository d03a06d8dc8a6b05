"""Health checks: one activity that looks at what a recovery should have brought back."""

from temporalio import activity

from activities.checks.check import Patient
from activities.checks.table import CHECKS
from activities.errors import told_to_temporal
from activities.workspace import Workspaces
from lakemend.errors import WaitingIsUselessError
from lakemend.incident import HealthCheckResult
from lakemend.step import HealthRequest


class HealthActivities:
    """Runs the checks that a playbook names."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    @activity.defn
    def check_health(self, request: HealthRequest) -> list[HealthCheckResult]:
        """Run every check; one that is unknown, forbidden, or finds nothing there has not passed.

        Lost calls and clusters on their way fail the activity: its next try looks again, until the
        time for health checks is over.
        """
        with told_to_temporal():
            patient = Patient(self._workspaces.of(request.workspace), request)
            return [_run(name, patient) for name in request.checks]


def _run(name: str, patient: Patient) -> HealthCheckResult:
    check = CHECKS.get(name)
    if check is None:
        return HealthCheckResult(check=name, passed=False, message="there is no such check")
    try:
        return check.examine(patient)
    except WaitingIsUselessError as error:
        return HealthCheckResult(check=name, passed=False, message=f"could not be read: {error}")
