from typing import Any

import pytest

from lakemend.compute.placement import on_demand, other_zone
from lakemend.errors import CapExceededError, InvalidRequestError

ARN = "arn:aws:iam::1:instance-profile/a"
AWS = {"availability": "SPOT_WITH_FALLBACK", "zone_id": "us-west-2a", "instance_profile_arn": ARN}
AZURE = {"availability": "SPOT_AZURE", "first_on_demand": 1, "spot_bid_max_price": -1}
GCP = {"availability": "PREEMPTIBLE_GCP", "zone_id": "us-east1-b", "local_ssd_count": 1}


@pytest.mark.parametrize(
    ("name", "attributes", "word"),
    [
        ("aws_attributes", AWS, "ON_DEMAND"),
        ("azure_attributes", AZURE, "ON_DEMAND_AZURE"),
        ("gcp_attributes", GCP, "ON_DEMAND_GCP"),
    ],
)
def test_only_the_availability_changes(name: str, attributes: Any, word: str) -> None:
    placement = on_demand({"num_workers": 2, name: attributes}, max_cost_factor=3)

    assert placement.fields == {name: {**attributes, "availability": word}}
    assert placement.cost_factor == 3


def test_the_older_switch_of_gcp_is_replaced() -> None:
    placement = on_demand({"gcp_attributes": {"use_preemptible_executors": True}}, 3)

    assert placement.fields == {"gcp_attributes": {"availability": "ON_DEMAND_GCP"}}


@pytest.mark.parametrize(
    "spec",
    [
        {"aws_attributes": {"availability": "ON_DEMAND"}},
        {"num_workers": 2, "aws_attributes": {"availability": "SPOT", "first_on_demand": 3}},
        {"aws_attributes": {"zone_id": "auto"}},
        {"instance_pool_id": "pool-1", "aws_attributes": AWS},
        {},
    ],
    ids=["on demand", "all nodes on demand", "not said", "pool", "no cloud"],
)
def test_what_is_on_demand_already_or_not_ours_is_refused(spec: Any) -> None:
    with pytest.raises(InvalidRequestError):
        on_demand(spec, max_cost_factor=4)


def test_the_price_of_on_demand_counts_against_the_cap() -> None:
    with pytest.raises(CapExceededError) as refused:
        on_demand({"num_workers": 2, "aws_attributes": AWS}, max_cost_factor=2)

    assert refused.value.cap == "max_cost_factor"


@pytest.mark.parametrize(
    ("name", "attributes", "zone"),
    [("aws_attributes", AWS, "auto"), ("gcp_attributes", GCP, "AUTO")],
)
def test_the_platform_chooses_the_zone(name: str, attributes: Any, zone: str) -> None:
    placement = other_zone({name: attributes})

    assert placement.fields == {name: {**attributes, "zone_id": zone}}
    assert placement.cost_factor == 1


def test_a_preferred_zone_is_taken_unless_it_is_the_one_that_failed() -> None:
    placement = other_zone({"aws_attributes": AWS}, ("us-west-2a", "us-west-2c"))

    assert placement.fields["aws_attributes"]["zone_id"] == "us-west-2c"


@pytest.mark.parametrize(
    "spec",
    [
        {"aws_attributes": {"zone_id": "auto"}},
        {"gcp_attributes": {"zone_id": "HA", "availability": "ON_DEMAND_GCP"}},
        {"aws_attributes": {"availability": "SPOT"}},
        {"azure_attributes": AZURE},
        {"instance_pool_id": "pool-1", "aws_attributes": AWS},
    ],
    ids=["auto", "high availability", "left out", "azure", "pool"],
)
def test_a_zone_that_the_platform_or_a_pool_chooses_is_refused(spec: Any) -> None:
    with pytest.raises(InvalidRequestError):
        other_zone(spec)
