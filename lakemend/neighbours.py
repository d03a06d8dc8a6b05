"""Other incidents of the same place at the same time: an outage looks like many failures."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from lakemend.diagnosis import Cause
from lakemend.model import Model

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


def grouped(sightings: Iterable[Sighting]) -> tuple[Neighbours, ...]:
    """Sum up what was seen, the narrowest company first; a history keeps it, so it is short."""
    by_place: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
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
