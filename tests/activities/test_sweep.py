"""A look for failures as an activity: it ends when it is told to."""

from threading import Timer
from typing import Any

import pytest
from temporalio.exceptions import CancelledError
from temporalio.testing import ActivityEnvironment

from activities.sweep import Look, SweepActivities
from lakemend.sweep import SweepTerms


@pytest.fixture(scope="module")
def scenario() -> str:
    return "name: nothing"


def test_a_look_that_is_told_to_stop_makes_no_further_call(lab: Any):
    sweeps = SweepActivities(lab.workspaces, lab.records, SweepTerms(), calls_per_second=1)
    environment = ActivityEnvironment()
    # while it pauses before its first call
    Timer(0.2, environment.cancel).start()

    with pytest.raises(CancelledError):
        environment.run(sweeps.look_for_failures, Look(workspace="default"))
