"""Jobs of one cluster whose recoveries fail: the cluster's breaker holds the next job of it."""

from pathlib import Path

from bench.stage import staged
from lakemend.incident import Outcome
from lakemend.why import why

JOBS = """
clusters:
  shared:
    spec: {spark_version: 15.4.x-scala2.12, node_type_id: small, num_workers: 2}
jobs:
  first: &doomed
    settings:
      tasks:
        - {task_key: load, existing_cluster_id: shared, notebook_task: {notebook_path: /load}}
    tasks: {load: {duration: 5s, fails: {kind: network, times: 100}}}
  second: *doomed
  third: *doomed
"""


async def test_a_cluster_on_which_recoveries_fail_stops_its_other_jobs(tmp_path: Path) -> None:
    async with (
        staged(JOBS, tmp_path) as stage,
        stage.working(circuit_breaker_failure_threshold=2),
    ):
        tried = [await stage.recover(job) for job in ("first", "second")]
        held = await stage.recover("third")

    assert [view.outcome for view in tried] == [Outcome.ESCALATED] * 2
    assert all(view.steps for view in tried)
    assert held.steps == ()
    assert "cluster-" in held.message
    assert "is open" in held.message
    of_job, of_cluster, gate = why(held).leave
    assert (of_job.decision, of_job.state) == ("granted", "closed")
    assert (of_cluster.decision, of_cluster.state) == ("rejected", "open")
    assert not gate.decision
    told = [e.message for e in stage.records.audit_of(held.incident_id) if "leave" in e.kind]
    assert "cluster-" in told[0]
