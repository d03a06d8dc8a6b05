"""What the platform tells of a run's code is compared; secrets are not shown."""

from typing import Any

import pytest

from lakemend.compute.run_changes import MOST_LINES, code_changes, setting_changes


def run(**changes: Any) -> dict[str, Any]:
    task = {
        "task_key": "load",
        "libraries": [{"pypi": {"package": "pandas==2.1.0"}}, {"whl": "/v/etl-1.0-py3-any.whl"}],
        "notebook_task": {"notebook_path": "/load", "base_parameters": {"day": "1"}},
    }
    return {
        "git_source": {"git_branch": "main", "git_snapshot": {"used_commit": "a1"}},
        "job_clusters": [{"job_cluster_key": "main", "new_cluster": {"spark_version": "14.3"}}],
        "tasks": [task | changes.pop("task", {})],
        **changes,
    }


@pytest.mark.parametrize(
    ("after", "line"),
    [
        (
            run(git_source={"git_branch": "main", "git_snapshot": {"used_commit": "b2"}}),
            'commit: "a1" -> "b2"',
        ),
        (
            run(
                job_clusters=[{"job_cluster_key": "main", "new_cluster": {"spark_version": "15.4"}}]
            ),
            'job_clusters[main].spark_version: "14.3" -> "15.4"',
        ),
        (
            run(
                task={
                    "libraries": [
                        {"pypi": {"package": "pandas==2.2.0"}},
                        {"whl": "/v/etl-1.0-py3-any.whl"},
                    ]
                }
            ),
            'tasks[load].libraries.pypi:pandas: "2.1.0" -> "2.2.0"',
        ),
        (
            run(
                task={
                    "libraries": [
                        {"pypi": {"package": "pandas"}},
                        {"whl": "/v/etl-1.1-py3-any.whl"},
                    ]
                }
            ),
            'tasks[load].libraries.whl:etl: "1.0" -> "1.1"',
        ),
        (
            run(task={"notebook_task": {"notebook_path": "/new"}}),
            'tasks[load].notebook_task.notebook_path: "/load" -> "/new"',
        ),
    ],
    ids=["commit", "runtime", "library", "wheel", "notebook"],
)
def test_change_is_named_with_both_versions(after: dict[str, Any], line: str) -> None:
    assert line in code_changes(run(), after)


def test_library_that_is_new_is_named() -> None:
    more = [*run()["tasks"][0]["libraries"], {"maven": {"coordinates": "org:jdbc:4.2"}}]

    lines = code_changes(run(), run(task={"libraries": more}))

    assert lines == ('tasks[load].libraries.maven:org:jdbc: nothing -> "4.2"',)


def test_loop_is_compared_by_what_it_repeats() -> None:
    def loop(version: str) -> dict[str, Any]:
        inner = {"task_key": "one", "libraries": [{"pypi": {"package": f"numpy=={version}"}}]}
        return {"tasks": [{"task_key": "each", "for_each_task": {"task": inner}}]}

    assert code_changes(loop("1.0"), loop("1.1")) == (
        'tasks[each].libraries.pypi:numpy: "1.0" -> "1.1"',
    )


@pytest.mark.parametrize(
    "after",
    [
        run(),
        run(task={"notebook_task": {"notebook_path": "/load", "base_parameters": {"day": "2"}}}),
        run(tasks=[{"task_key": "other"}]),
        run(git_source={"git_branch": "next"}),
        {},
        {"tasks": None, "job_clusters": "x", "git_source": []},
    ],
    ids=["same", "parameters", "other tasks", "commit unknown", "nothing", "nonsense"],
)
def test_what_one_run_does_not_tell_is_no_change(after: dict[str, Any]) -> None:
    assert code_changes(run(), after) == ()


def test_lines_are_few_and_hold_no_secrets() -> None:
    signed = "https://store.example/etl.whl?sig=abcdefghijklmnop1234567890&sv=1"
    libraries = [{"whl": signed}, *({"jar": f"/v/{number}.jar"} for number in range(40))]

    lines = code_changes(run(), run(task={"libraries": libraries}))

    assert len(lines) == MOST_LINES
    assert "abcdefghijklmnop" not in "".join(lines)


def test_changed_settings_are_named_and_code_is_none() -> None:
    cluster = {"spark_version": "14.3", "node_type_id": "m5.xlarge", "spark_env_vars": {"A": "b"}}
    small = {"job_cluster_key": "main", "new_cluster": cluster}
    large = {"job_cluster_key": "main", "new_cluster": cluster | {"node_type_id": "m5.large"}}
    newer = {"job_cluster_key": "main", "new_cluster": cluster | {"spark_version": "15.4"}}

    def lines(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
        return setting_changes(run(job_clusters=[before]), run(job_clusters=[after]))

    assert lines(small, large) == ('job_clusters[main].node_type_id: "m5.xlarge" -> "m5.large"',)
    assert lines(small, newer) == ()
    limited = run(task={"timeout_seconds": 60})
    assert setting_changes(run(), limited) == ("tasks[load].timeout_seconds: nothing -> 60",)


def test_values_that_may_be_secrets_are_hidden() -> None:
    def with_variable(value: str) -> dict[str, Any]:
        cluster = {"spark_env_vars": {"ANYTHING": value}}
        return run(job_clusters=[{"job_cluster_key": "main", "new_cluster": cluster}])

    (line,) = setting_changes(with_variable("hunter1"), with_variable("hunter2"))

    assert "ANYTHING" in line
    assert "hunter" not in line
