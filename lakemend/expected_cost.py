"""What a step is expected to cost, before its action has looked: shown, and compared with limits.

The action tells the real factor, from the node types that the workspace has.
"""

from collections.abc import Iterable, Mapping
from math import ceil, prod
from typing import Any

from lakemend.actions import ChangeNodeType, IncreaseTimeout, NewType, ScaleCluster
from lakemend.compute.placement import SPOT_DISCOUNT
from lakemend.compute.similar_types import ROOMIER
from lakemend.compute_facts import ClusterFacts


def expected_cost(
    action: str, parameters: Mapping[str, Any], cluster: ClusterFacts | None
) -> float:
    """Return by how much the step makes a run dearer; 1 for what costs as much as before."""
    match action:
        case "change_node_type":
            return _of_type(ChangeNodeType.model_validate(parameters))
        case "increase_timeout":
            return IncreaseTimeout.model_validate(parameters).factor
        case "scale_cluster":
            return _of_size(ScaleCluster.model_validate(parameters), cluster)
        case "switch_to_on_demand":
            return SPOT_DISCOUNT
        case _:
            return 1


def together(factors: Iterable[float]) -> float:
    """Return what changes cost that are in force at the same time."""
    return round(prod(factors), 2)


def _of_type(wish: ChangeNodeType) -> float:
    if wish.to is NewType.LARGER:
        return wish.memory_factor
    return ROOMIER if wish.to is NewType.SAME_CORES else 1


def _of_size(wish: ScaleCluster, cluster: ClusterFacts | None) -> float:
    """Nodes after to nodes before, the driver counted; without the driver where none is known."""
    added = (wish.percent or 0) / 100
    workers = (cluster.autoscale_max_workers or cluster.num_workers or 0) if cluster else 0
    if not workers:
        return 1 + added
    return (workers + ceil(workers * added) + 1) / (workers + 1)
