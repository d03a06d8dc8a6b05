"""How many workers a cluster gets when it is scaled.

A size is `num_workers` or `autoscale`, never both (databricks-sdk: compute.ClusterSpec).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lakemend.errors import CapExceededError, InvalidRequestError

Json = dict[str, Any]


@dataclass(frozen=True)
class Resize:
    """The new size as the platform's fields, and what it means for cost."""

    fields: Json
    workers_before: int
    workers_after: int

    @property
    def cost_factor(self) -> float:
        """Nodes after to nodes before, the driver counted."""
        return (self.workers_after + 1) / (self.workers_before + 1)


def scale_up(spec: Mapping[str, Any], percent: int, max_workers: int) -> Resize:
    """Add `percent` workers, rounded up, up to the cap; with autoscale its maximum grows.

    Raises CapExceededError where the cluster is at the cap already, InvalidRequestError for a
    single-node cluster: it has no workers to multiply.
    """
    autoscale = spec.get("autoscale")
    workers = autoscale.get("max_workers") if autoscale else spec.get("num_workers")
    if not workers:
        raise InvalidRequestError("scale_cluster", "a single-node cluster has no workers to add to")
    wanted = workers + math.ceil(workers * percent / 100)
    if workers >= max_workers:
        raise CapExceededError("max_workers", allowed=max_workers, asked=wanted)
    after = min(wanted, max_workers)
    fields = {"autoscale": {**autoscale, "max_workers": after}} if autoscale else {}
    return Resize(fields or {"num_workers": after}, workers, after)
