"""How many events the levels of leave to act add to an incident."""

from bench.breaker import ALL_LEVELS, MAX_ADDED_EVENTS, run_incidents, running

INCIDENTS = 20


async def test_permit_and_report_of_all_levels_add_few_events() -> None:
    async with running() as client:
        await run_incidents(client, 1, ALL_LEVELS)
        _, none, without = await run_incidents(client, INCIDENTS)
        _, granted, events = await run_incidents(client, INCIDENTS, ALL_LEVELS)

    assert (none, granted) == (0, INCIDENTS)
    assert 0 < events - without <= MAX_ADDED_EVENTS
