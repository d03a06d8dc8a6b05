from typing import Any

import pytest

from lakemend.actions import ChangeNodeType
from lakemend.compute.node_change import NodeChange, Offer, change_nodes
from lakemend.compute.node_types import NodeType
from lakemend.compute.similar_types import family_of
from lakemend.errors import CapExceededError, InvalidRequestError

GENERAL, MEMORY = "General Purpose", "Memory Optimized"
TYPES = [
    NodeType("m5.xlarge", 16384, 4, GENERAL),
    NodeType("m5.2xlarge", 32768, 8, GENERAL),
    NodeType("m5.4xlarge", 65536, 16, GENERAL),
    NodeType("m6i.xlarge", 16384, 4, GENERAL),
    NodeType("m7g.xlarge", 16384, 4, GENERAL, arm=True),
    NodeType("m5d.xlarge", 16384, 4, GENERAL, local_disk=True),
    NodeType("r5.xlarge", 32768, 4, MEMORY),
    NodeType("m-fleet.xlarge", 16384, 4, GENERAL),
    NodeType("m-fleet.2xlarge", 32768, 8, GENERAL),
]
POOLS = {"small-pool": "m5.xlarge", "large-pool": "m5.2xlarge"}
SPEC = {"node_type_id": "m5.xlarge", "num_workers": 2}
FLEET = {"node_type_id": "m-fleet.xlarge", "num_workers": 2}


def change(spec: Any, cap: float = 4, **wish: Any) -> NodeChange:
    offer = Offer({each.node_type_id: each for each in TYPES}, POOLS)
    return change_nodes(spec, ChangeNodeType.model_validate(wish), offer, cap)


def test_both_roles_change_together() -> None:
    assert change(SPEC, which="both").fields == {
        "node_type_id": "m5.2xlarge",
        "driver_node_type_id": "m5.2xlarge",
    }


def test_workers_change_and_the_driver_keeps_its_type() -> None:
    assert change(SPEC, which="workers").fields == {
        "node_type_id": "m5.2xlarge",
        "driver_node_type_id": "m5.xlarge",
    }


def test_more_memory_for_the_same_cores() -> None:
    found = change(SPEC, which="workers", to="same_cores")

    assert found.fields["node_type_id"] == "r5.xlarge"
    assert found.cost_factor == 2


def test_another_family_of_the_same_size_architecture_and_disk() -> None:
    found = change(SPEC, which="workers", to="other_family")

    assert found.fields["node_type_id"] == "m6i.xlarge"
    assert found.cost_factor == 1


def test_alternates_are_the_cheapest_types_of_the_same_size() -> None:
    found = change(SPEC, which="both", to="alternates")

    names = ["m6i.xlarge", "m5.2xlarge", "r5.xlarge"]
    assert found.fields == {
        "driver_node_type_flexibility": {"alternate_node_type_ids": names},
        "worker_node_type_flexibility": {"alternate_node_type_ids": names},
    }
    assert found.cost_factor == 2


def test_alternates_stay_under_the_cap() -> None:
    found = change(SPEC, which="workers", to="alternates", cap=1)

    flexibility = found.fields["worker_node_type_flexibility"]
    assert flexibility["alternate_node_type_ids"] == ["m6i.xlarge"]


@pytest.mark.parametrize(
    ("spec", "to"),
    [
        (FLEET, "alternates"),
        (FLEET, "other_family"),
        (SPEC | {"worker_node_type_flexibility": {"alternate_node_type_ids": ["a"]}}, "alternates"),
    ],
    ids=["fleet", "fleet and family", "flexible"],
)
def test_a_choice_that_the_platform_has_already_needs_no_change(spec: Any, to: str) -> None:
    with pytest.raises(InvalidRequestError, match="already"):
        change(spec, which="workers", to=to)


def test_a_fleet_type_is_followed_by_a_larger_fleet_type() -> None:
    assert change(FLEET, which="driver").fields == {"driver_node_type_id": "m-fleet.2xlarge"}


def test_only_types_of_the_allow_list_are_chosen() -> None:
    found = change(SPEC, which="driver", types=["m5.4xlarge"])

    assert found.fields == {"driver_node_type_id": "m5.4xlarge"}


def test_an_allow_list_that_costs_too_much_is_refused_with_the_caps_name() -> None:
    with pytest.raises(CapExceededError, match="max_cost_factor"):
        change(SPEC, cap=2, which="driver", types=["m5.4xlarge"])


def test_workers_of_a_pool_move_to_a_pool_with_larger_machines() -> None:
    found = change({"instance_pool_id": "small-pool", "num_workers": 2}, which="workers")

    assert found.fields == {
        "instance_pool_id": "large-pool",
        "driver_instance_pool_id": "small-pool",
    }
    assert "from instance pool small-pool to large-pool" in found.summary


def test_only_node_of_a_cluster_is_described_twice() -> None:
    assert change({"node_type_id": "m5.xlarge"}, which="workers").fields == {
        "node_type_id": "m5.2xlarge",
        "driver_node_type_id": "m5.2xlarge",
    }


def test_a_pool_without_larger_sisters_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match="no node type has"):
        change({"instance_pool_id": "large-pool", "num_workers": 2}, which="workers")


@pytest.mark.parametrize(
    ("node_type_id", "family"),
    [
        ("m5.xlarge", "m5"),
        ("Standard_E4ds_v4", "Standard_Eds_v4"),
        ("Standard_E16ds_v4", "Standard_Eds_v4"),
        ("n2-highmem-4", "n2-highmem"),
        ("small", "small"),
    ],
)
def test_family_of_each_cloud(node_type_id: str, family: str) -> None:
    assert family_of(node_type_id) == family
