from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from lakemend.audit import TicketStatus
from lakemend.diagnosis import Diagnosis
from lakemend.incident import IncidentView, Outcome, Stage
from records import Records

MakeView = Callable[..., IncidentView]
ENDED = {"stage": Stage.ENDED, "ended_at": "2026-03-02T13:00:00+00:00"}


def test_saved_incident_reads_back_with_its_ticket_number(
    records: Records, make_view: MakeView
) -> None:
    view = make_view(message="NUL \x00 and 😀", notes=("a note",))

    number = records.save_incident(view)

    assert number == "LM-000001"
    assert records.get_incident(view.incident_id) == view.model_copy(update={"ticket": number})


def test_unknown_incident_is_none(records: Records) -> None:
    assert records.get_incident("incident:default:run-2") is None


def test_saving_again_keeps_the_number_and_wastes_none(
    records: Records, make_view: MakeView
) -> None:
    numbers = [records.save_incident(make_view(stage=stage)) for stage in Stage]
    other = records.save_incident(make_view(incident_id="incident:default:run-2"))

    assert set(numbers) == {"LM-000001"}
    assert other == "LM-000002"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (None, TicketStatus.IN_PROGRESS),
        (Outcome.RECOVERED, TicketStatus.CLOSED),
        (Outcome.ESCALATED, TicketStatus.OPEN),
        (Outcome.OBSERVED, TicketStatus.CLOSED),
        (Outcome.SUPERSEDED, TicketStatus.CLOSED),
        (Outcome.DUPLICATE, TicketStatus.CLOSED),
    ],
)
def test_status_follows_the_outcome(
    records: Records, make_view: MakeView, outcome: Outcome | None, status: TicketStatus
) -> None:
    number = records.save_incident(make_view(outcome=outcome))

    assert records.ticket_status(number) is status


def test_late_write_does_not_take_back_the_end(records: Records, make_view: MakeView) -> None:
    ended = make_view(outcome=Outcome.RECOVERED, **ENDED)
    number = records.save_incident(ended)
    records.save_incident(make_view(stage=Stage.RECOVERING))

    found = records.get_incident(ended.incident_id)
    assert found is not None
    assert found.outcome is Outcome.RECOVERED
    assert records.ticket_status(number) is TicketStatus.CLOSED


def test_each_workflow_run_of_an_incident_has_a_ticket(
    records: Records, make_view: MakeView
) -> None:
    first = records.save_incident(make_view(outcome=Outcome.RECOVERED, **ENDED))
    second = records.save_incident(make_view(workflow_run_id="second"))

    found = records.get_incident("incident:default:run-1")
    assert found is not None
    assert (first, second) == ("LM-000001", "LM-000002")
    assert found.ticket == second


def test_duplicate_does_not_hide_the_incident(records: Records, make_view: MakeView) -> None:
    records.save_incident(make_view(outcome=Outcome.RECOVERED, **ENDED))
    records.save_incident(make_view(workflow_run_id="second", outcome=Outcome.DUPLICATE, **ENDED))

    found = records.get_incident("incident:default:run-1")
    assert found is not None
    assert found.outcome is Outcome.RECOVERED
    assert [view.outcome for view in records.list_incidents()] == [Outcome.RECOVERED]
    assert len(records.list_incidents(outcome=Outcome.DUPLICATE)) == 1


def test_incidents_are_listed_newest_first_in_pages(records: Records, make_view: MakeView) -> None:
    for run in range(5):
        records.save_incident(make_view(incident_id=f"incident:default:run-{run}", run_id=str(run)))

    first = records.list_incidents(limit=2)
    second = records.list_incidents(limit=2, before=first[-1].ticket)

    assert [view.run_id for view in (*first, *second)] == ["4", "3", "2", "1"]
    assert records.list_incidents(before="LM-000001") == []


@pytest.mark.parametrize(
    ("chosen", "runs"),
    [
        ({"workspace": "eu"}, ["3"]),
        ({"job_id": "8"}, ["2"]),
        ({"outcome": Outcome.RECOVERED}, ["2"]),
        ({"open_only": True}, ["3", "1"]),
        ({"open_only": True, "workspace": "default"}, ["1"]),
    ],
)
def test_listing_is_narrowed(
    records: Records, make_view: MakeView, chosen: dict[str, str | bool], runs: list[str]
) -> None:
    records.save_incident(make_view())
    recovered = {"outcome": Outcome.RECOVERED, **ENDED}
    records.save_incident(make_view(incident_id="b", run_id="2", job_id="8", **recovered))
    escalated = {"outcome": Outcome.ESCALATED, **ENDED}
    records.save_incident(make_view(incident_id="c", run_id="3", workspace="eu", **escalated))

    found = records.list_incidents(**chosen)  # pyright: ignore[reportArgumentType] - a parameter each

    assert [view.run_id for view in found] == runs


def test_last_recovery_of_a_job_is_the_end_of_its_newest_recovered_incident(
    records: Records, make_view: MakeView
) -> None:
    job = {"job_id": "8", "stage": Stage.ENDED}
    recovered = {**job, "outcome": Outcome.RECOVERED}
    escalated = {**job, "outcome": Outcome.ESCALATED}
    hours = [datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in range(4)]
    records.save_incident(make_view(incident_id="a", ended_at=hours[0], **recovered))
    records.save_incident(make_view(incident_id="b", ended_at=hours[1], **recovered))
    records.save_incident(make_view(incident_id="c", ended_at=hours[2], **escalated))
    records.save_incident(
        make_view(incident_id="d", ended_at=hours[3], workspace="eu", **recovered)
    )

    assert records.last_recovery("default", "8") == hours[1]
    assert records.last_recovery("eu", "8") == hours[3]
    assert records.last_recovery("default", "9") is None


def test_person_closes_an_open_ticket(records: Records, make_view: MakeView) -> None:
    escalated = make_view(outcome=Outcome.ESCALATED, **ENDED)
    number = records.save_incident(escalated)

    assert records.close_ticket(number, "on-call", "fixed\x00") is TicketStatus.CLOSED

    records.save_incident(escalated)
    assert records.ticket_status(number) is TicketStatus.CLOSED
    assert records.list_incidents(open_only=True) == []


def test_ticket_in_progress_is_not_closed_by_hand(records: Records, make_view: MakeView) -> None:
    number = records.save_incident(make_view())

    assert records.close_ticket(number, "on-call", "tired") is TicketStatus.IN_PROGRESS


@pytest.mark.parametrize("number", ["LM-000009", "LM-", "9", "LM-9'--", "LM-²", "LM-" + "9" * 30])
def test_unknown_ticket_has_no_status(records: Records, number: str) -> None:
    assert records.ticket_status(number) is None
    assert records.close_ticket(number, "on-call", "done") is None


def test_error_type_survives_in_the_view(records: Records, make_view: MakeView) -> None:
    diagnosis = Diagnosis.model_validate(
        {"error_type": "DatabricksTimeoutError", "cause": "timeout"}
    )
    records.save_incident(make_view(diagnosis=diagnosis))

    found = records.get_incident("incident:default:run-1")
    assert found is not None
    assert found.diagnosis == diagnosis
