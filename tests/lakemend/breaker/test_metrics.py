from datetime import timedelta

import pytest

from lakemend.breaker.metrics import kinds_of, labels_of
from lakemend.breaker.settings import BreakerSettings
from lakemend.permit import PermitOutcome, PermitReport


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        (
            "DatabricksJobExecutionError:job-123",
            ("default", "DatabricksJobExecutionError", "job"),
        ),
        (
            "eu-west:DatabricksApiThrottling:workspace-eu-west",
            ("eu-west", "DatabricksApiThrottling", "workspace"),
        ),
        ("E:cluster-0712-abc:1", ("default", "E", "cluster")),
        ("made up", ("default", "", "")),
    ],
)
def test_labels_name_workspace_error_and_scope_but_no_id(
    name: str, labels: tuple[str, str, str]
) -> None:
    assert labels_of(name) == labels


@pytest.mark.parametrize(
    ("outcome", "minutes", "kinds"),
    [
        (PermitOutcome.SUCCESS, 10, ("successful",)),
        (PermitOutcome.SUCCESS, 11, ("successful", "slow")),
        (PermitOutcome.IGNORED, 11, ("ignored",)),
        (PermitOutcome.UNKNOWN, 11, ()),
    ],
)
def test_a_call_that_no_breaker_was_told_of_counts_as_one_that_was(
    outcome: PermitOutcome, minutes: int, kinds: tuple[str, ...]
) -> None:
    said = PermitReport(
        request_id="r",
        outcome=outcome,
        duration=timedelta(minutes=minutes),
        settings=BreakerSettings(slow_after=timedelta(minutes=10)),
    )

    assert kinds_of(said) == kinds
