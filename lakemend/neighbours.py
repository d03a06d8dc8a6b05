"""Other incidents of the same place at the same time: an outage looks like many failures."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from lakemend.diagnosis import Cause
from lakemend.model import Model

# Runs that an outage ends fail within minutes of each other, and are reported a little later.
SAME_TIME = timedelta(minutes=15)

_MOST_PLACES = 10
_MOST_EXAMPLES = 3


class Sighting(Model):
    """One incident seen at one place, like `zone:us-east-1a`."""

    incident_id: str
    job_id: str
    place: str
    cause: Cause


class Neighbours(Model):
    """The other incidents of one place: how many, of how many jobs, and of what causes."""

    place: str
    incidents: int
    jobs: int
    causes: dict[Cause, int] = {}
    examples: tuple[str, ...] = ()


class Company:
    """Failures that were read together, to be asked which of them came shortly before another."""

    def __init__(self, seen: Iterable[tuple[datetime, Sighting]]) -> None:
        self._at: dict[str, list[datetime]] = defaultdict(list)
        self._seen: dict[str, list[Sighting]] = defaultdict(list)
        for at, sighting in sorted(seen, key=lambda each: each[0]):
            self._at[sighting.place].append(at)
            self._seen[sighting.place].append(sighting)

    def before(self, at: datetime, places: Iterable[str], but: str) -> list[Sighting]:
        """Return what other incidents were seen at these places until then."""
        found: list[Sighting] = []
        for place in places:
            times = self._at.get(place, [])
            first, end = bisect_left(times, at - SAME_TIME), bisect_right(times, at)
            found += self._seen[place][first:end]
        return [sighting for sighting in found if sighting.incident_id != but]


def grouped(sightings: Iterable[Sighting], but_job: str = "") -> tuple[Neighbours, ...]:
    """Sum up what was seen, the narrowest company first; a history keeps it, so it is short.

    Failures of `but_job` are left out: a job that always fails is no outage to itself.
    """
    by_place: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        if not but_job or sighting.job_id != but_job:
            by_place[sighting.place].append(sighting)
    groups = [_summed(place, seen) for place, seen in by_place.items()]
    return tuple(sorted(groups, key=lambda group: (group.incidents, group.place))[:_MOST_PLACES])


def _summed(place: str, seen: list[Sighting]) -> Neighbours:
    incidents = dict.fromkeys(sighting.incident_id for sighting in seen)
    return Neighbours(
        place=place,
        incidents=len(incidents),
        jobs=len({sighting.job_id for sighting in seen}),
        causes=dict(Counter(sighting.cause for sighting in seen).most_common()),
        examples=tuple(incidents)[:_MOST_EXAMPLES],
    )
