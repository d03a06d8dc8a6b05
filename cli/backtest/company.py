"""Which failures of the past had company: an outage is seen only in many of them together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cli.diagnosis.remembering import OwnRecords
from lakemend.diagnosis.diagnose import diagnose
from lakemend.evidence import Evidence
from lakemend.incident import incident_id
from lakemend.neighbours import Company, Sighting, grouped
from lakemend.places import places_of

_NOT_LATER = timedelta(0)


@dataclass(frozen=True)
class ReadFailure:
    """A failed run as it was read, and what people did about it."""

    evidence: Evidence
    repairs: int
    repaired_to: str


def with_company(failures: Sequence[ReadFailure], records: OwnRecords) -> Iterator[ReadFailure]:
    """Add to each the others of its places in the minutes before, read here or remembered."""
    company = Company(seen for each in failures for seen in _sightings(each.evidence))
    for failure in failures:
        evidence, own = failure.evidence, _own_id(failure.evidence)
        seen = company.before(evidence.happened_at, places_of(evidence), own)
        remembered = records.ask(
            lambda memory, evidence=evidence, own=own: memory.seen_near(
                evidence, own, later=_NOT_LATER
            ),
            [],
        )
        each_once = {(each.incident_id, each.place): each for each in (*seen, *remembered)}
        neighbours = grouped(each_once.values(), evidence.run.job_id)
        yield replace(failure, evidence=evidence.model_copy(update={"neighbours": neighbours}))


def _sightings(evidence: Evidence) -> Iterator[tuple[datetime, Sighting]]:
    cause = diagnose(evidence).cause
    for place in places_of(evidence):
        yield (
            evidence.happened_at,
            Sighting(
                incident_id=_own_id(evidence),
                job_id=evidence.run.job_id,
                place=place,
                cause=cause,
            ),
        )


def _own_id(evidence: Evidence) -> str:
    return incident_id(evidence.workspace, evidence.run.run_id)
