"""Raw settings of jobs and clusters: what is compared, how it is hashed, where two differ."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

Json = dict[str, Any]

CLUSTER_ATTRIBUTES = frozenset(
    {
        "autoscale",
        "autotermination_minutes",
        "aws_attributes",
        "azure_attributes",
        "cluster_log_conf",
        "cluster_name",
        "custom_tags",
        "data_security_mode",
        "docker_image",
        "driver_instance_pool_id",
        "driver_node_type_flexibility",
        "driver_node_type_id",
        "enable_elastic_disk",
        "enable_local_disk_encryption",
        "gcp_attributes",
        "init_scripts",
        "instance_pool_id",
        "is_single_node",
        "kind",
        "node_type_id",
        "num_workers",
        "policy_id",
        "remote_disk_throughput",
        "runtime_engine",
        "single_user_name",
        "spark_conf",
        "spark_env_vars",
        "spark_version",
        "ssh_public_keys",
        "total_initial_remote_disk_size",
        "use_ml_runtime",
        "worker_node_type_flexibility",
        "workload_type",
    }
)
"""What a person can set, of all that clusters/get shows (databricks-sdk: compute.EditCluster)."""

_KEYS = ("task_key", "job_cluster_key", "environment_key", "name")


def cluster_attributes(cluster: Mapping[str, Any]) -> Json:
    """Return the attributes a person can set, without the state the platform reports.

    With autoscale, `num_workers` is what the platform made of it, not a setting.
    """
    settings = {name: value for name, value in cluster.items() if name in CLUSTER_ATTRIBUTES}
    if settings.get("autoscale"):
        settings.pop("num_workers", None)
    return settings


def settings_hash(settings: Mapping[str, Any]) -> str:
    """Return a SHA-256 that the order of keys, tasks and job clusters does not change."""
    return hashlib.sha256(_text(_canonical(settings)).encode()).hexdigest()


class Difference(NamedTuple):
    """A field in which two settings differ, with its values; None where there is none."""

    field: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the fields that differ, by name; the values may be secrets."""
    found = _differences("", _canonical(before), _canonical(after))
    return sorted(found, key=lambda each: each.field)


def differing_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the fields that differ, like `tasks[load].max_retries`; never their values."""
    return tuple(each.field for each in differences(before, after))


def _canonical(value: Any) -> Any:
    """Turn lists of keyed entries into mappings, so that their order does not count."""
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        return {name: _canonical(each) for name, each in mapping.items()}
    if not isinstance(value, list):
        return value
    entries = cast("list[Any]", value)
    key = next((key for key in _KEYS if _identifies(entries, key)), None)
    if key is None:
        return [_canonical(each) for each in entries]
    return {f"[{each[key]}]": _canonical(each) for each in entries}


def _text(value: Any) -> str:
    """Write JSON, which tells `true` from `1` where Python's `==` does not."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _identifies(entries: list[Any], key: str) -> bool:
    keyed = [cast("Json", each)[key] for each in entries if isinstance(each, dict) and key in each]
    texts = {each for each in keyed if isinstance(each, str)}
    return bool(entries) and len(texts) == len(entries)


def _differences(path: str, before: Any, after: Any) -> list[Difference]:
    if _text(before) == _text(after):
        return []
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return [Difference(path, before, after)]
    left, right = cast("Json", before), cast("Json", after)
    found: list[Difference] = []
    for name in left.keys() | right.keys():
        inner = f"{path}{name}" if name.startswith("[") or not path else f"{path}.{name}"
        if name not in left or name not in right:
            found.append(Difference(inner, left.get(name), right.get(name)))
        else:
            found += _differences(inner, left[name], right[name])
    return found
