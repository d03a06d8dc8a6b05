"""How the breakers stand, as Prometheus reads it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import product

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from api.breaker_schemas import Breaker
from lakemend.breaker.metrics import BreakerLabels, labels_of
from lakemend.breaker.state import Circuit

_LABELS = BreakerLabels._fields


def exposition(breakers: Iterable[Breaker], now: datetime) -> bytes:
    """Write the gauges in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Snapshot(list(breakers), now))
    return generate_latest(registry)


class _Snapshot:
    """Running breakers at one moment; those that do not run are closed, and not counted."""

    def __init__(self, breakers: list[Breaker], now: datetime) -> None:
        self._breakers = breakers
        self._now = now

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give each gauge with all its label values, also those that are 0."""
        groups = sorted({labels_of(each.name) for each in self._breakers})
        yield self._states(groups)
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
            "lakemend_breaker_parked", "Incidents that wait for a breaker", labels=_LABELS
        )
        for labels in groups:
            gauge.add_metric(labels, sum(each.waiting or 0 for each in self._of(labels)))
        return gauge

    def _oldest_wait(self, groups: list[BreakerLabels]) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(
            "lakemend_breaker_oldest_wait_seconds",
            "How long the incident has waited that waits longest; 0 if none does",
            labels=_LABELS,
        )
        for labels in groups:
            since = [each.oldest_wait_since or self._now for each in self._of(labels)]
            gauge.add_metric(labels, (self._now - min(since, default=self._now)).total_seconds())
        return gauge

    def _of(self, labels: BreakerLabels) -> list[Breaker]:
        return [each for each in self._breakers if labels_of(each.name) == labels]
