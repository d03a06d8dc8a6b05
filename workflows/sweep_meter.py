"""Counts what sweeps found for Prometheus; nothing is counted twice when a worker replays."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from lakemend.sweep import Findings

FOUND = "lakemend_sweep_found"
STARTED = "lakemend_sweep_started"
LAST = "lakemend_sweep_last_timestamp_seconds"


class SweepMeter:
    """The metrics of one workspace's sweeps, exported by the worker that runs them."""

    def __init__(self, workspace: str) -> None:
        meter = workflow.metric_meter().with_additional_attributes({"workspace": workspace})
        self._found = meter.create_counter(FOUND, "Failed runs that nobody dealt with")
        self._started = meter.create_counter(STARTED, "Incidents that sweeps have started")
        self._last = meter.create_gauge_float(LAST, "When the workspace was last swept")

    def count(self, findings: Findings, started: tuple[str, ...]) -> None:
        """Count one round, which has come to its end."""
        self._found.add(len(findings.found))
        self._started.add(len(started))
        self._last.set(findings.mark.looked_at.timestamp())
