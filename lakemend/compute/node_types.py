"""Which node type has enough memory, and what it costs compared with the one before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lakemend.errors import CapExceededError, InvalidRequestError

Json = dict[str, Any]

_ACTION = "change_node_type"
_UNUSABLE = frozenset({"NotEnabledOnSubscription", "NotAvailableInRegion"})


@dataclass(frozen=True)
class NodeType:
    """What matters of one row of clusters/list-node-types."""

    node_type_id: str
    memory_mb: int
    cores: float
    category: str = ""
    gpus: int = 0
    arm: bool = False
    local_disk: bool = False
    usable: bool = True


@dataclass(frozen=True)
class NodeChoice:
    """The type to change to; `cost_factor` is for each changed node."""

    node_type_id: str
    cost_factor: float
    memory_mb_before: int
    memory_mb_after: int


def read_node_type(raw: Mapping[str, Any]) -> NodeType:
    """Read one row; deprecated, hidden and locally unavailable types are not usable."""
    instance: Json = raw.get("node_instance_type") or {}
    info: Json = raw.get("node_info") or {}
    disks = instance.get("local_disks") or instance.get("local_nvme_disks") or 0
    statuses = set(info.get("status") or ())
    hidden = raw.get("is_deprecated") or raw.get("is_hidden")
    return NodeType(
        node_type_id=raw["node_type_id"],
        memory_mb=raw["memory_mb"],
        cores=raw["num_cores"],
        category=raw.get("category") or "",
        gpus=raw.get("num_gpus") or 0,
        arm=bool(raw.get("is_graviton")),
        local_disk=disks > 0,
        usable=not hidden and not statuses & _UNUSABLE,
    )


def choose_node_type(
    types: Iterable[NodeType], current: str, memory_factor: float, max_cost_factor: float
) -> NodeChoice:
    """Choose the smallest type with `memory_factor` times the memory.

    Architecture and number of GPUs stay; of what is left, the same category and kind of disk come
    first, then the least memory, then the fewest cores.

    Raises CapExceededError if all that are large enough cost more than the cap, InvalidRequestError
    if the current type is not listed or none is large enough.
    """
    types = list(types)
    now = listed_type(types, current)
    fitting = [each for each in types if _fits(each, now, memory_factor)]
    if not fitting:
        wanted = f"{memory_factor:g} times the memory of {current}"
        raise InvalidRequestError(_ACTION, f"no node type has {wanted}")
    affordable = [each for each in fitting if cost_factor(each, now) <= max_cost_factor]
    if not affordable:
        least = min(cost_factor(each, now) for each in fitting)
        raise CapExceededError("max_cost_factor", allowed=max_cost_factor, asked=least)
    best = min(affordable, key=lambda each: _preference(each, now))
    return NodeChoice(best.node_type_id, cost_factor(best, now), now.memory_mb, best.memory_mb)


def listed_type(types: Iterable[NodeType], node_type_id: str) -> NodeType:
    """Find a type; raises InvalidRequestError for one that is not listed."""
    found = next((each for each in types if each.node_type_id == node_type_id), None)
    if found is None:
        detail = f"node type {node_type_id} is not listed by the workspace"
        raise InvalidRequestError(_ACTION, detail)
    return found


def is_same_machine(candidate: NodeType, now: NodeType) -> bool:
    """Tell whether the same software runs on both."""
    return candidate.arm == now.arm and candidate.gpus == now.gpus


def cost_factor(candidate: NodeType, now: NodeType) -> float:
    """Return what stands for the ratio of prices, which are not in the API: never too low."""
    return max(candidate.memory_mb / now.memory_mb, candidate.cores / now.cores)


def _fits(candidate: NodeType, now: NodeType, memory_factor: float) -> bool:
    enough = candidate.memory_mb >= now.memory_mb * memory_factor
    return candidate.usable and is_same_machine(candidate, now) and enough


def _preference(candidate: NodeType, now: NodeType) -> tuple[bool, bool, int, float, str]:
    return (
        candidate.category != now.category,
        candidate.local_disk != now.local_disk,
        candidate.memory_mb,
        candidate.cores,
        candidate.node_type_id,
    )
