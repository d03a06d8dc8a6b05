"""What Prometheus sees of a real worker and a real breaker."""

import asyncio
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from bench.stage import SOON, WorkerProcess, staged
from cli.ports import free_port
from lakemend.incident import Outcome

JOBS = """
jobs:
  for_ever: &job
    settings:
      tasks:
        - task_key: load
          new_cluster: {spark_version: 15.4.x-scala2.12, node_type_id: small, num_workers: 2}
          notebook_task: {notebook_path: /load}
    tasks: {load: {duration: 5s, fails: {kind: network}}}
  once:
    <<: *job
    tasks: {load: {duration: 5s, fails: {kind: network, times: 1}}}
"""
LABELS = ("kind", "from", "to", "actor")
Samples = dict[tuple[str, ...], float]


async def scraped(url: str) -> Samples:
    """Return our samples by name and the labels that tell them apart."""
    async with httpx.AsyncClient(trust_env=False) as http:
        text = (await http.get(url)).text
    samples = [sample for each in text_string_to_metric_families(text) for sample in each.samples]
    return {
        (sample.name, *(sample.labels.get(label, "") for label in LABELS)): sample.value
        for sample in samples
        if sample.name.startswith("lakemend_")
    }


async def all_scraped(url: str, samples: int) -> Samples:
    """Return our samples once there are so many: what was counted is shown a moment later."""
    for _ in range(SOON):
        found = await scraped(url)
        if len(found) >= samples:
            return found
        await asyncio.sleep(1)
    raise AssertionError(f"there are never {samples} samples")


async def test_a_worker_counts_calls_and_transitions_without_ids(tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    async with staged(JOBS, tmp_path) as stage:
        variables = {"LAKEMEND_METRICS_ADDRESS": address, "CIRCUIT_BREAKER_FAILURE_THRESHOLD": "1"}
        worker = WorkerProcess(stage, **variables)
        try:
            recovered = await stage.recover("once")
            escalated = await stage.recover("for_ever")
            refused = await stage.recover("for_ever")
            found = await all_scraped(f"http://{address}/metrics", samples=4)
        finally:
            worker.stop()

    assert (recovered.outcome, escalated.outcome) == (Outcome.RECOVERED, Outcome.ESCALATED)
    assert refused.breaker_state == "open"
    calls = {key[1]: value for key, value in found.items() if "calls" in key[0]}
    assert calls == {"successful": 1, "failed": 1, "not_permitted": 1}
    transitions = {key[2:]: value for key, value in found.items() if "transitions" in key[0]}
    assert transitions == {("closed", "open", "breaker"): 1}
