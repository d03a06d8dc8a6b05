"""Bringing an all-purpose cluster to RUNNING, one move at a time."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, TypeVar

from activities.actions.action import Action, Plan, Try
from activities.actions.others import heed
from activities.errors import StillChangingError
from activities.reading.cluster import cluster_facts
from activities.resources.active_runs import active_runs_on
from activities.workspace import Json
from activities.workspace.writes import restart_cluster, start_cluster
from lakemend.actions import OnCompute
from lakemend.compute.cluster_restart import RestartMove
from lakemend.errors import InvalidRequestError, InvalidStateError, WorkspaceError
from lakemend.evidence import ClusterFacts
from lakemend.step import ResourceKind, StepResult

_SOON = timedelta(seconds=10)  # a start takes minutes

P = TypeVar("P", bound=OnCompute)


class ClusterMoves(Action[P]):
    """Converges: each try reads the state and makes the one move it asks for.

    The docstrings of the SDK say that start and restart do nothing in a wrong state; the service
    answers INVALID_STATE (databricks/cli issue 1372, databricks-sdk-py issues 422 and 499).
    """

    name: ClassVar[str]

    @abstractmethod
    def move(self, tried: Try[P], cluster: ClusterFacts) -> RestartMove:
        """Decide by the cluster's state."""

    def plan(self, tried: Try[P]) -> Plan:
        """Make the move, and say who else is on the cluster."""
        cluster = self._read(tried)
        move = self.move(tried, cluster)
        name = f"Cluster {cluster.cluster_id}"
        if move is RestartMove.WAIT:
            raise StillChangingError(f"{name} is {cluster.state}", _SOON)
        if move in {RestartMove.START_FAILED, RestartMove.IMPOSSIBLE}:
            reason = cluster.termination_code or cluster.state_message
            raise InvalidStateError(self.name, f"{name} is {cluster.state}: {reason}")
        if move is RestartMove.DONE:
            return Plan(StepResult(message=f"{name} is running"))
        if move is RestartMove.STEP_ASIDE:
            user = cluster.termination_parameters.get("username", "a person")
            return Plan(StepResult(message=f"{name} was stopped by {user}", superseded=True))
        return _start(cluster) if move is RestartMove.START else _restart(tried, cluster)

    def confirm(self, tried: Try[P], plan: Plan, answers: Sequence[Json]) -> StepResult:
        """Wait by failing: a later try finds it running."""
        del tried, answers
        raise StillChangingError(plan.result.message, _SOON)

    def recover(self, tried: Try[P], plan: Plan, error: WorkspaceError) -> StepResult:
        """Somebody was quicker if the state does not allow the call any more: read it again."""
        del tried
        if isinstance(error, InvalidStateError):
            raise StillChangingError(f"{plan.result.message}: {error.detail}", _SOON) from error
        raise error

    def _read(self, tried: Try[P]) -> ClusterFacts:
        target = tried.step.target
        if target is None or target.kind is not ResourceKind.CLUSTER:
            raise InvalidRequestError(self.name, "the target is not a cluster")
        cluster = cluster_facts(tried.workspace.get_cluster(target.id))
        if cluster.source == "JOB":
            detail = f"cluster {target.id} is a job cluster: the platform makes one for each run"
            raise InvalidRequestError(self.name, detail)
        return cluster


def _start(cluster: ClusterFacts) -> Plan:
    reason = f" (it ended with {cluster.termination_code})" if cluster.termination_code else ""
    message = f"Start cluster {cluster.cluster_id}{reason}"
    return Plan(StepResult(message=message), (start_cluster(cluster.cluster_id),))


def _restart(tried: Try[P], cluster: ClusterFacts) -> Plan:
    name = f"cluster-{cluster.cluster_id}"
    runs = active_runs_on(tried.workspace, cluster.cluster_id)
    message = heed(tried.parameters.others, name, f"Restart cluster {cluster.cluster_id}", runs)
    return Plan(StepResult(message=message), (restart_cluster(cluster.cluster_id, message),))
