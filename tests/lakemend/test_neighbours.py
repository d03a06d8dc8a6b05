from lakemend.diagnosis import Cause
from lakemend.neighbours import Sighting, grouped


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


def test_a_flood_stays_short_in_a_history():
    seen = [sighting(number, f"zone:{number % 40}") for number in range(2000)]

    assert len(str([group.model_dump() for group in grouped(seen)])) < 5000
