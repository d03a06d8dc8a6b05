from datetime import UTC, datetime

from lakemend.diagnosis import Cause, Diagnosis, Reason
from lakemend.incident import Call, IncidentView, Outcome, Stage, StepRecord, StepStatus
from lakemend.narrative import code, headline, narrate

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
VIEW = IncidentView(
    incident_id="incident:default:run-1",
    workspace="default",
    run_id="1",
    job_id="7",
    job_name="nightly",
    run_page_url="https://example.cloud/run/1",
    started_at=NOON,
    diagnosis=Diagnosis(
        cause=Cause.DRIVER_OOM,
        error_type="DatabricksOutOfMemoryError",
        confidence=0.9,
        summary="The driver ran out of memory.",
        reasons=(Reason(rule="r", where="task error", quote="OutOfMemoryError: `heap`\n space"),),
    ),
    steps=(
        StepRecord(
            action="repair_run",
            target="run-1",
            attempt=2,
            status=StepStatus.SUCCEEDED,
            message="the run succeeded",
            calls=(Call(method="POST", path="/api/2.2/jobs/runs/repair", summary="repair"),),
            started_at=NOON,
        ),
    ),
)


def test_an_open_incident_tells_what_failed_why_what_was_done_and_what_is_next() -> None:
    text = narrate(VIEW.model_copy(update={"stage": Stage.WAITING_FOR_RUN}))

    assert "**What failed.** Job `nightly` (7), run 1" in text
    assert "Cause `driver_oom` (DatabricksOutOfMemoryError), confidence 90%" in text
    assert "- ✓ repair_run on run-1, attempt 2: `the run succeeded`" in text
    assert "**What is next.** The repaired run is under way; its end decides." in text


def test_every_reason_is_told_with_its_words_and_its_meaning() -> None:
    quoted = Reason(rule="r", where="task error", quote="Java heap space", explanation="No heap.")
    context = Reason(rule="c", where="run history", explanation="It never succeeded.")
    diagnosis = Diagnosis(cause=Cause.DRIVER_OOM, reasons=(*[quoted] * 6, context))

    text = narrate(VIEW.model_copy(update={"diagnosis": diagnosis}))

    assert text.count("- task error: `Java heap space` No heap.") == 6
    assert "- run history: It never succeeded." in text


def test_an_ended_incident_tells_its_outcome_and_notes() -> None:
    ended = VIEW.model_copy(
        update={"outcome": Outcome.ESCALATED, "message": "Nothing helped.", "notes": ("Look.",)}
    )

    text = narrate(ended)

    assert "**Outcome: escalated.** Nothing helped.\nA person has to look at it.\n- Look." in text


def test_foreign_text_stays_text() -> None:
    assert code("`rm` <b>bold</b>\n# heading") == "`'rm' <b>bold</b> # heading`"
    assert code("") == "—"
    assert len(code("x" * 5000)) == 302


def test_a_headline_stays_within_what_temporal_takes() -> None:
    assert headline(VIEW) == "nightly: arrived"
    assert len(headline(VIEW.model_copy(update={"job_name": "n" * 900})).encode()) < 200


def test_every_stage_and_outcome_says_what_is_next() -> None:
    for stage in set(Stage) - {Stage.ENDED}:
        assert narrate(VIEW.model_copy(update={"stage": stage})).rpartition("**What is next.** ")[2]
    for outcome in Outcome:
        assert f"Outcome: {outcome}" in narrate(VIEW.model_copy(update={"outcome": outcome}))


def test_a_resource_tells_its_name_and_how_many_runs_died_with_it() -> None:
    view = IncidentView(
        incident_id="incident:default:cluster-c",
        workspace="default",
        resource="cluster-c",
        resource_name="analytics",
        handed_over=("incident:default:run-1",),
        outcome=Outcome.RECOVERED,
        started_at=NOON,
    )

    text = narrate(view)

    assert "**What failed.** `cluster-c` (`analytics`), workspace `default`" in text
    assert "Runs that died with it, each with its own incident: 1." in text
    assert "Nothing: it works again." in text
    assert headline(view) == "cluster-c: recovered"
