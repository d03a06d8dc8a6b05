"""Other machines for a cluster: which attributes name them, and what to set there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lakemend.actions import ChangeNodeType, NewType
from lakemend.compute.node_types import (
    NodeChoice,
    NodeType,
    choose_node_type,
    cost_factor,
    listed_type,
)
from lakemend.compute.similar_types import is_fleet, other_family, roomier, stand_ins
from lakemend.errors import InvalidRequestError

Json = dict[str, Any]

_ACTION = "change_node_type"
_MOST_ALTERNATES = 5
_FLEXIBILITY = {
    "driver": "driver_node_type_flexibility",
    "workers": "worker_node_type_flexibility",
}


@dataclass(frozen=True)
class Offer:
    """The node types of a workspace, and the type that each of its instance pools gives."""

    types: Mapping[str, NodeType]
    pools: Mapping[str, str]


@dataclass(frozen=True)
class NodeChange:
    """The attributes to set, in words, and the cost factor of each changed node."""

    fields: Json
    summary: str
    cost_factor: float = 1


def change_nodes(
    spec: Mapping[str, Any], wish: ChangeNodeType, offer: Offer, max_cost_factor: float
) -> NodeChange:
    """Decide for the driver, the workers, or both.

    Raises InvalidRequestError where nothing fits or the platform has the choice already,
    CapExceededError where it costs more than the cap.
    """
    if wish.types:
        allowed = {*wish.types, spec.get("node_type_id"), spec.get("driver_node_type_id")}
        offer = replace(offer, types={k: v for k, v in offer.types.items() if k in allowed})
    single = not spec.get("num_workers") and not spec.get("autoscale")
    roles = ("driver", "workers") if wish.which == "both" else (wish.which,)
    changes = [
        _change(spec, role, wish, offer, max_cost_factor)
        for role in (("driver",) if single else roles)
    ]
    if single and wish.to is not NewType.ALTERNATES:
        changes = [_for_the_only_node(changes[0])]
    fields = {name: value for each in reversed(changes) for name, value in each.fields.items()}
    fields |= {name: value for each in changes for name, value in each.chosen.items()}
    words = "; ".join(each.words for each in changes)
    return NodeChange(fields, words, max(each.cost_factor for each in changes))


@dataclass(frozen=True)
class _Part:
    """What changes for one role: what is `chosen`, and all `fields` that takes."""

    chosen: Json
    fields: Json
    words: str
    cost_factor: float


def _change(
    spec: Mapping[str, Any], role: str, wish: ChangeNodeType, offer: Offer, cap: float
) -> _Part:
    pool = _pool_of(spec, role)
    if wish.to is NewType.ALTERNATES:
        return _alternates(spec, role, pool, offer, cap)
    current = offer.pools.get(pool, "") if pool else _type_of(spec, role)
    if pool and not current:
        detail = f"the {role} comes from instance pool {pool}, which could not be read"
        raise InvalidRequestError(_ACTION, detail)
    if pool:
        given = {*offer.pools.values()}
        offer = replace(offer, types={k: v for k, v in offer.types.items() if k in given})
    choice = _choose(wish, offer, current, cap)
    words = _say(role, current, choice)
    if pool:
        return _from_pool(spec, role, offer, choice, words)
    if role == "driver":
        chosen = {"driver_node_type_id": choice.node_type_id}
        return _Part(chosen, chosen, words, choice.cost_factor)
    chosen = {"node_type_id": choice.node_type_id}
    kept = {"driver_node_type_id": _type_of(spec, "driver")}
    return _Part(chosen, chosen | kept, words, choice.cost_factor)


def _choose(wish: ChangeNodeType, offer: Offer, current: str, cap: float) -> NodeChoice:
    types = _candidates(offer, current)
    if wish.to is NewType.LARGER:
        return choose_node_type(types, current, wish.memory_factor, cap)
    now = listed_type(types, current)
    if wish.to is NewType.SAME_CORES:
        return roomier(types, now, cap)
    if is_fleet(current):
        raise InvalidRequestError(_ACTION, f"{current} leaves the family to the platform already")
    return other_family(types, now, cap)


def _alternates(spec: Mapping[str, Any], role: str, pool: str, offer: Offer, cap: float) -> _Part:
    """Name types to fall back on: the platform tries them by itself when it has no others.

    databricks-sdk: compute.NodeTypeFlexibility.
    """
    if pool:
        raise InvalidRequestError(_ACTION, f"the {role} comes from instance pool {pool}")
    name, current = _FLEXIBILITY[role], _type_of(spec, role)
    flexibility: Json = spec.get(name) or {}
    if flexibility.get("alternate_node_type_ids") or is_fleet(current):
        raise InvalidRequestError(_ACTION, f"the platform has a choice for the {role} already")
    types = _candidates(offer, current)
    now = listed_type(types, current)
    found = stand_ins(types, now, cap)[:_MOST_ALTERNATES]
    names = [each.node_type_id for each in found]
    chosen = {name: {**flexibility, "alternate_node_type_ids": names}}
    words = f"Let the {role} fall back from {current} to {', '.join(names)}"
    return _Part(chosen, chosen, words, max(1, *(cost_factor(each, now) for each in found)))


def _candidates(offer: Offer, current: str) -> list[NodeType]:
    """Fleet types stand among themselves: each of them is several families already."""
    fleet = is_fleet(current)
    return [each for each in offer.types.values() if is_fleet(each.node_type_id) is fleet]


def _from_pool(
    spec: Mapping[str, Any], role: str, offer: Offer, choice: NodeChoice, words: str
) -> _Part:
    new = next(name for name, given in offer.pools.items() if given == choice.node_type_id)
    words = f"{words}, from instance pool {_pool_of(spec, role)} to {new}"
    if role == "driver":
        chosen = {"driver_instance_pool_id": new}
        return _Part(chosen, chosen, words, choice.cost_factor)
    chosen = {"instance_pool_id": new}
    kept = {"driver_instance_pool_id": _pool_of(spec, "driver")}
    return _Part(chosen, chosen | kept, words, choice.cost_factor)


def _for_the_only_node(part: _Part) -> _Part:
    """A single node is described twice; both must say the same."""
    name, value = next(iter(part.chosen.items()))
    chosen = {name: value, name.removeprefix("driver_"): value}
    return replace(part, chosen=chosen, fields=chosen)


def _pool_of(spec: Mapping[str, Any], role: str) -> str:
    own = spec.get("driver_instance_pool_id") if role == "driver" else None
    return own or spec.get("instance_pool_id") or ""


def _type_of(spec: Mapping[str, Any], role: str) -> str:
    """The driver is of the workers' type unless it has its own (databricks-sdk: ClusterSpec)."""
    own = spec.get("driver_node_type_id") if role == "driver" else None
    current = own or spec.get("node_type_id")
    if not current:
        raise InvalidRequestError(_ACTION, f"the cluster names no type for its {role}")
    return current


def _say(role: str, current: str, choice: NodeChoice) -> str:
    before, after = choice.memory_mb_before / 1024, choice.memory_mb_after / 1024
    return (
        f"Change the {role} from {current} ({before:g} GB) to {choice.node_type_id} ({after:g} GB)"
    )
