"""Running one check on the simulated workspace."""

from collections.abc import Callable
from typing import Any

import pytest

from activities.health import HealthActivities
from lakemend.incident import HealthCheckResult
from lakemend.step import HealthRequest

RunCheck = Callable[..., HealthCheckResult]


@pytest.fixture
def check(lab: Any) -> RunCheck:
    """Return a function that runs the named check with the fields of a HealthRequest."""

    def run(name: str, **fields: Any) -> HealthCheckResult:
        request = HealthRequest.model_validate(
            {"workspace": "default", "run_id": "1", **fields, "checks": [name]}
        )
        (result,) = lab.run(HealthActivities(lab.workspaces).check_health, request)
        return result

    return run
