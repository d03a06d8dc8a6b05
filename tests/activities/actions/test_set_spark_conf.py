"""Spark settings are put over those of the cluster, once."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

CONF = "spark_conf: {spark.speculation: 'true'}"
SPEC = f"node_type_id: m5.xlarge, num_workers: 4, spark_version: 15.4.x-scala2.12, {CONF}"
TASK = "{task_key: load, notebook_task: {notebook_path: /load}, job_cluster_key: main}"
JOB = f"tasks: [{TASK}], job_clusters: [{{job_cluster_key: main, new_cluster: {{{SPEC}}}}}]"
SCENARIO = f"""
name: conf
clusters:
  shared: {{spec: {{{SPEC}}}, state: RUNNING}}
jobs:
  orders: {{settings: {{{JOB}}}}}
  lost: {{settings: {{{JOB}}}}}
  shown: {{settings: {{{JOB}}}}}
"""
HALF = {"conf": {"spark.task.cpus": 2}}


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def conf(lab: Any, job: str) -> Any:
    return lab.settings(job)["job_clusters"][0]["new_cluster"]["spark_conf"]


def test_job_cluster_gets_the_setting_and_keeps_its_own(lab: Any) -> None:
    result = lab.act(lab.job_step("set_spark_conf", "orders", parameters=HALF))

    assert conf(lab, "orders") == {"spark.speculation": "true", "spark.task.cpus": "2"}
    assert result.message == "Set spark.task.cpus to 2 (was unset)"
    assert result.change.cost_factor == 1


def test_shared_cluster_is_updated_itself(lab: Any) -> None:
    result = lab.act_until_done(lab.cluster_step("set_spark_conf", "shared", parameters=HALF))

    assert [call.path for call in result.calls] == ["/api/2.1/clusters/update"]
    assert lab.cluster("shared")["spark_conf"]["spark.task.cpus"] == "2"


def test_lost_answer_leads_to_one_change(lab: Any) -> None:
    step = lab.job_step("set_spark_conf", "lost", parameters=HALF)
    lab.control.add_fault("drop_after", path="*/jobs/update")

    with pytest.raises(ApplicationError):
        lab.act(step)
    result = lab.act(step, number=2)

    assert len(result.calls) == 1
    assert conf(lab, "lost")["spark.task.cpus"] == "2"


def test_more_cores_for_a_task_than_a_worker_has_are_refused(lab: Any) -> None:
    step = lab.job_step("set_spark_conf", "shown", parameters={"conf": {"spark.task.cpus": 8}})

    with pytest.raises(ApplicationError, match="a worker has 4 cores"):
        lab.act(step)


def test_setting_that_is_not_on_the_list_is_refused(lab: Any) -> None:
    parameters = {"conf": {"spark.hadoop.fs.azure.account.key": "hunter2"}}

    with pytest.raises(ApplicationError, match="may not be changed") as refused:
        lab.act(lab.job_step("set_spark_conf", "shown", parameters=parameters))

    assert "hunter2" not in refused.value.message


def test_dry_run_names_the_call_and_changes_nothing(lab: Any) -> None:
    result = lab.act(lab.job_step("set_spark_conf", "shown", parameters=HALF, dry_run=True))

    assert [call.path for call in result.calls] == ["/api/2.2/jobs/update"]
    assert conf(lab, "shown") == {"spark.speculation": "true"}
