# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# databricks-sdk leaves the types of its dictionaries open.
"""Every termination reason of a cluster and every termination code of a run can be produced."""

import csv
from typing import Any

from databricks.sdk import WorkspaceClient

from lakemend.knowledge import KNOWLEDGE
from simulator.client import Control

TYPES = ("CLIENT_ERROR", "CLOUD_FAILURE", "INTERNAL_ERROR")


def codes(table: str) -> list[str]:
    with (KNOWLEDGE / table).open(encoding="utf-8") as file:
        return [row["code"] for row in csv.DictReader(file, delimiter="\t")]


REASONS, RUN_CODES = codes("cluster_codes.tsv"), codes("run_codes.tsv")
SPEC = "{spark_version: 15.4.x-scala2.12, node_type_id: m5.xlarge, num_workers: 1}"
TASK = "settings: {tasks: [{task_key: main}]}"


def failing(code: str) -> str:
    type_ = TYPES[RUN_CODES.index(code) % len(TYPES)]
    fails = f"{{kind: unknown, code: {code}, type: {type_}}}"
    return f"  {code.lower()}: {{{TASK}, tasks: {{main: {{fails: {fails}}}}}}}\n"


SCENARIO = (
    "clusters:\n"
    + "".join(f"  {code.lower()}: {{spec: {SPEC}}}\n" for code in REASONS)
    + "jobs:\n"
    + "".join(failing(code) for code in RUN_CODES if code != "SUCCESS")
    + f"  success: {{{TASK}}}\n"
)


def test_every_reason_can_end_a_cluster(client: WorkspaceClient, control: Control) -> None:
    assert len(REASONS) == 187

    for code in REASONS:
        control.terminate_cluster(code.lower(), code, "SERVICE_FAULT", {"instance_id": "i-1"})
    control.advance(60)

    clusters = control.status()["clusters"]
    for code in REASONS:
        query = {"cluster_id": clusters[code.lower()]}
        cluster: Any = client.api_client.do("GET", "/api/2.1/clusters/get", query=query)
        assert cluster["state"] == "TERMINATED"
        assert cluster["termination_reason"] == {
            "code": code,
            "type": "SERVICE_FAULT",
            "parameters": {"instance_id": "i-1"},
        }


def test_every_code_can_end_a_run(client: WorkspaceClient, control: Control) -> None:
    assert len(RUN_CODES) == 26

    runs = {code: control.run_job(code.lower()) for code in RUN_CODES}
    control.advance(600)

    for code, run_id in runs.items():
        query = {"run_id": run_id}
        run: Any = client.api_client.do("GET", "/api/2.2/jobs/runs/get", query=query)
        details = run["tasks"][0]["status"]["termination_details"]
        assert details["code"] == run["status"]["termination_details"]["code"] == code
