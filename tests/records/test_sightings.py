from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from lakemend.diagnosis import Cause, Diagnosis
from lakemend.incident import IncidentView
from lakemend.neighbours import Sighting
from records import Records
from tests.records.conftest import NOON

MakeView = Callable[..., IncidentView]
ZONE = "zone:us-east-1a"
AROUND_NOON = (NOON - timedelta(minutes=15), NOON + timedelta(minutes=15))


@pytest.fixture
def save(records: Records, make_view: MakeView) -> Callable[..., None]:
    def saved(run_id: str, cause: Cause, at: datetime = NOON, place: str = ZONE) -> None:
        view = make_view(
            incident_id=f"incident:default:run-{run_id}",
            job_id=run_id,
            started_at=at,
            inputs={"places": (place, "workspace:default")},
            diagnosis=Diagnosis(cause=cause),
        )
        records.save_incident(view)

    return saved


def seen(records: Records, but: str = "") -> list[Sighting]:
    return records.seen_near("default", [ZONE], AROUND_NOON, but)


def test_incidents_of_the_same_place_and_time_are_seen(
    records: Records, save: Callable[..., None]
) -> None:
    save("1", Cause.CLOUD_CAPACITY)

    assert seen(records) == [
        Sighting(
            incident_id="incident:default:run-1",
            job_id="1",
            place=ZONE,
            cause=Cause.CLOUD_CAPACITY,
        )
    ]


def test_an_incident_does_not_see_itself(records: Records, save: Callable[..., None]) -> None:
    save("1", Cause.CLOUD_CAPACITY)

    assert seen(records, but="incident:default:run-1") == []


@pytest.mark.parametrize(
    "elsewhere", [{"place": "zone:us-east-1b"}, {"at": NOON - timedelta(hours=1)}]
)
def test_another_place_or_time_is_not_seen(
    records: Records, save: Callable[..., None], elsewhere: dict[str, object]
) -> None:
    save("1", Cause.CLOUD_CAPACITY, **elsewhere)

    assert seen(records) == []


def test_a_later_diagnosis_of_an_incident_takes_the_place_of_the_first(
    records: Records, save: Callable[..., None]
) -> None:
    save("1", Cause.UNKNOWN)
    save("1", Cause.SPOT_PREEMPTION)

    assert [sighting.cause for sighting in seen(records)] == [Cause.SPOT_PREEMPTION]


def test_sightings_are_forgotten_after_a_day(records: Records, save: Callable[..., None]) -> None:
    save("1", Cause.CLOUD_CAPACITY, NOON - timedelta(days=2))
    save("2", Cause.CLOUD_CAPACITY)

    ever = (NOON - timedelta(days=9), NOON)
    found = records.seen_near("default", [ZONE], ever, "")

    assert [sighting.job_id for sighting in found] == ["2"]


def test_an_incident_without_a_diagnosis_is_not_seen(records: Records, make_view: MakeView) -> None:
    records.save_incident(make_view(inputs={"places": (ZONE,)}))

    assert seen(records) == []


def test_many_in_the_workspace_leave_room_for_the_few_of_a_zone(
    records: Records, save: Callable[..., None]
) -> None:
    save("1", Cause.CLOUD_CAPACITY)
    for number in range(2, 130):
        save(f"{number}", Cause.UNKNOWN, NOON + timedelta(minutes=1), "zone:us-east-1b")

    found = records.seen_near("default", ["workspace:default", ZONE], AROUND_NOON, but="")

    assert [sighting.job_id for sighting in found if sighting.place == ZONE] == ["1"]
