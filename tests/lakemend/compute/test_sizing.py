import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakemend.compute.sizing import scale_up
from lakemend.errors import CapExceededError, InvalidRequestError


@pytest.mark.parametrize(
    ("workers", "percent", "expected"),
    [(2, 50, 3), (3, 50, 5), (1, 1, 2), (4, 100, 8), (8, 50, 10)],
    ids=["half", "rounded up", "at least one", "doubled", "up to the cap"],
)
def test_fixed_size_grows_by_the_percentage(workers: int, percent: int, expected: int) -> None:
    resize = scale_up({"num_workers": workers}, percent, max_workers=10)

    assert resize.fields == {"num_workers": expected}


def test_autoscale_keeps_its_minimum_and_grows_its_maximum() -> None:
    spec = {"autoscale": {"min_workers": 1, "max_workers": 4}, "num_workers": 2}

    resize = scale_up(spec, 50, max_workers=10)

    assert resize.fields == {"autoscale": {"min_workers": 1, "max_workers": 6}}


def test_cost_factor_counts_the_driver() -> None:
    assert scale_up({"num_workers": 3}, 100, max_workers=10).cost_factor == pytest.approx(7 / 4)


@pytest.mark.parametrize("workers", [10, 12])
def test_cluster_at_the_cap_is_refused_with_the_caps_name(workers: int) -> None:
    with pytest.raises(CapExceededError) as refused:
        scale_up({"num_workers": workers}, 50, max_workers=10)

    assert refused.value.cap == "max_workers"


@pytest.mark.parametrize("spec", [{"num_workers": 0}, {}], ids=["zero", "unset"])
def test_single_node_cluster_is_refused(spec: dict[str, int]) -> None:
    with pytest.raises(InvalidRequestError, match="single-node"):
        scale_up(spec, 50, max_workers=10)


@given(st.integers(1, 500), st.integers(1, 400), st.integers(1, 500))
def test_cluster_grows_and_never_beyond_the_cap(workers: int, percent: int, cap: int) -> None:
    try:
        resize = scale_up({"num_workers": workers}, percent, cap)
    except CapExceededError:
        assert workers >= cap
        return

    assert workers < resize.workers_after <= cap
