"""Bring an all-purpose cluster back to RUNNING."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio import activity

from activities.actions.action import Action, Plan, Try
from activities.errors import StillChangingError
from activities.reading.cluster import cluster_facts
from activities.resources.active_runs import active_runs_on, listed
from activities.workspace import Json, Workspace
from activities.workspace.writes import restart_cluster, start_cluster
from lakemend import actions
from lakemend.compute.cluster_restart import RestartMove, restart_move
from lakemend.errors import InvalidRequestError, InvalidStateError, WorkspaceError
from lakemend.evidence import ClusterFacts
from lakemend.step import ResourceKind, StepResult

_SOON = timedelta(seconds=10)  # a start takes minutes


class RestartCluster(Action[actions.RestartCluster]):
    """Converges: each try reads the state and makes the one move it asks for.

    The docstrings of the SDK say that start and restart do nothing in a wrong state; the service
    answers INVALID_STATE (databricks/cli issue 1372, databricks-sdk-py issues 422 and 499).
    """

    parameters = actions.RestartCluster

    def plan(self, tried: Try[actions.RestartCluster]) -> Plan:
        """Decide by the cluster's state, and say who else is on it."""
        cluster = _read(tried)
        since = tried.step.failed_at or activity.info().scheduled_time
        move = restart_move(cluster, since, started_by_us=tried.accepted)
        name = f"Cluster {cluster.cluster_id}"
        if move is RestartMove.WAIT:
            raise StillChangingError(f"{name} is {cluster.state}", _SOON)
        if move in {RestartMove.START_FAILED, RestartMove.IMPOSSIBLE}:
            reason = cluster.termination_code or cluster.state_message
            raise InvalidStateError("restart_cluster", f"{name} is {cluster.state}: {reason}")
        if move is RestartMove.DONE:
            return Plan(StepResult(message=f"{name} is running and started after the failure"))
        if move is RestartMove.STEP_ASIDE:
            user = cluster.termination_parameters.get("username", "a person")
            return Plan(StepResult(message=f"{name} was stopped by {user}", superseded=True))
        return _start(cluster) if move is RestartMove.START else _restart(tried.workspace, cluster)

    def confirm(
        self, tried: Try[actions.RestartCluster], plan: Plan, answers: Sequence[Json]
    ) -> StepResult:
        """Wait by failing: a later try finds it running."""
        del tried, answers
        raise StillChangingError(plan.result.message, _SOON)

    def recover(
        self, tried: Try[actions.RestartCluster], plan: Plan, error: WorkspaceError
    ) -> StepResult:
        """Somebody was quicker if the state does not allow the call any more: read it again."""
        del tried
        if isinstance(error, InvalidStateError):
            raise StillChangingError(f"{plan.result.message}: {error.detail}", _SOON) from error
        raise error


def _read(tried: Try[actions.RestartCluster]) -> ClusterFacts:
    target = tried.step.target
    if target is None or target.kind is not ResourceKind.CLUSTER:
        raise InvalidRequestError("restart_cluster", "the target is not a cluster")
    cluster = cluster_facts(tried.workspace.get_cluster(target.id))
    if cluster.source == "JOB":
        detail = f"cluster {target.id} is a job cluster: the platform makes a new one for each run"
        raise InvalidRequestError("restart_cluster", detail)
    return cluster


def _start(cluster: ClusterFacts) -> Plan:
    reason = f" (it ended with {cluster.termination_code})" if cluster.termination_code else ""
    message = f"Start cluster {cluster.cluster_id}{reason}"
    return Plan(StepResult(message=message), (start_cluster(cluster.cluster_id),))


def _restart(workspace: Workspace, cluster: ClusterFacts) -> Plan:
    interrupted = active_runs_on(workspace, cluster.cluster_id)
    message = f"Restart cluster {cluster.cluster_id}"
    if interrupted:
        message += f", which interrupts {len(interrupted)} active runs: {listed(interrupted)}"
    return Plan(StepResult(message=message), (restart_cluster(cluster.cluster_id, message),))
