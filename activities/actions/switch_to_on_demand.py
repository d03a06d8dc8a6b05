"""Take no spot machines."""

from activities.actions.action import Try
from activities.actions.settings_change import Patch, SettingsChange
from activities.workspace import Json
from lakemend import actions
from lakemend.compute.placement import on_demand


class SwitchToOnDemand(SettingsChange[actions.SwitchToOnDemand]):
    """What the cloud took back, or has none of at the spot price, is bought at the full price."""

    parameters = actions.SwitchToOnDemand

    def patch(self, tried: Try[actions.SwitchToOnDemand], spec: Json) -> Patch:
        """Set the availability of the cloud's attributes, and leave the rest of them."""
        placement = on_demand(spec, tried.step.caps.max_cost_factor)
        return Patch(placement.fields, placement.summary, placement.cost_factor)
