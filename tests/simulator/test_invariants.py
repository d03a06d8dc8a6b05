# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from typing import Any

from databricks.sdk import WorkspaceClient

from simulator.client import Control
from simulator.differences import differences

SCENARIO = """
jobs:
  edited: {settings: {tags: {a: "1"}, tasks: [{task_key: main}]}}
  by-person: {settings: {tasks: [{task_key: main}]}}
  twice:
    settings: {max_concurrent_runs: 2, tasks: [{task_key: main}]}
  doomed: {settings: {tasks: [{task_key: main}]}}
clusters:
  doomed: {spec: {node_type_id: m5.xlarge, num_workers: 1}}
"""


def update(client: WorkspaceClient, job_id: int, settings: dict[str, Any]) -> None:
    body = {"job_id": job_id, "new_settings": settings}
    client.api_client.do("POST", "/api/2.2/jobs/update", body=body)


def test_changed_settings_are_told_by_path_until_they_are_put_back(
    client: WorkspaceClient, control: Control
) -> None:
    job_id = control.job_id("edited")

    update(client, job_id, {"tags": {"a": "2"}})
    assert control.invariants()["settings_changed"] == {"edited": {"tags.a": ["1", "2"]}}

    update(client, job_id, {"tags": {"a": "1"}})
    assert control.invariants()["settings_changed"] == {}


def test_what_a_person_changes_becomes_what_is_wanted(
    client: WorkspaceClient, control: Control
) -> None:
    control.edit_as_person("by-person", {"description": "mine"})
    assert "by-person" not in control.invariants()["settings_changed"]

    update(client, control.job_id("by-person"), {"description": "theirs"})

    changed = control.invariants()["settings_changed"]["by-person"]
    assert changed == {"description": ["mine", "theirs"]}


def test_a_driver_type_that_was_the_default_anyway_is_no_change(
    client: WorkspaceClient, control: Control
) -> None:
    cluster_id = control.cluster_id("doomed")
    body = {"cluster_id": cluster_id, "cluster_name": "doomed", "num_workers": 1}

    for driver, changed in (("m5.2xlarge", {"doomed"}), ("m5.xlarge", set[str]())):
        types = {"node_type_id": "m5.xlarge", "driver_node_type_id": driver}
        client.api_client.do("POST", "/api/2.1/clusters/edit", body={**body, **types})
        assert set(control.invariants()["clusters_changed"]) == changed
        control.advance(600)


def test_runs_without_a_token_and_at_the_same_time_are_told(
    client: WorkspaceClient, control: Control
) -> None:
    job_id = control.job_id("twice")
    made = [client.jobs.run_now(job_id).response.run_id for _ in range(2)]
    control.advance(60)

    report = control.invariants()

    assert report["runs_without_token"] == made
    assert report["overlapping_runs"] == [made]
    assert report["runs_created_by_api"][str(job_id)] == 2


def test_forbidden_calls_are_told(client: WorkspaceClient, control: Control) -> None:
    client.clusters.permanent_delete(control.cluster_id("doomed"))
    client.jobs.cancel_all_runs(all_queued_runs=True)
    client.jobs.delete(control.job_id("doomed"))

    calls = [call["path"].rpartition("/")[2] for call in control.invariants()["forbidden_calls"]]

    assert calls == ["permanent-delete", "cancel-all", "delete"]


def test_reading_is_no_change(client: WorkspaceClient, control: Control) -> None:
    before = len(control.invariants()["changing_calls"])

    client.jobs.get(control.job_id("edited"))
    created = client.clusters.create("x", node_type_id="m5.xlarge", num_workers=1)
    list(client.clusters.events(str(created.response.cluster_id)))

    changing = control.invariants()["changing_calls"][before:]
    assert [call["path"] for call in changing] == ["/api/2.1/clusters/create"]


def test_request_log_keeps_order_bodies_and_callers(
    client: WorkspaceClient, control: Control
) -> None:
    after = len(control.requests())

    update(client, control.job_id("edited"), {"tags": {"a": "1"}})

    (call,) = control.requests(after=after)
    assert call["sequence"] == after + 1
    assert '"tags"' in call["body"]
    assert "databricks-sdk-py" in call["user_agent"]
    assert call["status"] == 200


def test_differences_name_what_is_missing_or_added() -> None:
    before = {"a": [1, {"b": 2}], "c": 3, "same": {"x": 1}}
    after = {"a": [1, {"b": 5}, 9], "same": {"x": 1}}

    assert differences(before, after) == {"a.1.b": [2, 5], "a.2": [None, 9], "c": [3, None]}
