from datetime import UTC, datetime, timedelta

import pytest

from lakemend.budget import Spent
from lakemend.diagnosis import Cause, Diagnosis, Remedy
from lakemend.evidence import (
    Compute,
    ComputeKind,
    Evidence,
    JobFacts,
    ResourceFacts,
    RunFacts,
    TaskFacts,
)
from lakemend.memory import Remembered
from lakemend.past import Past
from lakemend.permit import check_breaker_name
from lakemend.phase import Phase
from lakemend.plan import make_plan
from lakemend.playbook import load_playbooks, parse_playbook
from lakemend.policy import Consent
from lakemend.settings import Settings

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PLAYBOOKS = load_playbooks()
JOB_CLUSTER = Compute(kind=ComputeKind.JOB_CLUSTER, job_cluster_key="main", cluster_id="0504-a")
ALL_PURPOSE = Compute(kind=ComputeKind.ALL_PURPOSE, cluster_id="0504-shared")
SERVERLESS = Compute(kind=ComputeKind.SERVERLESS)


def evidence(compute: Compute = JOB_CLUSTER, job: JobFacts | None = None) -> Evidence:
    return Evidence(
        workspace="default",
        read_at=NOON,
        run=RunFacts(run_id="9007199254740993", job_id="77", ended_at=NOON),
        tasks=(TaskFacts(task_key="load", run_id="5", result_state="FAILED", compute=compute),),
        job=job or JobFacts(job_id="77", name="nightly"),
    )


def oom(cause: Cause = Cause.DRIVER_OOM) -> Diagnosis:
    return Diagnosis(cause=cause, error_type="DatabricksOutOfMemoryError", remedy=Remedy.CHANGE)


def active(phase: Phase) -> list[str]:
    return [step.action for step in phase.steps if not step.skip]


def test_driver_memory_is_sought_in_the_job_cluster_of_the_failed_task() -> None:
    plan = make_plan(oom(), evidence(), PLAYBOOKS, Settings())

    step = plan.phases[0].steps[0]
    assert plan.ruling.consent is Consent.ACT
    assert active(plan.phases[0]) == ["change_node_type", "repair_run"]
    assert step.target is not None
    assert (step.target.resource, step.target.job_cluster_key) == ("job-77", "main")
    assert plan.breakers
    assert plan.breakers[0].name == "DatabricksOutOfMemoryError:job-77"


def test_on_a_shared_cluster_its_breaker_is_asked_after_that_of_the_job() -> None:
    of_job, of_cluster = make_plan(oom(), evidence(ALL_PURPOSE), PLAYBOOKS, Settings()).breakers

    assert of_job.name == "DatabricksOutOfMemoryError:job-77"
    assert of_cluster.name == "DatabricksOutOfMemoryError:cluster-0504-shared"
    assert (of_cluster.source, of_cluster.job_id) == ("job-77", "")
    assert not of_cluster.settings.cool_down


def test_an_all_purpose_cluster_is_changed_itself() -> None:
    plan = make_plan(oom(), evidence(ALL_PURPOSE), PLAYBOOKS, Settings())

    target = plan.phases[0].steps[0].target
    assert target is not None
    assert target.resource == "cluster-0504-shared"


def test_serverless_has_only_the_repair_and_no_second_phase_that_repeats_it() -> None:
    plan = make_plan(oom(), evidence(SERVERLESS), PLAYBOOKS, Settings())

    assert [active(phase) for phase in plan.phases] == [["repair_run"]]


def test_a_bundle_deployed_job_is_not_edited() -> None:
    job = JobFacts(job_id="77", deployment_kind="BUNDLE")

    plan = make_plan(oom(), evidence(job=job), PLAYBOOKS, Settings())

    assert active(plan.phases[0]) == ["repair_run"]
    assert "overwrite" in plan.phases[0].steps[0].skip


