"""A library that does not install is replaced by the next version that does."""

from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.snapshots import SnapshotActivities
from activities.workspace.writes import install_libraries, uninstall_libraries
from lakemend.step import RestoreRequest, SnapshotRequest

SPEC = "{node_type_id: m5.xlarge, num_workers: 2, spark_version: 15.4.x-scala2.12}"
NAMES = ["one", "two", "lost", "hopeless", "edited", "shown", "back", "well"]
SCENARIO = f"""
name: libraries
delays: {{cluster_start: 60s, cluster_restart: 60s, library_install: 20s}}
clusters:
  {chr(10).join(f"  {name}: {{spec: {SPEC}, state: RUNNING}}" for name in NAMES).strip()}
library_index:
  - {{package: pandas, version: 2.1.0}}
  - {{package: numpy, version: 1.26.4}}
  - {{package: numpy, version: 1.24.4}}
  - {{package: scipy}}
jobs:
  own:
    settings:
      job_clusters: [{{job_cluster_key: main, new_cluster: {SPEC}}}]
      tasks:
        - task_key: load
          job_cluster_key: main
          notebook_task: {{notebook_path: /load}}
          libraries: [{{pypi: {{package: requests==2.31.0}}}}, {{pypi: {{package: pandas==2.1.0}}}}]
        - task_key: other
          job_cluster_key: main
          notebook_task: {{notebook_path: /other}}
          depends_on: [{{task_key: load}}]
"""


def pypi(package: str) -> dict[str, Any]:
    return {"pypi": {"package": package}}


@pytest.fixture(scope="module")
def scenario() -> str:
    return SCENARIO


def broken(lab: Any, name: str, package: str, **fields: Any) -> Any:
    """Let a library fail on a cluster, and return the step that deals with it."""
    cluster_id = lab.control.cluster_id(name)
    lab.workspace.write(install_libraries(cluster_id, [pypi(package)], "a person installs it"))
    lab.control.wait_until(lambda: "FAILED" in libraries(lab, name).values())
    target = {"kind": "libraries", "id": cluster_id}
    return lab.step("install_library_version", target=target, token=name, **fields)


def libraries(lab: Any, name: str) -> dict[str, str]:
    statuses = lab.workspace.library_statuses(lab.control.cluster_id(name))
    return {each["library"]["pypi"]["package"]: each["status"] for each in statuses}


def calls(result: Any) -> list[str]:
    return [call.path.rpartition("/")[2] for call in result.calls]


def test_failed_version_makes_room_for_the_next(lab: Any) -> None:
    result = lab.act_until_done(broken(lab, "one", "pandas==2.1.0"))

    assert libraries(lab, "one") == {"pandas==2.0.3": "INSTALLED"}
    assert calls(result) == ["uninstall", "restart", "install"]
    assert result.change is not None


def test_version_that_fails_too_makes_room_for_the_one_after_it(lab: Any) -> None:
    result = lab.act_until_done(broken(lab, "two", "numpy==1.26.4"))

    assert libraries(lab, "two") == {"numpy==1.23.5": "INSTALLED"}
    assert calls(result) == ["uninstall", "restart", "install"] * 2


@pytest.mark.parametrize("call", ["libraries/uninstall", "clusters/restart", "libraries/install"])
@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_lost_call_is_not_made_twice_and_not_left_out(lab: Any, call: str, fault: str) -> None:
    step = broken(lab, "lost", "pandas==2.1.0", incident_id=f"{call}{fault}")
    starts = lab.control.invariants()["cluster_starts"].get("lost", 0)
    lab.control.add_fault(fault, path=f"*/{call}")

    for number in range(1, 9):
        try:
            lab.act(step, number)
        except ApplicationError as error:
            if error.type == "TransientError":
                break
            lab.control.wait_until(lambda: lab.cluster("lost")["state"] == "RUNNING")
    lab.act_until_done(step)

    assert libraries(lab, "lost") == {"pandas==2.0.3": "INSTALLED"}
    assert lab.control.invariants()["cluster_starts"]["lost"] == starts + 1
    cluster_id = lab.control.cluster_id("lost")
    lab.workspace.write(uninstall_libraries(cluster_id, [pypi("pandas==2.0.3")], "a person"))
    lab.act_until_done(lab.cluster_step("restart_cluster", "lost"))


def test_list_that_is_used_up_is_reported_with_what_was_tried(lab: Any) -> None:
    with pytest.raises(ApplicationError, match="none of scipy") as failed:
        lab.act_until_done(broken(lab, "hopeless", "scipy==1.11.4"))

    assert failed.value.type == "InvalidStateError"
    assert failed.value.non_retryable


def test_somebody_elses_library_is_not_built_upon(lab: Any) -> None:
    step = broken(lab, "edited", "pandas==2.1.0")
    with pytest.raises(ApplicationError):
        lab.act(step)
    cluster_id = lab.control.cluster_id("edited")
    lab.workspace.write(install_libraries(cluster_id, [pypi("polars")], "a person installs it"))

    with pytest.raises(ApplicationError) as refused:
        lab.act_until_done(step)

    assert refused.value.type == "ThirdPartyChangeError"


def test_dry_run_names_the_calls_and_makes_none(lab: Any) -> None:
    result = lab.act(broken(lab, "shown", "pandas==2.1.0", dry_run=True))

    assert calls(result) == ["uninstall", "restart", "install"]
    assert libraries(lab, "shown") == {"pandas==2.1.0": "FAILED"}


def test_what_was_put_on_a_cluster_can_be_taken_off_again(lab: Any) -> None:
    step = broken(lab, "back", "pandas==2.1.0")
    snapshots = SnapshotActivities(lab.workspaces, lab.records)
    request = SnapshotRequest(workspace="default", incident_id=step.incident_id, target=step.target)
    reference = lab.run(snapshots.take_snapshot, request)
    change = lab.act_until_done(step).change

    restored = lab.run(
        snapshots.restore_snapshot,
        RestoreRequest(
            snapshot=reference, expected_hash=change.hash_after, incident_id=step.incident_id
        ),
    )

    assert restored.restored
    assert libraries(lab, "back")["pandas==2.0.3"] == "UNINSTALL_ON_RESTART"
    assert "pandas==2.1.0" in libraries(lab, "back")


def test_cluster_whose_libraries_are_well_is_left_alone(lab: Any) -> None:
    target = {"kind": "libraries", "id": lab.control.cluster_id("well")}

    assert lab.act(lab.step("install_library_version", target=target)).calls == ()


@pytest.mark.parametrize(("nth", "version"), [(1, "2.0.3"), (2, "1.5.3")])
def test_job_gets_the_nth_version_in_its_tasks(lab: Any, nth: int, version: str) -> None:
    before = lab.settings("own")
    step = own_step(lab, nth)

    result = lab.act(step)

    assert lab.settings("own")["tasks"][0]["libraries"] == [
        pypi("requests==2.31.0"),
        pypi(f"pandas=={version}"),
    ]
    assert [call.path for call in result.calls] == ["/api/2.2/jobs/update"]
    lab.control.edit_as_person("own", {"tasks": before["tasks"]})


def test_job_gets_no_version_beyond_the_list(lab: Any) -> None:
    with pytest.raises(ApplicationError, match="only 2 versions"):
        lab.act(own_step(lab, 3))


def own_step(lab: Any, nth: int) -> Any:
    return lab.step(
        "install_library_version",
        target={"kind": "job", "id": str(lab.control.job_id("own"))},
        run_id=lab.fail("own"),
        failed_tasks=("load",),
        token=f"own-{nth}",
        parameters={"nth": nth},
    )
