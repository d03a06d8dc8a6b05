import pytest

from lakemend.compute.cluster_health import Health, cluster_health, libraries_health
from lakemend.evidence import ClusterFacts, LibraryFacts


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"state": "RUNNING"}, Health.WELL),
        ({"state": "RESIZING"}, Health.WELL),
        ({"state": "TERMINATED", "termination_code": "INACTIVITY"}, Health.WELL),
        ({"state": "TERMINATED", "source": "JOB"}, Health.WELL),
        ({"state": "RESTARTING"}, Health.UNDECIDED),
        ({"state": "TERMINATED", "termination_code": "DRIVER_UNREACHABLE"}, Health.UNWELL),
        ({"state": "ERROR"}, Health.UNWELL),
        ({"state": ""}, Health.UNWELL),
    ],
)
def test_cluster_health_by_state(facts: dict[str, str], expected: Health) -> None:
    cluster = ClusterFacts.model_validate({"cluster_id": "c", **facts})

    assert cluster_health(cluster) is expected


@pytest.mark.parametrize(
    ("state", "statuses", "expected"),
    [
        ("RUNNING", [], Health.WELL),
        ("RUNNING", ["INSTALLED", "SKIPPED"], Health.WELL),
        ("RUNNING", ["INSTALLED", "INSTALLING"], Health.UNDECIDED),
        ("RUNNING", ["INSTALLING", "FAILED"], Health.UNWELL),
        ("TERMINATED", ["PENDING"], Health.WELL),
    ],
)
def test_libraries_health_by_status(state: str, statuses: list[str], expected: Health) -> None:
    found = tuple(LibraryFacts(library="pypi:x", status=each) for each in statuses)
    cluster = ClusterFacts(cluster_id="c", state=state, libraries=found)

    assert libraries_health(cluster) is expected
