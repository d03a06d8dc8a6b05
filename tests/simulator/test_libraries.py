# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.compute import Library, PythonPyPiLibrary

from simulator.client import Control

SPEC = "{node_type_id: m5.xlarge, num_workers: 2}"
SCENARIO = f"""
delays: {{library_install: 20s, cluster_restart: 2m}}
library_index:
  - {{package: pandas, version: 2.1.0}}
  - {{package: flaky, times: 1}}
clusters:
  shared: {{spec: {SPEC}}}
  cleaned: {{spec: {SPEC}, libraries: [{{pypi: {{package: numpy==1.0}}}}]}}
jobs:
  picky:
    settings:
      tasks: [{{task_key: main, new_cluster: {SPEC}, libraries: [{{pypi: {{package: pandas==2.1.0}}}}]}}]
  lucky:
    settings:
      tasks: [{{task_key: main, new_cluster: {SPEC}, libraries: [{{pypi: {{package: flaky}}}}]}}]
  needing:
    settings: {{tasks: [{{task_key: main, existing_cluster_id: shared}}]}}
    tasks: {{main: {{needs: {{library_versions: {{polars: ["1.0"]}}}}}}}}
"""  # noqa: E501 - YAML reads better in one line


def pypi(package: str) -> Library:
    return Library(pypi=PythonPyPiLibrary(package=package))


def statuses(client: WorkspaceClient, cluster_id: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in client.libraries.cluster_status(cluster_id):
        if item.library and item.library.pypi and item.status:
            found[item.library.pypi.package] = item.status.value
    return found


def test_install_answers_before_the_library_is_there(
    client: WorkspaceClient, control: Control
) -> None:
    cluster_id = control.cluster_id("shared")

    client.libraries.install(cluster_id, [pypi("polars==1.0")])
    assert statuses(client, cluster_id) == {"polars==1.0": "INSTALLING"}

    control.advance(21)
    assert statuses(client, cluster_id) == {"polars==1.0": "INSTALLED"}
    run_id = control.run_job("needing")
    control.advance(60)
    assert control.run(run_id)["result"] == "SUCCESS"


def test_uninstalling_waits_for_the_restart(client: WorkspaceClient, control: Control) -> None:
    cluster_id = control.cluster_id("cleaned")

    client.libraries.uninstall(cluster_id, [pypi("numpy==1.0")])
    assert statuses(client, cluster_id) == {"numpy==1.0": "UNINSTALL_ON_RESTART"}

    client.clusters.restart(cluster_id)
    control.advance(121)
    assert statuses(client, cluster_id) == {}


def test_missing_version_fails_the_run_and_leaves_the_cluster_s_reason_alone(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = control.run_job("picky")
    control.advance(600)

    run = client.jobs.get_run(run_id).as_dict()
    cluster_id = run["tasks"][0]["cluster_instance"]["cluster_id"]
    (status,) = client.libraries.cluster_status(cluster_id)

    assert run["status"]["termination_details"]["code"] == "LIBRARY_INSTALLATION_ERROR"
    reason = client.clusters.get(cluster_id).as_dict()["termination_reason"]
    assert reason["code"] == "JOB_FINISHED"
    assert "No matching distribution found for pandas==2.1.0" in (status.messages or [""])[0]


def test_index_that_comes_back_lets_a_repair_pass(
    client: WorkspaceClient, control: Control
) -> None:
    run_id = control.run_job("lucky")
    control.advance(600)
    assert control.run(run_id)["code"] == "LIBRARY_INSTALLATION_ERROR"

    client.jobs.repair_run(run_id, rerun_all_failed_tasks=True)
    control.advance(600)

    assert control.run(run_id)["result"] == "SUCCESS"
