"""Move the driver or the workers to machines with more memory."""

from activities.actions.action import Try
from activities.actions.settings_change import Patch, SettingsChange
from activities.workspace import Json
from lakemend import actions
from lakemend.compute.node_types import NodeChoice, choose_node_type, read_node_type
from lakemend.errors import InvalidRequestError

_POOLS = {
    "driver": ("driver_instance_pool_id", "instance_pool_id"),
    "workers": ("instance_pool_id",),
}


class ChangeNodeType(SettingsChange[actions.ChangeNodeType]):
    """The new type is chosen from what the workspace offers, by memory, within the cost cap."""

    parameters = actions.ChangeNodeType

    def patch(self, tried: Try[actions.ChangeNodeType], spec: Json) -> Patch:
        """Choose the type for the driver or the workers; the other keeps its own."""
        which = tried.parameters.which
        pool = next((spec[name] for name in _POOLS[which] if spec.get(name)), "")
        if pool:
            detail = f"the {which} comes from instance pool {pool}, which fixes its node type"
            raise InvalidRequestError("change_node_type", detail)
        current = _current(spec, which)
        types = [read_node_type(each) for each in tried.workspace.list_node_types()]
        caps = tried.step.caps
        choice = choose_node_type(
            types, current, tried.parameters.memory_factor, caps.max_cost_factor
        )
        return Patch(_fields(spec, which, choice), _say(which, current, choice), choice.cost_factor)


def _current(spec: Json, which: str) -> str:
    """The driver is of the workers' type unless it has its own (databricks-sdk: ClusterSpec)."""
    own = spec.get("driver_node_type_id") if which == "driver" else None
    current = own or spec.get("node_type_id")
    if not current:
        raise InvalidRequestError("change_node_type", f"the cluster names no type for its {which}")
    return current


def _fields(spec: Json, which: str, choice: NodeChoice) -> Json:
    if _is_single_node(spec):
        return {"node_type_id": choice.node_type_id, "driver_node_type_id": choice.node_type_id}
    if which == "driver":
        return {"driver_node_type_id": choice.node_type_id}
    driver = spec.get("driver_node_type_id") or spec["node_type_id"]
    return {"node_type_id": choice.node_type_id, "driver_node_type_id": driver}


def _is_single_node(spec: Json) -> bool:
    return not spec.get("num_workers") and not spec.get("autoscale")


def _say(which: str, current: str, choice: NodeChoice) -> str:
    before, after = choice.memory_mb_before / 1024, choice.memory_mb_after / 1024
    return (
        f"Change the {which} from {current} ({before:g} GB) to {choice.node_type_id} ({after:g} GB)"
    )
