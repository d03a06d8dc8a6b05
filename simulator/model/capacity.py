"""Whether the cloud has machines for a launch: by node type, zone and availability."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

from simulator.model.machine import availability_of, workers_of, zone_of
from simulator.scenario import Limited, StockOut

Json = dict[str, Any]
StillHappens = Callable[[str, Limited], bool]


@dataclass(frozen=True)
class Granted:
    """Machines were found, in this zone and of this kind."""

    zone: str
    on_demand: bool


@dataclass(frozen=True)
class Refused:
    """No machines; the words that the cluster's termination reason gets."""

    code: str
    type: str
    message: str


def allocate(
    spec: Json, zones: list[str], stock_outs: list[StockOut], still_happens: StillHappens
) -> Granted | Refused:
    """Look for machines as the platform does.

    `auto` tries every zone; `..._WITH_FALLBACK` tries spot first and on-demand after it. Alternate
    node types of the flexible node type attribute are tried after the one that was asked for.
    """
    asked_zone, availability = zone_of(spec), availability_of(spec)
    candidates = zones if asked_zone.lower() in {"auto", "ha"} else [asked_zone]
    refused: StockOut | None = None
    for kind, zone in product(kinds_of(availability), candidates):
        refused = _stock_out(spec, zone, kind, stock_outs, still_happens)
        if refused is None:
            return Granted(zone, on_demand=kind.startswith("ON_DEMAND"))
    if refused is None:
        return Granted(asked_zone, on_demand=True)
    return Refused(refused.code, refused.type, _message(refused, spec, asked_zone, availability))


def kinds_of(availability: str) -> list[str]:
    """The kinds of machines to try, in order: spot before its fall-back."""
    if "WITH_FALLBACK" not in availability:
        return [availability]
    return [availability.replace("_WITH_FALLBACK", ""), "ON_DEMAND"]


def _stock_out(
    spec: Json,
    zone: str,
    kind: str,
    stock_outs: list[StockOut],
    still_happens: StillHappens,
) -> StockOut | None:
    for role, node_types in _wanted(spec):
        # The driver stays on demand when first_on_demand is at least one.
        asked = "ON_DEMAND" if role == "driver" and _first_on_demand(spec) else kind
        refusals = [
            _first_match(node_type, zone, asked, stock_outs, still_happens)
            for node_type in node_types
        ]
        if refusals and all(refusals):
            return refusals[0]
    return None


def _wanted(spec: Json) -> Iterable[tuple[str, list[str]]]:
    worker = str(spec.get("node_type_id", ""))
    driver = str(spec.get("driver_node_type_id") or worker)
    yield "driver", [driver, *_alternates(spec, "driver")]
    if workers_of(spec):
        yield "worker", [worker, *_alternates(spec, "worker")]


def _alternates(spec: Json, role: str) -> list[str]:
    flexibility: Json = spec.get(f"{role}_node_type_flexibility") or {}
    return [str(name) for name in flexibility.get("alternate_node_type_ids", [])]


def _first_on_demand(spec: Json) -> bool:
    attributes = (spec.get(f"{cloud}_attributes", {}) for cloud in ("aws", "azure", "gcp"))
    return any(int(attribute.get("first_on_demand", 0)) > 0 for attribute in attributes)


def _first_match(
    node_type: str,
    zone: str,
    availability: str,
    stock_outs: list[StockOut],
    still_happens: StillHappens,
) -> StockOut | None:
    for number, rule in enumerate(stock_outs):
        if (
            rule.node_type in {"", node_type}
            and rule.zone in {"", zone}
            and rule.availability in {"", _plain(availability)}
            and still_happens(f"capacity-{number}", rule)
        ):
            return rule
    return None


def _plain(availability: str) -> str:
    """Drop the cloud's suffix: SPOT_AZURE and SPOT are one kind of machine."""
    kind = availability.removesuffix("_AZURE").removesuffix("_GCP")
    return "SPOT" if kind == "PREEMPTIBLE" else kind


def _message(rule: StockOut, spec: Json, zone: str, availability: str) -> str:
    return rule.message or (
        f"The cloud has not enough {availability} capacity of {spec.get('node_type_id')} in {zone}."
    )
