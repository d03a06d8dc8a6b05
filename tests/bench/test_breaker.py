"""How many events breaker and gate add to an incident."""

from bench.breaker import MAX_ADDED_EVENTS, run_incidents, running
from bench.breaker_workflows import GatedIncident

INCIDENTS = 20


async def test_permit_and_report_of_breaker_and_gate_add_few_events() -> None:
    async with running() as client:
        _, none, without = await run_incidents(client, INCIDENTS, "")
        _, granted, events = await run_incidents(
            client, INCIDENTS, "BenchError:job-1", GatedIncident
        )

    assert (none, granted) == (0, INCIDENTS)
    assert 0 < events - without <= MAX_ADDED_EVENTS
