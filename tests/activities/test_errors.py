from collections.abc import Iterator
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.errors import StillChangingError, application_error, told_to_temporal
from lakemend.errors import (
    BudgetExceededError,
    CapExceededError,
    InvalidRequestError,
    InvalidStateError,
    LakemendError,
    NotFoundError,
    PermissionDeniedError,
    PlaybookError,
    RecordsError,
    SettingsError,
    ThirdPartyChangeError,
    ThrottledError,
    TransientError,
    WaitingHelpsError,
    WaitingIsUselessError,
    WorkspaceError,
)

CALL = "POST /api/2.2/jobs/update"

EXPECTED: dict[LakemendError, tuple[bool, bool]] = {
    # the error: whether it is final, whether it is expected
    LakemendError("x"): (False, False),
    WorkspaceError(CALL, "x"): (False, True),
    WaitingHelpsError(CALL, "x"): (False, True),
    TransientError(CALL, "x"): (False, True),
    ThrottledError(CALL, "x", timedelta(seconds=7)): (False, True),
    WaitingIsUselessError(CALL, "x"): (True, True),
    PermissionDeniedError(CALL, "x"): (True, True),
    NotFoundError(CALL, "x"): (True, True),
    InvalidStateError(CALL, "x"): (True, True),
    InvalidRequestError(CALL, "x"): (True, True),
    CapExceededError("max_workers", 10, 15): (True, True),
    BudgetExceededError("max_cost_factor_per_day", 60, 59, 2): (True, True),
    ThirdPartyChangeError("job-1", "name"): (True, True),
    PlaybookError("a.yaml", 1, "steps", "x"): (True, False),
    SettingsError("DATABRICKS_HOST", "x"): (True, False),
    RecordsError("x"): (False, False),
}


def every_subclass(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from every_subclass(subclass)


def test_every_error_of_ours_is_mapped_on_purpose() -> None:
    ours = {each for each in every_subclass(LakemendError) if each.__module__ == "lakemend.errors"}

    assert ours - {type(error) for error in EXPECTED} == set()


@pytest.mark.parametrize("error", EXPECTED, ids=lambda error: type(error).__name__)
def test_error_says_whether_waiting_helps_and_whether_it_is_expected(error: LakemendError) -> None:
    final, expected = EXPECTED[error]

    told = application_error(error)

    assert told.type == type(error).__name__
    assert told.non_retryable is final
    assert (told.category is ApplicationErrorCategory.BENIGN) is expected


def test_throttled_call_comes_back_when_the_workspace_asks_for_it() -> None:
    told = application_error(ThrottledError(CALL, "slow", timedelta(seconds=7)))

    assert told.next_retry_delay == timedelta(seconds=7)


def test_resource_on_its_way_is_looked_at_again() -> None:
    with pytest.raises(ApplicationError) as raised, told_to_temporal():
        raise StillChangingError("cluster c is PENDING", timedelta(seconds=10))

    assert raised.value.type == "StillChanging"
    assert raised.value.non_retryable is False
    assert raised.value.next_retry_delay == timedelta(seconds=10)
    assert raised.value.category is ApplicationErrorCategory.BENIGN


def test_message_is_bounded_and_comes_alone() -> None:
    with pytest.raises(ApplicationError) as raised, told_to_temporal():
        raise RecordsError("x" * 100_000)

    assert len(raised.value.message) <= 1000
    assert raised.value.__cause__ is None


def test_what_is_not_ours_passes_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError), told_to_temporal():
        raise ZeroDivisionError
