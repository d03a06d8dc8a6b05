from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from activities.workspace import Workspace, Workspaces
from activities.workspace.writes import number, repair_run, update_cluster, update_job
from lakemend.errors import InvalidRequestError, NotFoundError
from lakemend.setting_types import WorkspaceConnection

Answering = Callable[..., Any]
BIG = 9007199255369367  # beyond 2^53


def test_run_is_read_to_its_last_page(workspace: Workspace, answering: Answering) -> None:
    server = answering(
        {"run_id": BIG, "tasks": [{"task_key": "a"}], "has_more": True, "next_page_token": "2"},
        {"run_id": BIG, "tasks": [{"task_key": "b"}], "repair_history": [{"id": 1}]},
    )

    run = workspace.get_run(str(BIG))

    assert [task["task_key"] for task in run["tasks"]] == ["a", "b"]
    assert run == {"run_id": BIG, "tasks": run["tasks"], "repair_history": [{"id": 1}]}
    assert server.seen[0].query == {"run_id": [str(BIG)], "include_history": ["true"]}
    assert server.seen[1].query["page_token"] == ["2"]


def test_job_is_read_to_its_last_page_inside_its_settings(
    workspace: Workspace, answering: Answering
) -> None:
    answering(
        {"job_id": 1, "settings": {"tasks": [{"task_key": "a"}]}, "next_page_token": "2"},
        {"job_id": 1, "settings": {"tasks": [{"task_key": "b"}]}},
    )

    assert workspace.get_job("1") == {
        "job_id": 1,
        "settings": {"tasks": [{"task_key": "a"}, {"task_key": "b"}]},
    }


def test_list_is_read_to_its_last_page(workspace: Workspace, answering: Answering) -> None:
    server = answering({"runs": [{"run_id": 1}], "next_page_token": "2"}, {"runs": [{"run_id": 2}]})

    assert [run["run_id"] for run in workspace.list_runs(active_only=True)] == [1, 2]
    assert server.seen[1].query == {"limit": ["25"], "active_only": ["true"], "page_token": ["2"]}


def test_empty_list_has_no_field(workspace: Workspace, answering: Answering) -> None:
    answering({}, {}, {}, {})

    assert workspace.list_jobs() == []
    assert workspace.list_clusters() == []
    assert workspace.list_node_types() == []
    assert workspace.library_statuses("c") == []


def test_unknown_fields_and_empty_lists_survive(workspace: Workspace, answering: Answering) -> None:
    settings: dict[str, Any] = {
        "performance_target": "COST_OPTIMIZED",
        "tags": {},
        "new": [],
        "none": None,
    }
    answering({"job_id": 1, "settings": settings})

    assert workspace.get_job("1")["settings"] == settings


def test_calls_say_who_calls(workspace: Workspace, answering: Answering) -> None:
    server = answering({"userName": "me@example.com"})

    assert workspace.me() == {"userName": "me@example.com"}
    assert server.seen[0].path == "/api/2.0/preview/scim/v2/Me"
    assert server.seen[0].headers["User-Agent"].startswith("lakemend/")
    assert server.seen[0].headers["Authorization"].startswith("Bearer ")


def test_write_sends_ids_as_numbers(workspace: Workspace, answering: Answering) -> None:
    server = answering({"repair_id": 5})

    answer = workspace.write(repair_run(str(BIG), {"rerun_all_failed_tasks": True}, "Repair"))

    assert answer == {"repair_id": 5}
    assert server.seen[0].method == "POST"
    assert server.seen[0].path == "/api/2.2/jobs/runs/repair"
    assert server.seen[0].body == {"run_id": BIG, "rerun_all_failed_tasks": True}


def test_what_people_see_of_a_write_has_no_body() -> None:
    write = update_job("1", {"spark_env_vars": {"TOKEN": "hunter2"}}, "Change it")

    assert "hunter2" not in write.call.model_dump_json()
    assert write.call.path == "/api/2.2/jobs/update"


def test_cluster_update_names_what_it_removes() -> None:
    write = update_cluster("c", {"num_workers": 2}, "Put back", mask={"num_workers", "autoscale"})

    assert write.body["update_mask"] == "autoscale,num_workers"
    assert write.body["cluster"] == {"num_workers": 2}


def test_id_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidRequestError):
        number("12.0")


def test_workspace_is_shared_by_its_name() -> None:
    connection = WorkspaceConnection(host="https://a.example.com", token=SecretStr("x"))
    workspaces = Workspaces({"a": connection, "b": connection})

    assert workspaces.names == ("a", "b")
    assert workspaces.of("a") is workspaces.of("a")
    assert workspaces.of("a") is not workspaces.of("b")


def test_workspace_that_is_not_configured_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="'elsewhere'"):
        Workspaces({}).of("elsewhere")
