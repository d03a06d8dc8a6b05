"""Make a new cluster in the place of one that cannot start."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from activities.actions.action import Action, Plan, Try
from activities.errors import StillChangingError
from activities.reading.values import part, parts
from activities.resources.cluster_users import NEW, OLD, REPLACES, STEP, ClusterUsers
from activities.resources.stored import Shelf
from activities.workspace import Json, Workspace, Write
from activities.workspace.writes import create_cluster, grant, install_libraries
from lakemend import actions
from lakemend.compute.raw_settings import cluster_attributes, settings_hash
from lakemend.errors import InvalidRequestError, InvalidStateError
from lakemend.step import Change, ResourceKind, StepResult

_SOON = timedelta(seconds=10)  # a start takes minutes
_PATIENT_TRIES = 5  # how often a list may lag behind a create whose answer was lost
_NEW_ONE = "(the new one)"  # what a dry run calls it
_CREATE = "/api/2.1/clusters/create"
_WHO = ("user_name", "group_name", "service_principal_name")


class RecreateCluster(Action[actions.RecreateCluster]):
    """Converges: a stand-in that runs, with libraries and permissions, and only then the jobs.

    clusters/create takes no idempotency token (databricks-sdk: compute.ClustersAPI.create), so the
    stand-in carries the step in a tag and is looked for before one is made.
    """

    parameters = actions.RecreateCluster

    def plan(self, tried: Try[actions.RecreateCluster]) -> Plan:
        """Do what is still missing."""
        users = _users(tried)
        old = tried.workspace.get_cluster(users.cluster_id)
        if old.get("cluster_source") == "JOB":
            raise InvalidRequestError(users.name, "it is a job cluster; a repair makes a new one")
        if old.get("state") in {"RUNNING", "RESIZING"}:
            return Plan(StepResult(message=f"Cluster {users.cluster_id} runs"))
        stand_in = users.stand_in()
        if stand_in is None:
            return self._create(tried, users, old)
        name = f"Cluster {stand_in['cluster_id']}, which stands in for {users.cluster_id},"
        if stand_in.get("state") != "RUNNING":
            raise StillChangingError(f"{name} is {stand_in.get('state')}", _SOON)
        return self._move_in(tried, users, stand_in["cluster_id"], f"{name} is in use")

    def confirm(
        self, tried: Try[actions.RecreateCluster], plan: Plan, answers: Sequence[Json]
    ) -> StepResult:
        """Look again: nothing may be missing."""
        del answers
        after = self.plan(tried)
        if after.writes:
            raise StillChangingError(f"{plan.result.message}: not shown yet", _SOON)
        return after.result

    def _create(self, tried: Try[actions.RecreateCluster], users: ClusterUsers, old: Json) -> Plan:
        mark = hashlib.sha256(tried.step.token.encode()).hexdigest()[:32]
        for each in users.stand_ins():
            if part(each, "custom_tags").get(STEP) == mark:
                reason = part(each, "termination_reason").get("code") or each.get("state")
                detail = f"cluster {each['cluster_id']} did not start either: {reason}"
                raise InvalidStateError(users.name, detail)
        sent = any(call.path == _CREATE for call in tried.earlier_calls)
        if sent and tried.number <= _PATIENT_TRIES:
            raise StillChangingError(f"{users.name}: the new cluster is not shown yet", _SOON)
        attributes = cluster_attributes(old)
        tags = {**part(attributes, "custom_tags"), REPLACES: users.cluster_id, STEP: mark}
        message = f"Make a new cluster in the place of {users.cluster_id}"
        write = create_cluster({**attributes, "custom_tags": tags}, message)
        tasks = self._beginning(tried, users)["tasks"]
        if tried.step.dry_run:
            moves = [move for move, _ in users.point(_NEW_ONE, tasks)]
            carried = _carried_over(tried.workspace, users.cluster_id, _NEW_ONE)
            return Plan(StepResult(message=message), (write,), later=(*carried, *moves))
        self._keep(tried, users, {"tasks": tasks, "replaced": True})
        return Plan(StepResult(message=message), (write,))

    def _move_in(
        self, tried: Try[actions.RecreateCluster], users: ClusterUsers, new: str, message: str
    ) -> Plan:
        before, seen = self._beginning(tried, users), users.read()
        writes = list(_carried_over(tried.workspace, users.cluster_id, new))
        state = dict(seen.settings["tasks"])
        for write, moved in users.point(new, {k: v for k, v in state.items() if v == OLD}):
            writes.append(write)
            state |= dict.fromkeys(moved, NEW)
            if not tried.step.dry_run:
                self._keep(tried, users, {"tasks": dict(state), "replaced": True})
        if writes:
            return Plan(StepResult(message=message), writes)
        change = Change(
            resource=users.name, hash_before=settings_hash(before), hash_after=seen.hash
        )
        return Plan(StepResult(message=message, change=change))

    def _beginning(self, tried: Try[actions.RecreateCluster], users: ClusterUsers) -> Json:
        seen = users.read().settings
        return (
            seen
            if tried.step.dry_run
            else self._shelf(tried, users).keep_beginning(tried.step.token, seen)
        )

    def _keep(self, tried: Try[actions.RecreateCluster], users: ClusterUsers, state: Json) -> None:
        key = f"{tried.step.token}/{settings_hash(state)}"
        self._shelf(tried, users).keep_target(key, state)

    def _shelf(self, tried: Try[actions.RecreateCluster], users: ClusterUsers) -> Shelf:
        step = tried.step
        return Shelf(self._records, step.workspace, step.incident_id, users.name)


def _users(tried: Try[actions.RecreateCluster]) -> ClusterUsers:
    target = tried.step.target
    if target is None or target.kind is not ResourceKind.CLUSTER_USERS:
        raise InvalidRequestError("recreate_cluster", "the target is no all-purpose cluster")
    return ClusterUsers(tried.workspace, target)


def _carried_over(workspace: Workspace, old: str, new: str) -> list[Write]:
    """Libraries and permissions that the new cluster lacks."""
    writes: list[Write] = []
    there = _libraries(workspace, new) if new != _NEW_ONE else []
    libraries = [each for each in _libraries(workspace, old) if each not in there]
    if libraries:
        summary = f"Install {len(libraries)} libraries of cluster {old} on {new}"
        writes.append(install_libraries(new, libraries, summary))
    granted = _grants(workspace, new) if new != _NEW_ONE else []
    grants = [each for each in _grants(workspace, old) if each not in granted]
    if grants:
        summary = f"Give {len(grants)} permissions of cluster {old} on {new}"
        writes.append(grant(new, grants, summary))
    return writes


def _libraries(workspace: Workspace, cluster_id: str) -> list[Json]:
    statuses = workspace.library_statuses(cluster_id)
    own = (each for each in statuses if not each.get("is_library_for_all_clusters"))
    return [part(each, "library") for each in own if each.get("status") != "UNINSTALL_ON_RESTART"]


def _grants(workspace: Workspace, cluster_id: str) -> list[Json]:
    """Read what was granted on the cluster itself, not what it inherits."""
    return [
        {**{who: entry[who] for who in _WHO if entry.get(who)}, "permission_level": level}
        for entry in parts(workspace.cluster_permissions(cluster_id), "access_control_list")
        for permission in parts(entry, "all_permissions")
        if not permission.get("inherited") and (level := permission.get("permission_level"))
    ]
