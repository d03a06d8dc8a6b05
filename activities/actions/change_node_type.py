"""Move the driver or the workers to other machines."""

from activities.actions.action import Try
from activities.actions.settings_change import Patch, SettingsChange
from activities.workspace import Json, Workspace
from lakemend import actions
from lakemend.compute.node_change import Offer, change_nodes
from lakemend.compute.node_types import read_node_type


class ChangeNodeType(SettingsChange[actions.ChangeNodeType]):
    """The new type is chosen from what the workspace offers, within the cost cap."""

    parameters = actions.ChangeNodeType

    def patch(self, tried: Try[actions.ChangeNodeType], spec: Json) -> Patch:
        """Choose from the node types, and from the instance pools where machines come from one."""
        cap = tried.step.caps.max_cost_factor
        offer = _offer(tried.workspace, pools=_uses_pool(spec))
        change = change_nodes(spec, tried.parameters, offer, cap)
        return Patch(change.fields, change.summary, change.cost_factor)


def _uses_pool(spec: Json) -> bool:
    return bool(spec.get("instance_pool_id") or spec.get("driver_instance_pool_id"))


def _offer(workspace: Workspace, *, pools: bool) -> Offer:
    types = [read_node_type(each) for each in workspace.list_node_types()]
    listed = workspace.list_pools() if pools else []
    return Offer(
        types={each.node_type_id: each for each in types},
        pools={
            each["instance_pool_id"]: each["node_type_id"]
            for each in listed
            if each.get("state") in {None, "ACTIVE"} and each.get("node_type_id")
        },
    )
