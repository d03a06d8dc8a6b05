from datetime import UTC, datetime, timedelta

from lakemend.diagnosis import Cause
from lakemend.neighbours import SAME_TIME, Company, Sighting, grouped

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sighting(number: int, place: str, cause: Cause = Cause.CLOUD_CAPACITY) -> Sighting:
    return Sighting(incident_id=f"i-{number}", job_id=f"j-{number % 2}", place=place, cause=cause)


def test_a_group_tells_how_many_of_how_many_jobs_and_why():
    seen = [*(sighting(number, "zone:a") for number in range(3)), sighting(9, "zone:a")]
    seen[3] = sighting(9, "zone:a", Cause.UNKNOWN)

    (group,) = grouped(seen)

    assert (group.incidents, group.jobs) == (4, 2)
    assert group.causes == {Cause.CLOUD_CAPACITY: 3, Cause.UNKNOWN: 1}
    assert group.examples == ("i-0", "i-1", "i-2")


def test_the_narrowest_company_comes_first():
    seen = [sighting(1, "workspace:w"), sighting(2, "workspace:w"), sighting(1, "cluster:c")]

    assert [group.place for group in grouped(seen)] == ["cluster:c", "workspace:w"]


def test_a_jobs_own_failures_are_no_company():
    seen = [sighting(number, "zone:a") for number in range(4)]

    (group,) = grouped(seen, but_job="j-0")

    assert (group.incidents, group.jobs) == (2, 1)


def test_a_flood_stays_short_in_a_history():
    seen = [sighting(number, f"zone:{number % 40}") for number in range(2000)]

    assert len(str([group.model_dump() for group in grouped(seen)])) < 5000


def test_company_is_what_failed_in_the_same_place_shortly_before():
    minute = timedelta(minutes=1)
    company = Company(
        [
            (NOON + minute, sighting(1, "zone:a")),
            (NOON, sighting(2, "zone:a")),
            (NOON - minute, sighting(3, "zone:a")),
            (NOON - minute, sighting(4, "zone:b")),
            (NOON - SAME_TIME, sighting(5, "zone:a")),
            (NOON - SAME_TIME - minute, sighting(6, "zone:a")),
        ]
    )

    near = company.before(NOON, ["zone:a", "zone:never-seen"], but="i-2")

    assert [each.incident_id for each in near] == ["i-5", "i-3"]
