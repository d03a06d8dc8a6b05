from datetime import UTC, datetime, timedelta

import pytest

from lakemend.actions import Scope
from lakemend.evidence import (
    Compute,
    ComputeKind,
    Evidence,
    JobFacts,
    RecentRun,
    RunFacts,
    TaskFacts,
)
from lakemend.step import ResourceKind, Target
from lakemend.target import find_target

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SHARED = Compute(kind=ComputeKind.ALL_PURPOSE, cluster_id="c1")
OWN = Compute(kind=ComputeKind.JOB_CLUSTER, job_cluster_key="main")
WAREHOUSE = Compute(kind=ComputeKind.WAREHOUSE, resource_id="w1")
PIPELINE = Compute(kind=ComputeKind.PIPELINE, resource_id="p1")
JOB = JobFacts(job_id="7", settings_hash="now")
DEPLOYED = JobFacts(job_id="7", settings_hash="now", deployment_kind="BUNDLE")


def target(
    scope: Scope,
    compute: Compute,
    job: JobFacts | None = JOB,
    good: str = "",
    *,
    edit_deployed: bool = False,
) -> Target | str:
    task = TaskFacts(task_key="load", run_id="5", result_state="FAILED", compute=compute)
    success = RecentRun(
        run_id="4", result_state="SUCCESS", ended_at=NOON - timedelta(days=1), settings_hash=good
    )
    evidence = Evidence(
        workspace="default",
        read_at=NOON,
        run=RunFacts(run_id="9", job_id="7", ended_at=NOON),
        tasks=(task,),
        job=job,
        recent_runs=(success,),
    )
    found, skip = find_target(scope, task, evidence, edit_deployed=edit_deployed)
    return found or skip


@pytest.mark.parametrize(
    ("scope", "compute", "kind", "identifier"),
    [
        (Scope.WAREHOUSE, WAREHOUSE, ResourceKind.WAREHOUSE, "w1"),
        (Scope.PIPELINE, PIPELINE, ResourceKind.PIPELINE, "p1"),
        (Scope.SETTINGS, OWN, ResourceKind.JOB, "7"),
        (Scope.LIBRARIES, SHARED, ResourceKind.LIBRARIES, "c1"),
        (Scope.LIBRARIES, OWN, ResourceKind.JOB, "7"),
        (Scope.CONFIG, SHARED, ResourceKind.CLUSTER, "c1"),
    ],
)
def test_target_by_scope_and_compute(
    scope: Scope, compute: Compute, kind: ResourceKind, identifier: str
) -> None:
    assert target(scope, compute) == Target(kind=kind, id=identifier)


@pytest.mark.parametrize(
    ("scope", "compute"),
    [
        (Scope.WAREHOUSE, SHARED),
        (Scope.PIPELINE, WAREHOUSE),
        (Scope.LIBRARIES, WAREHOUSE),
        (Scope.CONFIG, OWN),
    ],
)
def test_scope_that_does_not_fit_says_why(scope: Scope, compute: Compute) -> None:
    assert isinstance(target(scope, compute), str)


@pytest.mark.parametrize("scope", [Scope.SETTINGS, Scope.LIBRARIES])
@pytest.mark.parametrize("job", [DEPLOYED, None])
def test_settings_that_are_not_ours_are_no_target(scope: Scope, job: JobFacts | None) -> None:
    assert isinstance(target(scope, OWN, job), str)


def test_a_playbook_may_opt_in_to_change_what_a_tool_deploys() -> None:
    found = target(Scope.SETTINGS, OWN, DEPLOYED, edit_deployed=True)

    assert found == Target(kind=ResourceKind.JOB, id="7", edit_deployed=True)


def test_nobody_opts_in_to_what_the_platform_manages_or_to_move_other_jobs() -> None:
    managed = DEPLOYED.model_copy(update={"deployment_kind": "SYSTEM_MANAGED"})

    assert isinstance(target(Scope.SETTINGS, OWN, managed, edit_deployed=True), str)
    assert isinstance(target(Scope.USERS, SHARED, DEPLOYED, edit_deployed=True), str)


@pytest.mark.parametrize("compute", [OWN, SHARED])
def test_config_is_the_job_where_it_changed_since_its_success(compute: Compute) -> None:
    assert target(Scope.CONFIG, compute, good="then") == Target(kind=ResourceKind.JOB, id="7")


def test_libraries_are_leased_with_their_cluster() -> None:
    libraries = Target(kind=ResourceKind.LIBRARIES, id="c1")

    assert (libraries.resource, libraries.lease) == ("libraries-c1", "cluster-c1")
    assert libraries.lease == Target(kind=ResourceKind.CLUSTER, id="c1").lease
