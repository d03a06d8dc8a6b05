import pytest

from lakemend.errors import CapExceededError, InvalidRequestError
from lakemend.time_limits import raised

DAY = 86400


@pytest.mark.parametrize(
    ("limits", "after"),
    [
        ({"job": 600, "task": 0}, {"job": 1200}),
        ({"job": 600, "task": 300}, {"job": 1200, "task": 600}),
        ({"job": 80000, "task": 300}, {"job": DAY, "task": 600}),
        ({"job": 100000, "task": 300}, {"job": 100000, "task": 600}),
    ],
    ids=["the one that is set", "both", "up to the longest", "never lowered"],
)
def test_limits_are_multiplied(limits: dict[str, int], after: dict[str, int]) -> None:
    assert raised(limits, 2, DAY, max_cost_factor=4) == after


def test_without_a_limit_there_is_nothing_to_raise() -> None:
    with pytest.raises(InvalidRequestError, match="neither the task nor the job has a limit"):
        raised({"job": 0, "task": 0}, 2, DAY, max_cost_factor=4)


@pytest.mark.parametrize(
    ("limits", "cap"), [({"job": DAY}, "longest"), ({"job": 600}, "max_cost_factor")]
)
def test_more_than_a_cap_allows_is_refused_with_its_name(limits: dict[str, int], cap: str) -> None:
    with pytest.raises(CapExceededError) as refused:
        raised(limits, 2, DAY, max_cost_factor=4 if cap == "longest" else 1.5)

    assert refused.value.cap == cap
