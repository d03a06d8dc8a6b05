"""Waiting for a run, which may take hours, without holding a slot."""

from datetime import timedelta

from temporalio import activity

from activities.errors import look_again, told_to_temporal
from activities.reading.run import repair_ids
from activities.reading.run_end import run_end
from activities.workspace import Workspaces
from lakemend.evidence import RunPhase
from lakemend.polling import poll_delay
from lakemend.step import RunEnd, WatchedRun

STILL_RUNNING = "StillRunning"


class RunActivities:
    """Looks at runs, more and more seldom."""

    def __init__(self, workspaces: Workspaces, poll_interval: timedelta) -> None:
        self._workspaces = workspaces
        self._poll_interval = poll_interval

    @activity.defn
    def wait_for_run(self, watched: WatchedRun) -> RunEnd:
        """Return how the run ended; fail with StillRunning while it has not.

        A read that does not show the awaited repair yet is from before it, so its end is not ours.
        """
        with told_to_temporal():
            raw = self._workspaces.of(watched.workspace).get_run(watched.run_id)
        end = run_end(watched.workspace, raw)
        stale = bool(watched.repair_id) and watched.repair_id not in repair_ids(raw)
        unended = end.phase is RunPhase.UNKNOWN and end.ended_at is None
        if end.phase is RunPhase.ACTIVE or unended or stale:
            message = f"Repair {watched.repair_id} is not shown yet" if stale else end.message
            delay = poll_delay(activity.info().attempt, self._poll_interval)
            raise look_again(STILL_RUNNING, message, delay)
        return end
