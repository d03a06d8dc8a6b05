from datetime import UTC, datetime

from lakemend.evidence import ClusterFacts, Compute, ComputeKind, Evidence, RunFacts, TaskFacts
from lakemend.places import places_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def evidence(**facts: object) -> Evidence:
    run = RunFacts(run_id="1")
    return Evidence.model_validate({"workspace": "w", "read_at": NOW, "run": run, **facts})


def test_shared_clusters_pools_and_zones_are_places():
    cluster = ClusterFacts(cluster_id="c", source="UI", pool_id="p", zone_id="us-east-1a")

    assert places_of(evidence(clusters=(cluster,))) == (
        "workspace:w",
        "cluster:c",
        "pool:p",
        "zone:us-east-1a",
    )


def test_a_cluster_of_one_run_and_a_zone_left_to_the_platform_are_none():
    cluster = ClusterFacts(cluster_id="c", source="JOB", zone_id="auto")

    assert places_of(evidence(clusters=(cluster,))) == ("workspace:w",)


def test_the_warehouse_of_a_failed_task_is_a_place():
    compute = Compute(kind=ComputeKind.WAREHOUSE, resource_id="wh")
    failed = TaskFacts(task_key="a", run_id="2", result_state="FAILED", compute=compute)
    fine = failed.model_copy(update={"result_state": "SUCCESS"})

    assert "warehouse:wh" in places_of(evidence(tasks=(failed,)))
    assert "warehouse:wh" not in places_of(evidence(tasks=(fine,)))
