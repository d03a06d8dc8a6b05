"""What we remember ourselves of a run's surroundings: the platform shows none of it."""

import json
from datetime import timedelta

from activities.workspace import Json
from lakemend.compute.raw_settings import differences
from lakemend.compute.run_changes import MOST_LINES
from lakemend.evidence import Changes, Evidence, RecentRun
from lakemend.neighbours import SAME_TIME, Sighting, grouped
from lakemend.places import places_of
from lakemend.settings_view import change_line
from lakemend.step import ResourceKind
from records import Records


class Memory:
    """Adds to the evidence of a run what the records know; raises RecordsError."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def add_to(self, evidence: Evidence, incident_id: str, settings: Json) -> Evidence:
        """Add the last success, how its settings differ, and other incidents of the same places."""
        known = self._with_last_success(evidence, settings)
        return self._with_neighbours(known, incident_id)

    def _with_last_success(self, evidence: Evidence, settings: Json) -> Evidence:
        if not evidence.run.job_id:
            return evidence
        resource = f"{ResourceKind.JOB}-{evidence.run.job_id}"
        good = self._records.get_good_settings(evidence.workspace, resource)
        if good is None:
            return evidence
        remembered = RecentRun(
            run_id=good.run_id,
            result_state="SUCCESS",
            ended_at=good.recorded_at,
            settings_hash=good.settings_hash,
        )
        others = [each for each in evidence.recent_runs if each.run_id != good.run_id]
        update: dict[str, object] = {"recent_runs": (*others, remembered)}
        if settings:
            changed = differences(json.loads(good.settings_json), settings)
            lines = tuple(change_line(each) for each in changed[:MOST_LINES])
            update["changed_settings"] = Changes(since=good.run_id, lines=lines)
        return evidence.model_copy(update=update)

    def _with_neighbours(self, evidence: Evidence, incident_id: str) -> Evidence:
        seen = self.seen_near(evidence, incident_id, later=SAME_TIME)
        return evidence.model_copy(update={"neighbours": grouped(seen, evidence.run.job_id)})

    def seen_near(
        self, evidence: Evidence, incident_id: str, *, later: timedelta
    ) -> list[Sighting]:
        """Return the other incidents of the same places, from shortly before to `later`."""
        between = (evidence.happened_at - SAME_TIME, evidence.happened_at + later)
        return self._records.seen_near(
            evidence.workspace, places_of(evidence), between, incident_id
        )
