"""Node types that can stand in for another one, and those with more memory for each core."""

import re
from collections.abc import Iterable

from lakemend.compute.node_types import NodeChoice, NodeType, cost_factor, is_same_machine
from lakemend.errors import CapExceededError, InvalidRequestError

_ACTION = "change_node_type"
_ALMOST = 0.95  # families of one size differ a little, like 30.5 and 32 GB
_MOST = 2.0  # a stock-out is not answered by asking for much more
ROOMIER = 1.5
_NUMBER = re.compile(r"\d+")


def family_of(node_type_id: str) -> str:
    """Return what types of one kind of machine share.

    `m5.xlarge` is of `m5`, `Standard_E4ds_v4` of `Standard_Eds_v4`, `n2-highmem-4` of `n2-highmem`.
    """
    if "." in node_type_id:
        return node_type_id.partition(".")[0]
    if node_type_id.startswith("Standard_"):
        return _NUMBER.sub("", node_type_id, count=1)
    return node_type_id.rpartition("-")[0] or node_type_id


def is_fleet(node_type_id: str) -> bool:
    """Tell whether the platform itself picks among families, as for `m-fleet.xlarge` on AWS."""
    return "-fleet." in node_type_id


def stand_ins(types: Iterable[NodeType], now: NodeType, max_cost_factor: float) -> list[NodeType]:
    """Return the types that can do what `now` does, the cheapest first.

    Architecture, GPUs and kind of disk are the same, memory and cores about as many. Raises
    CapExceededError if all of them cost more than the cap, InvalidRequestError if there are none.
    """
    fitting = [each for each in types if each != now and _stands_in(each, now)]
    if not fitting:
        raise InvalidRequestError(_ACTION, f"no other node type is like {now.node_type_id}")
    affordable = [each for each in fitting if cost_factor(each, now) <= max_cost_factor]
    if not affordable:
        least = min(cost_factor(each, now) for each in fitting)
        raise CapExceededError("max_cost_factor", allowed=max_cost_factor, asked=least)
    return sorted(affordable, key=lambda each: (cost_factor(each, now), each.node_type_id))


def other_family(types: Iterable[NodeType], now: NodeType, max_cost_factor: float) -> NodeChoice:
    """Choose the cheapest stand-in of another family; raises as `stand_ins` does."""
    family = family_of(now.node_type_id)
    others = [each for each in types if family_of(each.node_type_id) != family]
    best = stand_ins(others, now, max_cost_factor)[0]
    return _choice(best, now)


def roomier(types: Iterable[NodeType], now: NodeType, max_cost_factor: float) -> NodeChoice:
    """Choose the type with the same cores and more memory, so that each task has more of it.

    Raises CapExceededError if all of them cost more than the cap, InvalidRequestError if there are
    none.
    """
    fitting = [each for each in types if _is_roomier(each, now)]
    if not fitting:
        detail = f"no node type has more memory for the cores of {now.node_type_id}"
        raise InvalidRequestError(_ACTION, detail)
    best = min(
        fitting,
        key=lambda each: (each.memory_mb, each.local_disk != now.local_disk, each.node_type_id),
    )
    if cost_factor(best, now) > max_cost_factor:
        asked = cost_factor(best, now)
        raise CapExceededError("max_cost_factor", allowed=max_cost_factor, asked=asked)
    return _choice(best, now)


def _stands_in(candidate: NodeType, now: NodeType) -> bool:
    alike = is_same_machine(candidate, now) and candidate.local_disk == now.local_disk
    enough = candidate.memory_mb >= now.memory_mb * _ALMOST and candidate.cores >= now.cores
    return candidate.usable and alike and enough and cost_factor(candidate, now) <= _MOST


def _is_roomier(candidate: NodeType, now: NodeType) -> bool:
    enough = candidate.memory_mb >= now.memory_mb * ROOMIER and candidate.cores == now.cores
    return candidate.usable and is_same_machine(candidate, now) and enough


def _choice(best: NodeType, now: NodeType) -> NodeChoice:
    return NodeChoice(best.node_type_id, cost_factor(best, now), now.memory_mb, best.memory_mb)