@pytest.mark.parametrize(
    ("remedy", "consent"), [(Remedy.PERSON, Consent.ESCALATE), (Remedy.NONE, Consent.OBSERVE)]
)
def test_what_needs_a_person_is_never_acted_upon(remedy: Remedy, consent: Consent) -> None:
    diagnosis = Diagnosis(
        cause=Cause.USER_CODE, error_type="DatabricksJobExecutionError", remedy=remedy
    )

    assert make_plan(diagnosis, evidence(), PLAYBOOKS, Settings()).ruling.consent is consent


def test_switched_off_means_observe() -> None:
    plan = make_plan(oom(), evidence(), PLAYBOOKS, Settings(auto_remediation_enabled=False))

    assert plan.ruling.consent is Consent.OBSERVE
    assert "AUTO_REMEDIATION_ENABLED" in plan.ruling.reason


def test_an_unknown_cause_escalates() -> None:
    plan = make_plan(Diagnosis(cause=Cause.UNKNOWN), evidence(), PLAYBOOKS, Settings())

    assert plan.ruling.consent is Consent.ESCALATE
    assert plan.phases == ()


def test_settings_fill_what_the_playbook_leaves_out() -> None:
    settings = Settings(
        auto_remediation_max_retries=2,
        retry_base_delay=timedelta(seconds=7),
        circuit_breaker_failure_threshold=9,
        max_cluster_workers=4,
    )
    text = (
        "error_type: Mine\ndescription: d\ncauses: [timeout]\nlimits: {max_workers: 6}\n"
        "steps:\n  - {action: scale_cluster}\n  - {action: repair_run, attempts: {}}\n"
    )
    diagnosis = Diagnosis(cause=Cause.TIMEOUT, error_type="Mine", remedy=Remedy.RETRY)

    plan = make_plan(diagnosis, evidence(), {"Mine": parse_playbook(text)}, settings)

    scale, repair = plan.phases[0].steps
    assert scale.parameters == {"percent": 50}
    assert repair.pauses == (timedelta(seconds=7),)
    assert plan.caps.max_workers == 4
    assert plan.breakers
    assert plan.breakers[0].settings.failure_threshold == 9


def about(resource: str) -> Evidence:
    return evidence().model_copy(
        update={"run": RunFacts(run_id=""), "resource": ResourceFacts(resource=resource)}
    )


@pytest.mark.parametrize("scope", ["job", "cluster", "workspace"])
@pytest.mark.parametrize(
    "failed",
    [
        evidence(),
        evidence(ALL_PURPOSE),
        evidence().model_copy(update={"run": RunFacts(run_id="12", ended_at=NOON)}),
        about("cluster-0504-shared"),
        about("pipeline-0a1b-2c3d"),
        about("warehouse-abc123"),
    ],
    ids=["job", "all-purpose", "one-time run", "cluster", "pipeline", "warehouse"],
)
@pytest.mark.parametrize("workspace", ["default", "eu-1.prod"])
def test_a_person_may_name_every_breaker_that_a_plan_asks(
    scope: str, failed: Evidence, workspace: str
) -> None:
    text = (
        "error_type: Mine\ndescription: d\ncauses: [timeout]\nsteps:\n  - {action: repair_run}\n"
        f"breaker: {{scope: {scope}}}\n"
    )
    diagnosis = Diagnosis(cause=Cause.TIMEOUT, error_type="Mine", remedy=Remedy.RETRY)
    failed = failed.model_copy(update={"workspace": workspace})

    plan = make_plan(diagnosis, failed, {"Mine": parse_playbook(text)}, Settings())

    assert plan.breakers
    assert all(check_breaker_name(each.name) == each.name for each in plan.breakers)


