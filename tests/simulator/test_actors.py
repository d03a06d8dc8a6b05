from databricks.sdk import WorkspaceClient

from simulator.client import Control

SCENARIO = """
clusters:
  shared: {spec: {node_type_id: m5.xlarge, num_workers: 1}, autostart: false}
jobs:
  repaired: {settings: {tasks: [{task_key: m}]}, tasks: {m: {fails: {kind: network, times: 1}}}}
  edited: {settings: {tasks: [{task_key: m}]}, tasks: {m: {fails: {kind: network}}}}
  cancelled: {settings: {tasks: [{task_key: m}]}, tasks: {m: {duration: 1h}}}
  scheduled: {settings: {tasks: [{task_key: m}]}, runs: [{at: 0s}, {at: 10m}]}
  attached:
    settings: {tasks: [{task_key: m, existing_cluster_id: shared}]}
    tasks: {m: {duration: 1h}}
actors:
  - {job: repaired, when: failed, delay: 5s, do: repair_run}
  - {job: edited, when: failed, nth: 2, do: edit_settings, settings: {description: by hand}}
  - {job: cancelled, when: started, delay: 10s, do: cancel_run}
  - {when: time, at: 2m, do: terminate_cluster, target: shared, reason: {code: INACTIVITY}}
"""


def test_person_repairs_a_failed_run(control: Control) -> None:
    run_id = control.run_job("repaired")
    control.advance(120)

    assert control.run(run_id)["result"] == "SUCCESS"
    assert control.invariants()["repairs_by_people"][str(run_id)] == 1


def test_person_edits_after_the_second_failure(client: WorkspaceClient, control: Control) -> None:
    job_id = control.job_id("edited")

    seen: list[str | None] = []
    for _ in range(2):
        control.run_job("edited")
        control.advance(60)
        settings = client.jobs.get(job_id).settings
        seen.append(settings.description if settings else None)

    assert seen == [None, "by hand"]


def test_person_cancels_a_run(control: Control) -> None:
    run_id = control.run_job("cancelled")
    control.advance(60)

    assert control.run(run_id)["code"] == "USER_CANCELED"


def test_schedule_begins_with_the_story(control: Control) -> None:
    control.run_job("attached")
    control.start()
    control.start()
    control.advance(700)

    scheduled = [run for run in control.runs() if run["job"] == "scheduled"]
    assert [run["by"] for run in scheduled] == ["schedule", "schedule"]


def test_cluster_that_may_not_start_by_itself_fails_the_next_run(control: Control) -> None:
    control.start()
    control.advance(700)

    run_id = control.run_job("attached")

    assert control.run(run_id)["code"] == "CLUSTER_ERROR"
    assert "INACTIVITY" in control.run(run_id)["message"]
