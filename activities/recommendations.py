"""Which settings a phase changed, for people: names and values, secrets hidden."""

from temporalio import activity

from activities.errors import told_to_temporal
from activities.resources.stored import Shelf
from lakemend.compute.raw_settings import differences
from lakemend.recommendation import Changed, RecommendationRequest
from lakemend.settings_view import shown_difference
from records import Records


class RecommendationActivities:
    """Reads what the steps put aside before and after their changes."""

    def __init__(self, records: Records) -> None:
        self._records = records

    @activity.defn
    def settings_changed(self, request: RecommendationRequest) -> list[str]:
        """Return a line for each setting; the step's own words where its change was not kept."""
        with told_to_temporal():
            return [line for change in request.changes for line in self._lines(request, change)]

    def _lines(self, request: RecommendationRequest, change: Changed) -> list[str]:
        shelf = Shelf(self._records, request.workspace, request.incident_id, change.resource)
        before, after = shelf.beginning(change.token), shelf.target(change.token)
        if before is None or after is None:
            return [f"{change.resource}: {change.message}"]
        found = differences(before, after)
        return [f"{change.resource}: {shown_difference(each)}" for each in found]
