"""Look for machines in another zone."""

from activities.actions.action import Try
from activities.actions.settings_change import Patch, SettingsChange
from activities.workspace import Json
from lakemend import actions
from lakemend.compute.placement import other_zone


class ChangeZone(SettingsChange[actions.ChangeZone]):
    """A zone that has no machines is left for one that the playbook or the platform prefers."""

    parameters = actions.ChangeZone

    def patch(self, tried: Try[actions.ChangeZone], spec: Json) -> Patch:
        """Set the zone of the cloud's attributes, and leave the rest of them."""
        placement = other_zone(spec, tried.parameters.zones)
        return Patch(placement.fields, placement.summary, placement.cost_factor)