def test_a_chained_playbook_is_frozen_into_the_plan() -> None:
    first = parse_playbook(
        "error_type: First\ndescription: d\ncauses: [timeout]\n"
        "steps: [{action: repair_run}]\nchain: [Second]\n"
    )
    second = parse_playbook(
        "error_type: Second\ndescription: d\ncauses: [timeout]\n"
        "steps: [{action: scale_cluster}, {action: repair_run}]\n"
    )
    diagnosis = Diagnosis(cause=Cause.TIMEOUT, error_type="First", remedy=Remedy.RETRY)

    plan = make_plan(diagnosis, evidence(), {"First": first, "Second": second}, Settings())

    assert [phase.name for phase in plan.phases] == ["steps", "Second"]


def test_evidence_without_a_failed_task_leaves_nothing_to_scale() -> None:
    bare = evidence().model_copy(update={"tasks": ()})

    plan = make_plan(oom(), bare, PLAYBOOKS, Settings())

    assert active(plan.phases[0]) == ["repair_run"]


def test_a_playbook_may_end_with_a_recommendation() -> None:
    conflict = Diagnosis(
        cause=Cause.CONCURRENT_WRITE_CONFLICT,
        error_type="DatabricksConcurrentWriteConflict",
        remedy=Remedy.RETRY,
    )

    plan = make_plan(conflict, evidence(), PLAYBOOKS, Settings())

    assert [active(phase) for phase in plan.phases] == [["repair_run"], ["escalate"]]
    assert "one after the other" in plan.phases[1].steps[0].parameters["recommendation"]


def test_what_helped_before_is_begun_with_unless_the_playbook_switches_it_off() -> None:
    first, *_, last = make_plan(oom(), evidence(), PLAYBOOKS, Settings()).phases
    helped = Remembered(
        cause="driver_oom", phase=last.name, what=last.what, times=2, incident_id="i", at=NOON
    )
    off = PLAYBOOKS["DatabricksOutOfMemoryError"].model_copy(update={"memory": False})
    past = Past(remembered=helped)

    with_memory = make_plan(oom(), evidence(), PLAYBOOKS, Settings(), past)
    without = make_plan(oom(), evidence(), {off.error_type: off}, Settings(), past)

    assert with_memory.phases[0] == last
    assert with_memory.phases[1] == first
    assert with_memory.memory.startswith("Begins with fallback")
    assert (without.phases[0], without.memory, without.remembered) == (first, "", None)


def test_a_used_up_budget_escalates_before_anything_is_asked_for() -> None:
    past = Past(spent=Spent(attempts=30, cost_factor=30))

    plan = make_plan(oom(), evidence(), PLAYBOOKS, Settings(), past)

    assert plan.ruling.consent is Consent.ESCALATE
    assert "max_attempts_per_job_and_day" in plan.ruling.reason
    assert plan.budget_left.startswith("0 of 30 attempts and 30 of 60 cost are left")


def test_a_rerun_after_repairs_is_no_repetition() -> None:
    playbook = parse_playbook(
        "error_type: Mine\ndescription: d\ncauses: [timeout]\n"
        "steps: [{action: repair_run}]\nladder: [[{action: repair_run}]]\n"
        "fallback: [{action: rerun_job}]\n"
    )
    diagnosis = Diagnosis(cause=Cause.TIMEOUT, error_type="Mine", remedy=Remedy.RETRY)

    plan = make_plan(diagnosis, evidence(), {"Mine": playbook}, Settings())

    assert [active(phase) for phase in plan.phases] == [["repair_run"], ["rerun_job"]]


def test_what_a_playbook_says_about_health_reaches_the_checks() -> None:
    playbook = parse_playbook(
        "error_type: Mine\ndescription: d\ncauses: [timeout]\nsteps: [{action: repair_run}]\n"
        "health: {accept_failures: true, duration_factor: 2}\n"
    )
    diagnosis = Diagnosis(cause=Cause.TIMEOUT, error_type="Mine", remedy=Remedy.RETRY)

    terms = make_plan(diagnosis, evidence(), {"Mine": playbook}, Settings()).health_terms

    assert (terms.accept_failures, terms.duration_factor, terms.sql) == (True, 2, None)
