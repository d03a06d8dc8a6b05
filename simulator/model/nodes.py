"""The shelf of machine types, and their form in `clusters/list-node-types`."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from simulator.errors import InvalidParameterError
from simulator.scenario import NodeType

Json = dict[str, Any]


@cache
def standard_node_types() -> list[NodeType]:
    """The types that every simulated workspace has."""
    text = (Path(__file__).parent / "node_types.yaml").read_text(encoding="utf-8")
    return TypeAdapter(list[NodeType]).validate_python(yaml.safe_load(text))


class NodeTypes:
    """The standard types together with those of the scenario, which win by name."""

    def __init__(self, extra: list[NodeType]) -> None:
        self._types = {entry.node_type_id: entry for entry in [*standard_node_types(), *extra]}

    def get(self, node_type_id: str) -> NodeType:
        """Find a type; raises InvalidParameterError with the platform's words."""
        if node_type_id not in self._types:
            raise InvalidParameterError(
                f"Node type {node_type_id} is not supported. Supported node types: "
                f"{', '.join(self._types)}"
            )
        return self._types[node_type_id]

    def listed(self) -> list[Json]:
        """All types as the API lists them."""
        return [_listed(entry, place) for place, entry in enumerate(self._types.values())]


def _listed(entry: NodeType, place: int) -> Json:
    return {
        "node_type_id": entry.node_type_id,
        "memory_mb": int(entry.memory_gb * 1024),
        "num_cores": float(entry.cores),
        "num_gpus": entry.gpus,
        "description": entry.node_type_id,
        "instance_type_id": entry.node_type_id,
        "category": entry.category,
        "display_order": place,
        "is_deprecated": entry.deprecated,
        "is_hidden": entry.hidden,
        "is_graviton": entry.graviton,
        "is_io_cache_enabled": entry.disks > 0,
        "is_encrypted_in_transit": False,
        "support_cluster_tags": True,
        "support_ebs_volumes": True,
        "support_port_forwarding": True,
        "photon_driver_capable": entry.gpus == 0,
        "photon_worker_capable": entry.gpus == 0,
        "node_instance_type": {
            "instance_type_id": entry.node_type_id,
            "local_disks": entry.disks,
            "local_disk_size_gb": entry.disk_gb,
            "local_nvme_disks": entry.disks,
            "local_nvme_disk_size_gb": entry.disk_gb,
        },
        "node_info": {"available_core_quota": 350, "total_core_quota": 350, "status": []},
    }
