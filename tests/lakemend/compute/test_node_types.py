from dataclasses import replace

import pytest

from lakemend.compute.node_types import NodeType, choose_node_type, read_node_type
from lakemend.errors import CapExceededError, InvalidRequestError

GENERAL, MEMORY = "General Purpose", "Memory Optimized"
SMALL = NodeType("m5.xlarge", 16384, 4, GENERAL)
DOUBLE = NodeType("m5.2xlarge", 32768, 8, GENERAL)
QUADRUPLE = NodeType("m5.4xlarge", 65536, 16, GENERAL)
ROOMY = NodeType("r5.xlarge", 32768, 4, MEMORY)


def chosen(
    *offered: NodeType, factor: float = 2, cap: float = 4, current: str = "m5.xlarge"
) -> str:
    return choose_node_type(offered, current, factor, cap).node_type_id


def test_smallest_type_with_enough_memory_is_chosen() -> None:
    assert chosen(SMALL, QUADRUPLE, DOUBLE) == "m5.2xlarge"


def test_same_category_comes_before_another() -> None:
    assert chosen(SMALL, ROOMY, DOUBLE) == "m5.2xlarge"


def test_another_category_helps_when_its_own_has_none() -> None:
    assert chosen(SMALL, ROOMY) == "r5.xlarge"


def test_another_category_helps_when_its_own_costs_too_much() -> None:
    assert chosen(SMALL, QUADRUPLE, ROOMY, cap=2) == "r5.xlarge"


def test_same_kind_of_disk_comes_before_less_memory() -> None:
    with_disk = replace(DOUBLE, node_type_id="m5d.2xlarge", local_disk=True)

    assert chosen(SMALL, with_disk, QUADRUPLE) == "m5.4xlarge"


@pytest.mark.parametrize(
    "unlike",
    [replace(DOUBLE, arm=True), replace(DOUBLE, gpus=1), replace(DOUBLE, usable=False)],
    ids=["other architecture", "other GPUs", "deprecated"],
)
def test_unlike_machine_is_never_chosen(unlike: NodeType) -> None:
    with pytest.raises(InvalidRequestError, match="no node type has 2 times the memory"):
        chosen(SMALL, unlike)


def test_unlisted_current_type_is_refused() -> None:
    with pytest.raises(InvalidRequestError, match=r"fleet\.xlarge is not listed"):
        chosen(SMALL, current="fleet.xlarge")


def test_costly_change_is_refused_with_the_caps_name() -> None:
    with pytest.raises(CapExceededError) as refused:
        chosen(SMALL, QUADRUPLE, factor=4, cap=3)

    assert (refused.value.cap, refused.value.asked) == ("max_cost_factor", 4)


def test_cost_is_the_larger_of_the_ratios() -> None:
    more_cores = NodeType("c5.4xlarge", 32768, 16, GENERAL)

    assert choose_node_type([SMALL, more_cores], "m5.xlarge", 2, 4).cost_factor == 4


def test_row_of_the_platform_is_read() -> None:
    row = {
        "node_type_id": "i3.xlarge",
        "memory_mb": 31232,
        "num_cores": 4.0,
        "category": "Storage Optimized",
        "node_instance_type": {"local_disks": 1},
        "node_info": {"status": ["NotAvailableInRegion"]},
    }

    read = read_node_type(row)

    assert read == NodeType(
        "i3.xlarge", 31232, 4.0, "Storage Optimized", local_disk=True, usable=False
    )
