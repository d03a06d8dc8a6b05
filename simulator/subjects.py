"""Which jobs, clusters, warehouses and pipelines of the scenario a call is about."""

import json
from urllib.parse import parse_qsl

from simulator.records import State


def subjects(state: State, path: str, query: str, body: bytes) -> frozenset[str]:
    """Return the names in the scenario of whatever the call names by id, a run by its job's."""
    named = {*path.split("/"), *(value for _, value in parse_qsl(query)), *_values(body)}
    return frozenset(name for name, ids in _named(state).items() if ids & named)


def _values(body: bytes) -> set[str]:
    """Return the ids at the top of a body; those further down are what settings refer to."""
    try:
        content = json.loads(body or b"{}")
    except ValueError:
        return set()
    # bodies of the API are objects
    values: list[object] = list(content.values()) if isinstance(content, dict) else []  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
    return {str(value) for value in values if isinstance(value, (int, str))}


def _named(state: State) -> dict[str, set[str]]:
    named: dict[str, set[str]] = {}
    for job in state.jobs.values():
        named.setdefault(job.name_in_scenario, set()).add(str(job.job_id))
    for run in state.runs.values():
        job = state.jobs.get(run.job_id)
        attempts = {str(attempt.run_id) for attempt in run.attempts}
        named.setdefault(job.name_in_scenario if job else "", set()).update(
            {str(run.run_id), *attempts}
        )
    for cluster in state.clusters.values():
        named.setdefault(cluster.name_in_scenario, set()).add(cluster.cluster_id)
    for warehouse in state.warehouses.values():
        named.setdefault(warehouse.name, set()).add(warehouse.warehouse_id)
    for pipeline in state.pipelines.values():
        named.setdefault(pipeline.name, set()).add(pipeline.pipeline_id)
    return {name: ids for name, ids in named.items() if name}
