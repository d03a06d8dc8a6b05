"""Two incidents of one resource, one after the other: the second finds the work done.

Both failed before the first of them acted. What it changed has stayed, as a playbook with
`keep_change` says; what goes back has to be done anew for the second.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from activities.good_settings import GoodSettingsActivities
from activities.workspace.writes import install_libraries, update_cluster
from lakemend.compute.raw_settings import settings_hash
from lakemend.step import StepInput, WatchedRun

AWS = "aws_attributes: {zone_id: us-west-2a, availability: SPOT, first_on_demand: 1}"
SPEC = f"node_type_id: m5.xlarge, num_workers: 4, spark_version: 15.4.x-scala2.12, {AWS}"
ALL_PURPOSE = f"{{spec: {{{SPEC}}}, state: RUNNING}}"
RELATIVE = {
    "scale_cluster": {"percent": 50},
    "change_node_type": {"memory_factor": 2},
    "change_zone": {"zones": ["us-west-2a", "us-west-2b"]},
    "set_spark_conf": {"conf": {"spark.sql.shuffle.partitions": 400}},
    "switch_to_on_demand": {},
}
OTHERS = ["slow", "crowded", "edited", "again", "restored", "otherwise", "crashed"]
ON_CLUSTERS = [f"{action}-cluster" for action in RELATIVE]
SCENARIO = f"""
name: second-incidents
delays: {{cluster_start: 60s, cluster_restart: 60s, library_install: 20s}}
clusters:
  {chr(10).join(f"  {name}: {ALL_PURPOSE}" for name in [*ON_CLUSTERS, "sick", "libs"]).strip()}
  shared: {ALL_PURPOSE}
  resting: {{spec: {{{SPEC}}}, state: TERMINATED}}
  barren:
    spec: {{{SPEC}}}
    state: TERMINATED
    start_fails: [{{code: INTERNAL_ERROR}}]
warehouses:
  asleep: {{settings: {{cluster_size: Small}}, state: STOPPED}}
  unhealthy: {{settings: {{cluster_size: Small}}, unhealthy: true}}
pipelines:
  flow: {{spec: {{catalog: main}}, duration: 60s, fails: {{kind: network, times: 1}}}}
library_index: [{{package: pandas, version: 2.1.0}}]
jobs:
  {
    chr(10)
    .join(
        f'''  {name}:
    settings:
      timeout_seconds: 600
      job_clusters: [{{job_cluster_key: main, new_cluster: {{{SPEC}}}}}]
      tasks: [{{task_key: a, job_cluster_key: main, notebook_task: {{notebook_path: /a}}}}]'''
        for name in [*RELATIVE, *OTHERS]
    )
    .strip()
}
  on_barren:
    settings:
      tasks: [{{task_key: a, notebook_task: {{notebook_path: /a}}, existing_cluster_id: barren}}]
  on_shared:
    settings:
      tasks: [{{task_key: a, notebook_task: {{notebook_path: /a}}, existing_cluster_id: shared}}]
  flowing:
    settings: {{tasks: [{{task_key: a, pipeline_task: {{pipeline_id: flow}}}}]}}
  own_libs:
    settings:
      job_clusters: [{{job_cluster_key: main, new_cluster: {{{SPEC}}}}}]
      tasks:
        - task_key: a
          job_cluster_key: main
          notebook_task: {{notebook_path: /a}}
          libraries: [{{pypi: {{package: pandas==2.1.0}}}}]
