from typing import Any

import pytest

from activities.reading.cluster import cluster_facts, event_facts, library_facts, library_name


@pytest.mark.parametrize(
    ("library", "expected"),
    [
        ({"pypi": {"package": "pandas==2.1.0", "repo": "https://x"}}, "pypi:pandas==2.1.0"),
        ({"maven": {"coordinates": "a:b:1"}}, "maven:a:b:1"),
        ({"cran": {"package": "ggplot2"}}, "cran:ggplot2"),
        ({"whl": "/Volumes/a/b/x.whl"}, "whl:/Volumes/a/b/x.whl"),
        ({"requirements": "/Workspace/r.txt"}, "requirements:/Workspace/r.txt"),
    ],
)
def test_library_is_named_by_kind_and_package(library: dict[str, Any], expected: str) -> None:
    assert library_name(library) == expected


def test_library_brings_its_messages() -> None:
    raw = {
        "library": {"pypi": {"package": "pandas==9"}},
        "status": "FAILED",
        "messages": ["no such version"],
    }

    facts = library_facts(raw)

    assert (facts.status, facts.messages) == ("FAILED", ("no such version",))


@pytest.mark.parametrize("cloud", ["aws_attributes", "azure_attributes", "gcp_attributes"])
def test_availability_is_read_for_every_cloud(cloud: str) -> None:
    raw = {"cluster_id": "c", cloud: {"availability": "SPOT", "zone_id": "z"}}

    facts = cluster_facts(raw)

    assert (facts.availability, facts.zone_id) == ("SPOT", "z")


def test_last_restart_is_when_a_cluster_started() -> None:
    raw = {"cluster_id": "c", "start_time": 1_000, "last_restarted_time": 2_000}

    started = cluster_facts(raw).started_at

    assert started is not None
    assert started.timestamp() == 2


def test_driver_is_of_the_workers_type_unless_it_has_its_own() -> None:
    assert cluster_facts({"cluster_id": "c", "node_type_id": "n"}).driver_node_type_id == "n"


@pytest.mark.parametrize(
    ("details", "code", "message"),
    [
        ({"reason": {"code": "X", "parameters": {"zone": "a"}}}, "X", "zone: a"),
        ({"driver_state_message": "gone"}, "", "gone"),
        ({"cause": "AUTOSCALE"}, "", "AUTOSCALE"),
        (None, "", ""),
    ],
)
def test_event_says_what_it_can(details: dict[str, Any] | None, code: str, message: str) -> None:
    event = event_facts({"timestamp": 1_000, "type": "TERMINATING", "details": details})

    assert (event.type, event.reason_code, event.message) == ("TERMINATING", code, message)


def test_secret_in_a_reason_stays_behind() -> None:
    parameters = {"url": "https://user:hunter2@host/x"}
    raw = {"cluster_id": "c", "termination_reason": {"code": "X", "parameters": parameters}}

    assert "hunter2" not in cluster_facts(raw).model_dump_json()


def test_failed_init_scripts_are_named_with_what_they_said() -> None:
    scripts = {
        "cluster": [
            {"volumes": {"destination": "/Volumes/a/ok.sh"}, "status": "SUCCEEDED"},
            {
                "workspace": {"destination": "/Shared/setup.sh"},
                "status": "FAILED_EXECUTION",
                "stderr": "apt-get: not found",
            },
        ]
    }
    raw = {"type": "INIT_SCRIPTS_FINISHED", "details": {"init_scripts": scripts}}

    message = event_facts({**raw, "timestamp": 1}).message

    assert message == "Init script /Shared/setup.sh failed (FAILED_EXECUTION): apt-get: not found"
