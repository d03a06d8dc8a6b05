"""The scenes that the demo can play: what fails, and at which pace."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import simulator

_SCENARIOS = Path(simulator.__file__).parent / "scenarios"

# durations short enough to watch, long enough to see
_SHARED = {
    "AUTO_REMEDIATION_MAX_RETRIES": "3",
    "CIRCUIT_BREAKER_FAILURE_THRESHOLD": "2",
    # longer than the demo: only the reset lets the job through again
    "CIRCUIT_BREAKER_TIMEOUT_SECONDS": "300",
    "LAKEMEND_POLL_INTERVAL": "500ms",
    "LAKEMEND_LOG_FORMAT": "json",
    # who reports what is part of the scenario
    "LAKEMEND_SWEEP_EVERY": "off",
}
_FAILURES = {
    "RETRY_BASE_DELAY_SECONDS": "1",
    "RETRY_MAX_DELAY_SECONDS": "2",
    "LAKEMEND_CALLS_PER_SECOND": "100",
}
_STORM = {
    # the attempts of the first ones must outlast the outage
    "RETRY_BASE_DELAY_SECONDS": "4",
    "RETRY_MAX_DELAY_SECONDS": "8",
    "LAKEMEND_CALLS_PER_SECOND": "500",
    "LAKEMEND_STORM_INCIDENTS": "10",
    "LAKEMEND_STORM_WINDOW": "10s",
    "LAKEMEND_STORM_PROBE_PAUSE": "2s",
}


class SceneName(StrEnum):
    """What `lakemend demo --scene` takes."""

    FAILURES = "failures"
    STORM = "storm"


@dataclass(frozen=True)
class Scene:
    """A scenario, and the settings that it is played with."""

    name: SceneName
    scenario: Path
    pace: Mapping[str, str]


SCENES: Mapping[SceneName, Scene] = {
    SceneName.FAILURES: Scene(SceneName.FAILURES, _SCENARIOS / "demo.yaml", _SHARED | _FAILURES),
    SceneName.STORM: Scene(SceneName.STORM, _SCENARIOS / "storm.yaml", _SHARED | _STORM),
}