"""
FAILED_FIRST = datetime.now(UTC)

Steps = Callable[[Any], StepInput]


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def target(kind: str, id_: Any, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "id": str(id_), **fields}


def on_job(action: str, job: str, parameters: dict[str, Any]) -> Steps:
    return lambda lab: lab.job_step(
        action,
        job,
        parameters=parameters,
        settings_hash=settings_hash(lab.settings(job)),
    )


def on_cluster(action: str, name: str, parameters: dict[str, Any]) -> Steps:
    return lambda lab: lab.cluster_step(action, name, parameters=parameters)


def on_task(lab: Any) -> StepInput:
    job_id = lab.control.job_id("slow")
    return lab.step("increase_timeout", target=target("job", job_id, task_key="a"))


def queueing(lab: Any) -> StepInput:
    job = target("job", lab.control.job_id("crowded"))
    return lab.step("clear_concurrency", target=job, parameters={"enable_queue": True})


def recreating(lab: Any) -> StepInput:
    return lab.step(
        "recreate_cluster", target=target("cluster-users", lab.control.cluster_id("barren"))
    )


def restarting(warehouse: str) -> Steps:
    return lambda lab: lab.step(
        "restart_warehouse", target=target("warehouse", lab.control.warehouse_id(warehouse))
    )


def updating(lab: Any) -> StepInput:
    lab.fail("flowing")
    return lab.step(
        "restart_pipeline_update", target=target("pipeline", lab.control.pipeline_id("flow"))
    )


def replacing_on_cluster(lab: Any) -> StepInput:
    cluster_id = lab.control.cluster_id("libs")
    library = {"pypi": {"package": "pandas==2.1.0"}}
    lab.workspace.write(install_libraries(cluster_id, [library], "a person installs it"))
    lab.control.wait_until(
        lambda: "FAILED" in {each["status"] for each in lab.workspace.library_statuses(cluster_id)}
    )
    return lab.step("install_library_version", target=target("libraries", cluster_id))


def replacing_in_job(lab: Any) -> StepInput:
    return lab.step(
        "install_library_version",
        target=target("job", lab.control.job_id("own_libs")),
        run_id=lab.fail("own_libs"),
        failed_tasks=("a",),
    )


def _succeed(lab: Any, job: str) -> None:
    run_id = lab.control.run_job(job)
    assert lab.control.wait_for_run(run_id)["result"] == "SUCCESS"
    keeping = GoodSettingsActivities(lab.workspaces, lab.records).keep_good_settings
    lab.run(keeping, WatchedRun(workspace="default", run_id=str(run_id)))


def rolling_job_back(lab: Any) -> StepInput:
    _succeed(lab, "edited")
    lab.control.edit_as_person("edited", {"timeout_seconds": 1})
    return lab.step("rollback_config", target=target("job", lab.control.job_id("edited")))


def rolling_cluster_back(lab: Any) -> StepInput:
    _succeed(lab, "on_shared")
    cluster_id = lab.control.cluster_id("shared")
    change = update_cluster(cluster_id, {"num_workers": 9}, "a person", mask={"num_workers"})
    lab.workspace.write(change)
    lab.control.wait_until(lambda: lab.cluster("shared")["state"] == "RUNNING")
    return lab.cluster_step("rollback_config", "shared")


CASES: dict[str, Steps] = {
    "a cluster restarted": on_cluster("restart_cluster", "sick", {}),
    "a cluster started": on_cluster("start_cluster", "resting", {}),
    "a cluster recreated": recreating,
    "a warehouse started": restarting("asleep"),
    "a warehouse stopped and started": restarting("unhealthy"),
    "a pipeline updated": updating,
    "a library replaced on a cluster": replacing_on_cluster,
    "a library replaced in a job": replacing_in_job,
    "a time limit raised": on_task,
    "a queue enabled": queueing,
    "a job rolled back": rolling_job_back,
    "a cluster rolled back": rolling_cluster_back,
    **{f"{name} of a job": on_job(name, name, with_) for name, with_ in RELATIVE.items()},
    **{
        f"{name} of a cluster": on_cluster(name, f"{name}-cluster", with_)
        for name, with_ in RELATIVE.items()
    },
}


def of_another(step: StepInput, **fields: Any) -> StepInput:
    """The same step for another incident, which failed when the first did."""
    other = {"incident_id": "incident:default:run-2", "token": "second/1"}
    return step.model_copy(update={**other, **fields})


def changing(lab: Any) -> int:
    return len(lab.control.invariants()["changing_calls"])


@pytest.mark.parametrize("make", CASES.values(), ids=CASES.keys())
def test_the_second_incident_finds_the_work_done(lab: Any, make: Steps) -> None:
    began = make(lab).model_copy(
        update={"failed_at": lab.now, "settings_since": FAILED_FIRST, "token": "first/1"}
    )
    before = changing(lab)

    first = lab.act_until_done(began)
    acted = changing(lab)
    lab.heartbeats.clear()
    second = lab.act_until_done(of_another(began))

    assert first.calls
    assert acted > before
    assert second.calls == ()
    assert changing(lab) == acted
    assert not second.superseded


def test_what_failed_with_the_change_of_another_goes_further(lab: Any) -> None:
    first = lab.job_step("scale_cluster", "again", settings_since=FAILED_FIRST)
    lab.act(first)

    failed_since = datetime.now(UTC)
    result = lab.act(of_another(first, settings_since=failed_since))

    assert result.message == "Change workers from 6 to 9"


def test_what_has_gone_back_is_done_anew(lab: Any) -> None:
    first = lab.job_step("scale_cluster", "restored", settings_since=FAILED_FIRST)
    before = lab.settings("restored")
    lab.act(first)
    lab.control.edit_as_person("restored", {"job_clusters": before["job_clusters"]})

    result = lab.act(of_another(first))

    assert result.message == "Change workers from 4 to 6"


def test_another_change_of_another_incident_leaves_this_one_to_do(lab: Any) -> None:
    first = lab.job_step("scale_cluster", "otherwise", settings_since=FAILED_FIRST)
    lab.act(first)

    result = lab.act(of_another(lab.job_step("change_zone", "otherwise")))

    assert result.message == "Change the zone from us-west-2a to auto"


def test_a_second_try_knows_its_own_change(lab: Any) -> None:
    """Another incident had changed it and put it back before; now the answer gets lost."""
    first = lab.job_step("scale_cluster", "crashed", settings_since=FAILED_FIRST)
    before = lab.settings("crashed")
    lab.act(first)
    lab.control.edit_as_person("crashed", {"job_clusters": before["job_clusters"]})
    step = of_another(first)
    lab.act(step)

    again = lab.act(step, number=2)

    assert again.change is not None
    assert again.message == "Change workers from 4 to 6"
