"""How breakers and gates stand, as Prometheus reads it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import product
from typing import NamedTuple

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from api.breaker_schemas import Breaker
from api.gate_schemas import Gate
from lakemend.breaker.metrics import BreakerLabels, labels_of
from lakemend.breaker.state import Circuit

_LABELS = BreakerLabels._fields

GATE_SCOPE = "gate"
"""Tells the gate of a workspace from its breakers; it has no error type."""


class _Queue(NamedTuple):
    """Who waits for one breaker or gate."""

    labels: BreakerLabels
    waiting: int
    oldest_since: datetime | None


def exposition(breakers: Iterable[Breaker], gates: Iterable[Gate], now: datetime) -> bytes:
    """Write the gauges in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Snapshot(list(breakers), list(gates), now))
    return generate_latest(registry)


class _Snapshot:
    """Running breakers and gates; a breaker that does not run is closed, and not counted."""

    def __init__(self, breakers: list[Breaker], gates: list[Gate], now: datetime) -> None:
        self._breakers = breakers
        self._queues = _queues_of(breakers, gates)
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give each gauge with all its label values, also those that are 0."""
        yield self._states(sorted({labels_of(each.name) for each in self._breakers}))
        groups = sorted({each.labels for each in self._queues})
        yield self._parked(groups)
        yield self._oldest_wait(groups)

    def _states(self, groups: list[BreakerLabels]) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(
            "lakemend_breaker_state",
            "Breakers in each state; one that does not run is closed and not counted",
            labels=(*_LABELS, "state"),
        )
        count = Counter((labels_of(each.name), each.state) for each in self._breakers)
        for labels, state in product(groups, Circuit):
            gauge.add_metric([*labels, state.value], count[labels, state.value])
        return gauge

    def _parked(self, groups: list[BreakerLabels]) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(
            "lakemend_breaker_parked", "Incidents that wait for a breaker or gate", labels=_LABELS
        )
        for labels in groups:
            gauge.add_metric(labels, sum(each.waiting for each in self._of(labels)))
        return gauge

    def _oldest_wait(self, groups: list[BreakerLabels]) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(
            "lakemend_breaker_oldest_wait_seconds",
            "How long the incident has waited that waits longest; 0 if none does",
            labels=_LABELS,
        )
        for labels in groups:
            since = [each.oldest_since or self._now for each in self._of(labels)]
            gauge.add_metric(labels, (self._now - min(since, default=self._now)).total_seconds())
        return gauge

    def _of(self, labels: BreakerLabels) -> list[_Queue]:
        return [each for each in self._queues if each.labels == labels]


def _queues_of(breakers: Iterable[Breaker], gates: Iterable[Gate]) -> list[_Queue]:
    of_breakers = (
        _Queue(labels_of(each.name), each.waiting or 0, each.oldest_wait_since) for each in breakers
    )
    of_gates = (
        _Queue(BreakerLabels(each.workspace, "", GATE_SCOPE), each.waiting, each.oldest_wait_since)
        for each in gates
    )
    return [*of_breakers, *of_gates]
