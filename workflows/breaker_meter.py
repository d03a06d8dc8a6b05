"""Counts what a breaker did for Prometheus; nothing is counted twice when a worker replays."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from lakemend.breaker.machine import Breaker
    from lakemend.breaker.metrics import (
        CALLS,
        CALLS_HELP,
        TRANSITIONS,
        TRANSITIONS_HELP,
        calls_between,
        labels_of,
        transitions_since,
    )


class BreakerMeter:
    """The counters of one breaker, exported by the worker that runs it."""

    def __init__(self, name: str) -> None:
        meter = workflow.metric_meter().with_additional_attributes(labels_of(name)._asdict())
        self._calls = meter.create_counter(CALLS, CALLS_HELP)
        self._transitions = meter.create_counter(TRANSITIONS, TRANSITIONS_HELP)

    def count(self, before: Breaker, after: Breaker) -> None:
        """Count the calls and the changes of state from one state to the next."""
        for kind, number in calls_between(before.totals, after.totals).items():
            self._calls.add(number, {"kind": kind})
        for labels in transitions_since(after, before.event_count):
            self._transitions.add(1, labels)
