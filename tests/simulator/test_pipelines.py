# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import ResourceConflict

from simulator.client import Control

SCENARIO = """
pipelines:
  steady: {spec: {catalog: main}, duration: 60s}
  flaky: {spec: {}, duration: 60s, fails: {kind: schema, times: 2}, retries: 1}
  retried: {spec: {}, duration: 60s, fails: {kind: network, times: 1}, retries: 2}
jobs:
  wrapped: {settings: {tasks: [{task_key: p, pipeline_task: {pipeline_id: retried}}]}}
"""


def updates(client: WorkspaceClient, pipeline_id: str) -> list[tuple[Any, Any]]:
    found = client.pipelines.list_updates(pipeline_id).as_dict()["updates"]
    return [(update["state"], update["cause"]) for update in found]


def test_second_update_is_refused_while_one_is_active(
    client: WorkspaceClient, control: Control
) -> None:
    pipeline_id = control.pipeline_id("steady")
    client.pipelines.start_update(pipeline_id)

    with pytest.raises(ResourceConflict, match="active update"):
        client.pipelines.start_update(pipeline_id)

    control.advance(61)
    assert updates(client, pipeline_id) == [("COMPLETED", "API_CALL")]


def test_platform_retries_before_the_failure_is_fatal(
    client: WorkspaceClient, control: Control
) -> None:
    pipeline_id = control.pipeline_id("flaky")
    client.pipelines.start_update(pipeline_id)
    control.advance(600)

    errors = list(client.pipelines.list_pipeline_events(pipeline_id, filter="level='ERROR'"))

    assert updates(client, pipeline_id) == [
        ("FAILED", "RETRY_ON_FAILURE"),
        ("FAILED", "API_CALL"),
    ]
    assert [event.as_dict()["error"]["fatal"] for event in errors] == [True, False]

    client.pipelines.start_update(pipeline_id)
    control.advance(61)
    assert updates(client, pipeline_id)[0] == ("COMPLETED", "API_CALL")


def test_task_ends_with_the_last_update_of_its_pipeline(control: Control) -> None:
    run_id = control.run_job("wrapped")
    control.advance(61)
    assert control.run(run_id)["phase"] == "RUNNING"

    control.advance(120)

    assert control.run(run_id)["result"] == "SUCCESS"


def test_active_update_can_be_stopped(client: WorkspaceClient, control: Control) -> None:
    pipeline_id = control.pipeline_id("steady")
    client.pipelines.start_update(pipeline_id)

    client.api_client.do("POST", f"/api/2.0/pipelines/{pipeline_id}/stop")

    assert updates(client, pipeline_id)[0][0] == "CANCELED"


def test_edit_with_an_old_modification_time_is_refused(
    client: WorkspaceClient, control: Control
) -> None:
    pipeline_id = control.pipeline_id("steady")
    read = client.pipelines.get(pipeline_id).last_modified or 0

    with pytest.raises(ResourceConflict, match="modified in the meantime"):
        client.pipelines.update(pipeline_id, expected_last_modified=read - 1)


def test_full_refresh_is_a_forbidden_call(client: WorkspaceClient, control: Control) -> None:
    client.pipelines.start_update(control.pipeline_id("steady"), full_refresh=True)

    (call,) = control.invariants()["forbidden_calls"]

    assert call["path"].endswith("/updates")
