"""A job that fails again right after a recovery: the next one waits, and says so."""

from datetime import timedelta
from pathlib import Path

from bench.stage import staged
from lakemend.incident import Outcome

JOB = """
jobs:
  relapsing:
    settings:
      tasks:
        - task_key: load
          new_cluster: {spark_version: 15.4.x-scala2.12, node_type_id: small, num_workers: 2}
          notebook_task: {notebook_path: /load}
    tasks: {load: {duration: 5s, fails: {kind: network, times: 1}}}
"""
REST = timedelta(seconds=8)


async def test_the_second_recovery_of_a_job_waits_for_the_first_to_show(tmp_path: Path) -> None:
    async with (
        staged(JOB, tmp_path) as stage,
        stage.working(circuit_breaker_cool_down=REST),
    ):
        earlier, later = [await stage.failed_run("relapsing") for _ in range(2)]
        first = await (await stage.report(earlier)).result()
        second = await (await stage.report(later)).result()

        assert (first.outcome, second.outcome) == (Outcome.RECOVERED, Outcome.RECOVERED)
        assert first.ended_at is not None
        assert second.steps[0].started_at >= first.ended_at + REST
        (parked,) = [
            entry
            for entry in stage.records.audit_of(second.incident_id)
            if entry.kind == "incident.parked"
        ]
        assert "the last recovery has still to show" in parked.message
