# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# databricks-sdk leaves the types of its dictionaries open.

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service.jobs import JobSettings

from simulator.client import Control

TASKS = "\n".join(f"        - {{task_key: t{number}}}" for number in range(230))
SCENARIO = f"""
jobs:
  wide:
    settings:
      tasks:
{TASKS}
  changed:
    settings:
      description: before
      run_as: {{user_name: owner@example.com}}
      future_field: {{kept: [1, 2]}}
      tags: {{a: "1", b: "2"}}
      tasks: [{{task_key: one, max_retries: 1}}, {{task_key: two}}]
  reset:
    settings:
      run_as: {{user_name: owner@example.com}}
      description: old
      tasks: [{{task_key: one}}]
  restored:
    settings: {{empty: {{}}, performance_target: COST_OPTIMIZED, tasks: [{{task_key: one}}]}}
"""


def raw_settings(client: WorkspaceClient, job_id: int) -> dict[str, Any]:
    answer: Any = client.api_client.do("GET", "/api/2.2/jobs/get", query={"job_id": job_id})
    return answer["settings"]


def test_ids_do_not_survive_a_float(control: Control) -> None:
    job_id = control.job_id("wide")

    assert job_id > 2**53
    assert int(float(job_id)) != job_id


def test_tasks_come_in_pages_that_the_sdk_puts_together(
    client: WorkspaceClient, control: Control
) -> None:
    job_id = control.job_id("wide")

    first: Any = client.api_client.do("GET", "/api/2.2/jobs/get", query={"job_id": job_id})
    job = client.jobs.get(job_id)

    assert len(first["settings"]["tasks"]) == 100
    assert first["next_page_token"]
    assert job.settings is not None
    assert [task.task_key for task in job.settings.tasks or []] == [f"t{n}" for n in range(230)]


def test_update_merges_tasks_by_key_and_replaces_other_fields(
    client: WorkspaceClient, control: Control
) -> None:
    job_id = control.job_id("changed")
    changes = {"tags": {"c": "3"}, "tasks": [{"task_key": "two", "max_retries": 5}]}

    body = {"job_id": job_id, "new_settings": changes, "fields_to_remove": ["description"]}
    client.api_client.do("POST", "/api/2.2/jobs/update", body=body)

    settings = raw_settings(client, job_id)
    assert settings["tags"] == {"c": "3"}
    assert settings["tasks"] == [
        {"task_key": "one", "max_retries": 1},
        {"task_key": "two", "max_retries": 5},
    ]
    assert "description" not in settings
    assert settings["future_field"] == {"kept": [1, 2]}


def test_reset_replaces_everything_but_keeps_run_as(
    client: WorkspaceClient, control: Control
) -> None:
    job_id = control.job_id("reset")

    client.jobs.reset(job_id, JobSettings.from_dict({"name": "new", "tasks": []}))

    settings = raw_settings(client, job_id)
    assert settings["run_as"] == {"user_name": "owner@example.com"}
    assert settings["name"] == "new"
    assert "description" not in settings


def test_raw_restore_changes_nothing_where_a_typed_one_loses_fields(
    client: WorkspaceClient, control: Control
) -> None:
    job_id = control.job_id("restored")
    before = raw_settings(client, job_id)

    body = {"job_id": job_id, "new_settings": before}
    client.api_client.do("POST", "/api/2.2/jobs/reset", body=body)
    assert raw_settings(client, job_id) == before

    client.jobs.reset(job_id, JobSettings.from_dict(before))
    assert raw_settings(client, job_id) != before


def test_settings_with_an_unknown_node_type_are_refused(
    client: WorkspaceClient, control: Control
) -> None:
    cluster = {"job_cluster_key": "main", "new_cluster": {"node_type_id": "m9.huge"}}
    body = {"job_id": control.job_id("wide"), "new_settings": {"job_clusters": [cluster]}}

    with pytest.raises(InvalidParameterValue, match=r"m9\.huge is not supported"):
        client.api_client.do("POST", "/api/2.2/jobs/update", body=body)


def test_job_that_does_not_exist_is_not_found_on_reading(client: WorkspaceClient) -> None:
    with pytest.raises(Exception, match="Job 12 does not exist"):
        client.jobs.get(12)


def test_jobs_are_listed_in_pages_and_by_name(client: WorkspaceClient) -> None:
    assert len(list(client.jobs.list(limit=2))) >= 4
    assert [job.settings and job.settings.name for job in client.jobs.list(name="WIDE")] == ["wide"]


def test_job_can_be_created_and_deleted(client: WorkspaceClient) -> None:
    created = client.jobs.create(name="fresh")
    assert created.job_id is not None

    client.jobs.delete(created.job_id)

    assert list(client.jobs.list(name="fresh")) == []
