"""The places of a failure: what it shares with other runs that may fail for the same reason."""

from collections.abc import Iterator

from lakemend.evidence import ComputeKind, Evidence

# A zone that is left to the platform is no place.
_NO_ZONE = {"", "auto", "HA"}

# The source of a job cluster, which no other run can meet (Clusters API: cluster_source).
_OF_ONE_RUN = "JOB"

_MOST_PLACES = 20


def places_of(evidence: Evidence) -> tuple[str, ...]:
    """Name shared clusters, pools, zones, warehouses of the failed tasks, and the workspace."""
    return tuple(dict.fromkeys(_places(evidence)))[:_MOST_PLACES]


def _places(evidence: Evidence) -> Iterator[str]:
    yield f"workspace:{evidence.workspace}"
    for cluster in evidence.clusters:
        if cluster.source != _OF_ONE_RUN:
            yield f"cluster:{cluster.cluster_id}"
        if cluster.pool_id:
            yield f"pool:{cluster.pool_id}"
        if cluster.zone_id not in _NO_ZONE:
            yield f"zone:{cluster.zone_id}"
    for task in evidence.failed_tasks:
        if task.compute.kind is ComputeKind.WAREHOUSE and task.compute.resource_id:
            yield f"warehouse:{task.compute.resource_id}"
