"""Plans for a resource that failed by itself."""

from datetime import UTC, datetime

import pytest

from lakemend.diagnosis import Cause, Diagnosis, Remedy
from lakemend.diagnosis.causes import cause_table
from lakemend.evidence import Compute, ComputeKind, Evidence, ResourceFacts, ResourcePhase
from lakemend.plan import Plan, make_plan
from lakemend.playbook import load_playbooks
from lakemend.policy import Consent
from lakemend.settings import Settings

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PLAYBOOKS = load_playbooks()
RESOURCES = {
    "cluster": Compute(kind=ComputeKind.ALL_PURPOSE, cluster_id="x"),
    "pipeline": Compute(kind=ComputeKind.PIPELINE, resource_id="x"),
    "warehouse": Compute(kind=ComputeKind.WAREHOUSE, resource_id="x"),
}


def plan(cause: Cause, kind: str = "cluster", settings: Settings | None = None) -> Plan:
    resource = ResourceFacts(
        resource=f"{kind}-x", compute=RESOURCES[kind], phase=ResourcePhase.FAILED, failed_at=NOON
    )
    evidence = Evidence(workspace="default", read_at=NOON, resource=resource)
    facts = cause_table()[cause]
    diagnosis = Diagnosis(cause=cause, error_type=facts.error_type, remedy=facts.remedy)
    return make_plan(diagnosis, evidence, PLAYBOOKS, settings or Settings())


def active(made: Plan) -> list[list[str]]:
    return [[step.action for step in phase.steps if not step.skip] for phase in made.phases]


@pytest.mark.parametrize(
    ("cause", "kind", "phases"),
    [
        (Cause.CLUSTER_TERMINATED, "cluster", [["restart_cluster"]]),
        (Cause.CLUSTER_START_FAILURE, "cluster", [["start_cluster"]]),
        (Cause.SPOT_PREEMPTION, "cluster", [["start_cluster"]]),
        (Cause.DRIVER_OOM, "cluster", [["start_cluster"]]),
        (Cause.CLOUD_CAPACITY, "cluster", [["start_cluster"], ["wait", "start_cluster"]]),
        (Cause.PIPELINE_UPDATE_FAILURE, "pipeline", [["restart_pipeline_update"]]),
        (
            Cause.WAREHOUSE_UNAVAILABLE,
            "warehouse",
            [["restart_warehouse"], ["wait", "restart_warehouse"]],
        ),
    ],
)
def test_the_resource_is_brought_back_where_the_playbook_would_repeat_a_run(
    cause: Cause, kind: str, phases: list[list[str]]
) -> None:
    made = plan(cause, kind)

    assert made.ruling.consent is Consent.ACT
    assert active(made) == phases
    assert made.breakers
    assert made.breakers[0].name.endswith(f":{kind}-x")


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("kind", list(RESOURCES))
def test_no_plan_changes_settings_or_touches_a_run(cause: Cause, kind: str) -> None:
    steps = [step for phase in plan(cause, kind).phases for step in phase.steps if not step.skip]

    assert not [step.action for step in steps if step.changes_settings or step.starts_run]
    assert {step.target.resource for step in steps if step.target} <= {f"{kind}-x"}


@pytest.mark.parametrize(
    ("kind", "checks"),
    [
        ("cluster", ("cluster_running", "driver_answering")),
        ("pipeline", ("pipeline_update_completed",)),
        ("warehouse", ("warehouse_healthy",)),
    ],
)
def test_what_proves_that_it_works_is_looked_at_whatever_the_settings_say(
    kind: str, checks: tuple[str, ...]
) -> None:
    made = plan(Cause.WAREHOUSE_UNAVAILABLE, kind, Settings(health_check_enabled=False))

    assert made.health_checks == checks


def test_where_recovery_is_switched_off_it_is_only_observed() -> None:
    made = plan(Cause.CLUSTER_TERMINATED, settings=Settings(auto_remediation_enabled=False))

    assert made.ruling.consent is Consent.OBSERVE


def test_what_only_a_person_can_remedy_is_left_to_one() -> None:
    made = plan(Cause.INIT_SCRIPT_FAILURE)

    assert made.ruling.consent is Consent.ESCALATE
    assert cause_table()[Cause.INIT_SCRIPT_FAILURE].remedy is Remedy.PERSON
