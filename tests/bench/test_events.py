from pathlib import Path

from bench.events import MAX_ACTIONS, MAX_EVENTS, MAX_EVENTS_OF_WAITING, play
from bench.scenarios import HEALTHY, JOBS, WATCHED_LONG
from bench.stage import staged


async def test_a_healthy_repair_is_cheap_however_long_it_is_watched(tmp_path: Path) -> None:
    async with staged(JOBS.read_text(encoding="utf-8"), tmp_path) as stage, stage.working():
        healthy = await play(stage, HEALTHY)
        watched = await play(stage, WATCHED_LONG)

    assert healthy.incident.events <= MAX_EVENTS
    assert healthy.incident_actions <= MAX_ACTIONS
    assert watched.incident.looks > healthy.incident.looks
    assert watched.incident.events - healthy.incident.events <= MAX_EVENTS_OF_WAITING
