# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.sql import StatementState

from simulator.client import Control

SCENARIO = """
delays: {warehouse_start: 60s, warehouse_stop: 10s}
warehouses:
  main: {settings: {cluster_size: Small}}
  asleep: {settings: {cluster_size: Small}, state: STOPPED}
  ill:
    settings: {}
    state: STOPPED
    start_fails: [{code: CLOUD_PROVIDER_LAUNCH_FAILURE, times: 1}]
statements:
  - {sql: SELECT count(*) FROM orders, columns: [n], rows: [["42"]]}
  - {sql: SELECT nothing, error: no such column}
jobs:
  report: {settings: {tasks: [{task_key: q, sql_task: {warehouse_id: asleep}}]}}
  doomed: {settings: {tasks: [{task_key: q, sql_task: {warehouse_id: ill}}]}}
"""


def state(client: WorkspaceClient, warehouse_id: str) -> Any:
    return client.warehouses.get(warehouse_id).as_dict()["state"]


def test_warehouse_stops_and_starts_through_its_states(
    client: WorkspaceClient, control: Control
) -> None:
    warehouse_id = control.warehouse_id("main")
    seen = [state(client, warehouse_id)]

    client.warehouses.stop(warehouse_id)
    seen.append(state(client, warehouse_id))
    control.advance(11)
    seen.append(state(client, warehouse_id))
    client.warehouses.start(warehouse_id)
    seen.append(state(client, warehouse_id))
    control.advance(61)
    seen.append(state(client, warehouse_id))

    assert seen == ["RUNNING", "STOPPING", "STOPPED", "STARTING", "RUNNING"]


def test_task_wakes_its_warehouse(client: WorkspaceClient, control: Control) -> None:
    run_id = control.run_job("report")
    assert state(client, control.warehouse_id("asleep")) == "STARTING"

    control.advance(120)

    assert control.run(run_id)["result"] == "SUCCESS"


def test_warehouse_that_does_not_start_fails_the_task_and_says_why(
    client: WorkspaceClient, control: Control
) -> None:
    warehouse_id = control.warehouse_id("ill")
    run_id = control.run_job("doomed")
    control.advance(120)

    health = client.warehouses.get(warehouse_id).as_dict()["health"]
    assert control.run(run_id)["result"] == "FAILED"
    assert health["status"] == "FAILED"
    assert health["failure_reason"]["code"] == "CLOUD_PROVIDER_LAUNCH_FAILURE"

    client.warehouses.start(warehouse_id)
    control.advance(61)
    assert client.warehouses.get(warehouse_id).as_dict()["health"]["status"] == "HEALTHY"


def test_statement_gives_the_rows_of_the_scenario(
    client: WorkspaceClient, control: Control
) -> None:
    run = client.statement_execution.execute_statement

    counted = run("select COUNT(*)  from orders", control.warehouse_id("main"))
    failed = run("SELECT nothing", control.warehouse_id("main"))

    assert counted.result is not None
    assert counted.result.data_array == [["42"]]
    assert failed.status is not None
    assert failed.status.state is StatementState.FAILED


def test_unknown_warehouse_is_not_found(client: WorkspaceClient) -> None:
    with pytest.raises(NotFound):
        client.warehouses.get("nowhere")
