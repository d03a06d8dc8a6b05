from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakemend.compute.raw_settings import cluster_attributes, differing_fields, settings_hash

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.text(max_size=5), JSON)


def job(**load: Any) -> dict[str, Any]:
    return {"name": "orders", "tasks": [{"task_key": "load", **load}, {"task_key": "sum"}]}


def test_order_of_keys_and_tasks_does_not_change_the_hash() -> None:
    turned = {"tasks": list(reversed(job()["tasks"])), "name": "orders"}

    assert settings_hash(turned) == settings_hash(job())


@pytest.mark.parametrize(
    "changed",
    [job(max_retries=1), {**job(), "tags": {}}, {**job(), "name": None}],
    ids=["a nested value", "an empty object", "a null"],
)
def test_any_difference_changes_the_hash(changed: dict[str, Any]) -> None:
    assert settings_hash(changed) != settings_hash(job())


def test_order_of_values_without_a_key_counts() -> None:
    assert settings_hash({"a": [1, 2]}) != settings_hash({"a": [2, 1]})


def test_differing_fields_are_named_without_their_values() -> None:
    before = {**job(spark_env_vars={"TOKEN": "hunter2"}), "old": 1}
    after = {**job(spark_env_vars={"TOKEN": "hunter3"}), "new": 1}

    assert differing_fields(before, after) == ("new", "old", "tasks[load].spark_env_vars.TOKEN")


def test_added_task_is_named() -> None:
    after = {**job(), "tasks": [*job()["tasks"], {"task_key": "mail"}]}

    assert differing_fields(job(), after) == ("tasks[mail]",)


@given(OBJECTS, OBJECTS)
def test_hash_and_differences_agree(before: dict[str, Any], after: dict[str, Any]) -> None:
    same = settings_hash(before) == settings_hash(after)

    assert same == (differing_fields(before, after) == ())


def test_state_of_a_cluster_is_no_setting() -> None:
    settings = {"node_type_id": "m5.xlarge", "num_workers": 2}

    assert cluster_attributes({**settings, "state": "RUNNING", "cluster_id": "c"}) == settings


def test_workers_of_an_autoscaling_cluster_are_no_setting() -> None:
    autoscale = {"autoscale": {"min_workers": 1, "max_workers": 4}}

    assert cluster_attributes({**autoscale, "num_workers": 3}) == autoscale


def test_true_is_not_one() -> None:
    assert differing_fields({"a": True}, {"a": 1}) == ("a",)
