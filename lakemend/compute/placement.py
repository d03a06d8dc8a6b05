"""Where a cluster's machines come from: on demand or spot, and in which zone.

The names and words of the attribute sets are those of databricks-sdk (service/compute.py:
AwsAttributes, AzureAttributes, GcpAttributes). Everything else in a set stays, so a driver that is
on demand stays so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lakemend.errors import CapExceededError, InvalidRequestError

Json = dict[str, Any]

SPOT_DISCOUNT = 3.0
"""How many times a spot price an on-demand price is taken to be.

Prices are not in the API; clouds sell spot machines at up to 90 % less, mostly at 60 to 70 % less.
"""

_ON_DEMAND = {
    "aws_attributes": "ON_DEMAND",
    "azure_attributes": "ON_DEMAND_AZURE",
    "gcp_attributes": "ON_DEMAND_GCP",
}
_ANY_ZONE = {"aws_attributes": "auto", "gcp_attributes": "AUTO"}
_CHOSEN_BY_PLATFORM = frozenset({"", "auto", "ha"})  # what is left out means auto, on GCP HA
_POOLS = ("instance_pool_id", "driver_instance_pool_id")


@dataclass(frozen=True)
class Placement:
    """The attributes to set, in words, and what it does to the cost."""

    fields: Json
    summary: str
    cost_factor: float = 1


def on_demand(spec: Mapping[str, Any], max_cost_factor: float) -> Placement:
    """Take all machines on demand, for the driver as for the workers.

    Raises InvalidRequestError where that changes nothing or a pool decides, CapExceededError where
    it costs more than the cap.
    """
    action = "switch_to_on_demand"
    name, attributes = _attributes(action, spec)
    before = attributes.get("availability") or _legacy(attributes)
    if not before:
        raise InvalidRequestError(action, f"{name} says nothing about spot machines")
    if before.startswith("ON_DEMAND") or _all_on_demand(spec, attributes):
        raise InvalidRequestError(action, "all machines of the cluster are on demand already")
    if max_cost_factor < SPOT_DISCOUNT:
        raise CapExceededError("max_cost_factor", allowed=max_cost_factor, asked=SPOT_DISCOUNT)
    after = {**attributes, "availability": _ON_DEMAND[name]}
    after.pop("use_preemptible_executors", None)
    summary = f"Change availability from {before} to {_ON_DEMAND[name]}"
    return Placement({name: after}, summary, SPOT_DISCOUNT)


def other_zone(spec: Mapping[str, Any], preferred: Sequence[str] = ()) -> Placement:
    """Move to the first of the preferred zones that is another one; else let the platform choose.

    With the platform's choice a launch is tried in a further zone when one has no machines. Raises
    InvalidRequestError where it chooses already, where a pool decides, and on Azure, whose
    attributes name no zone.
    """
    action = "change_zone"
    name, attributes = _attributes(action, spec)
    if name not in _ANY_ZONE:
        raise InvalidRequestError(action, f"{name} names no zone; the platform chooses it")
    before = attributes.get("zone_id") or ""
    if before.lower() in _CHOSEN_BY_PLATFORM:
        raise InvalidRequestError(action, "the platform chooses among all zones already")
    after = next((zone for zone in preferred if zone != before), _ANY_ZONE[name])
    summary = f"Change the zone from {before} to {after}"
    return Placement({name: {**attributes, "zone_id": after}}, summary)


def _attributes(action: str, spec: Mapping[str, Any]) -> tuple[str, Json]:
    pool = next((spec[name] for name in _POOLS if spec.get(name)), "")
    if pool:
        detail = f"the machines come from instance pool {pool}, which decides about them"
        raise InvalidRequestError(action, detail)
    found = next(((name, spec[name]) for name in _ON_DEMAND if spec.get(name)), None)
    if found is None:
        raise InvalidRequestError(action, "the cluster has no attributes of a cloud")
    return found


def _legacy(attributes: Json) -> str:
    """Read the older switch of GCP, which `availability` replaces."""
    return "PREEMPTIBLE_GCP" if attributes.get("use_preemptible_executors") else ""


def _all_on_demand(spec: Mapping[str, Any], attributes: Json) -> bool:
    """Whether `first_on_demand` covers the cluster at its largest, the driver counted."""
    autoscale: Json = spec.get("autoscale") or {}
    workers = autoscale.get("max_workers") or spec.get("num_workers") or 0
    return (attributes.get("first_on_demand") or 0) > workers
