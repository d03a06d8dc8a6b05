from typing import Any

import pytest

from lakemend.compute_facts import ClusterFacts
from lakemend.expected_cost import expected_cost, together

FOUR_WORKERS = ClusterFacts(cluster_id="c", num_workers=4)


@pytest.mark.parametrize(
    ("action", "parameters", "factor"),
    [
        ("repair_run", {}, 1),
        ("set_spark_conf", {"conf": {"spark.sql.shuffle.partitions": 400}}, 1),
        ("change_node_type", {"memory_factor": 4}, 4),
        ("change_node_type", {"to": "same_cores"}, 1.5),
        ("change_node_type", {"to": "other_family"}, 1),
        ("switch_to_on_demand", {}, 3),
        ("increase_timeout", {"factor": 3}, 3),
        ("scale_cluster", {"percent": 50}, 7 / 5),
    ],
)
def test_each_step_has_an_expected_cost(
    action: str, parameters: dict[str, Any], factor: float
) -> None:
    assert expected_cost(action, parameters, FOUR_WORKERS) == factor


def test_a_cluster_of_unknown_size_grows_by_the_whole_percentage() -> None:
    assert expected_cost("scale_cluster", {"percent": 50}, None) == 1.5


def test_changes_in_force_at_the_same_time_multiply() -> None:
    assert together([1.4, 2, 1]) == 2.8
    assert together([]) == 1
