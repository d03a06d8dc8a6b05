"""What a text resembles, where the rules have little to say."""

from datetime import UTC, datetime

import pytest

from lakemend.diagnosis import Cause, Diagnosis, Reason, Remedy
from lakemend.diagnosis.diagnose import diagnose, diagnose_text
from lakemend.diagnosis.passages import Where, passage
from lakemend.diagnosis.resemblance import known_words, resemblance
from lakemend.diagnosis.second_opinion import second_opinion
from lakemend.evidence import Evidence, RunFacts, TaskFacts

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

# Words of no rule, in an order that no known failure has.
UNSEEN = "the streaming source lost its batch: partition and topic went, commits stay behind"


def test_shares_add_up_to_one():
    shares = resemblance(passage(Where.TEXT, UNSEEN))

    assert sum(shares.values()) == pytest.approx(1)


def test_words_that_were_never_seen_resemble_nothing():
    assert resemblance(passage(Where.TEXT, "qzx wvkj")) == {}


def test_a_text_about_something_else_resembles_nothing():
    prose = "Grandmother's cluster of grapes ran out of sugar before the baker could start"

    assert resemblance(passage(Where.TEXT, prose)) == {}


def test_a_resemblance_is_told_and_never_acts():
    diagnosis = diagnose_text(UNSEEN)

    assert diagnosis.cause is Cause.STREAMING_STATE
    assert diagnosis.remedy is Remedy.PERSON
    assert diagnosis.confidence < 0.5
    assert diagnosis.reasons[0].rule == "resemblance"
    assert diagnosis.reasons[0].quote == UNSEEN


def test_sure_rules_are_not_doubted():
    diagnosis = diagnose_text(f"{UNSEEN}\njava.io.IOException: No space left on device")

    assert diagnosis.cause is Cause.DISK_FULL


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (("class-missing", "number-errno-missing-module"), Cause.MISSING_MODULE),
        (("class-missing", "module-missing"), Cause.STREAMING_STATE),
    ],
    ids=["a number says the same", "only rules say so"],
)
def test_only_a_class_or_number_confirms_what_rules_say(said: tuple[str, ...], cause: Cause):
    reasons = tuple(Reason(rule=rule, where=Where.TEXT, quote=UNSEEN) for rule in said)
    named = Diagnosis(cause=Cause.MISSING_MODULE, confidence=0.84, reasons=reasons)

    assert second_opinion(named, [passage(Where.TEXT, UNSEEN)]).cause is cause


def test_a_failed_pipeline_keeps_the_remedy_for_pipelines():
    failed = "Pipeline update 6b29fc40-ca47-1067-b31d-00dd010662da is FAILED"

    diagnosis = diagnose_text(f"{failed}\n{UNSEEN}")

    assert diagnosis.cause is Cause.PIPELINE_UPDATE_FAILURE
    assert diagnosis.remedy is Remedy.RETRY


def test_a_fact_is_not_doubted():
    task = TaskFacts(
        task_key="a",
        run_id="2",
        result_state="FAILED",
        termination_code="DRIVER_ERROR",
        error=UNSEEN,
    )
    evidence = Evidence(
        workspace="default",
        read_at=NOW,
        run=RunFacts(run_id="1"),
        tasks=(task,),
    )

    assert diagnose(evidence).reasons[0].rule != "resemblance"


def test_the_words_of_a_plain_log_line_say_nothing():
    diagnosis = diagnose_text(f"24/01/01 10:00:00 INFO Reader: {UNSEEN}")

    assert diagnosis.cause is Cause.UNKNOWN


def test_every_learned_word_speaks_for_or_against_some_cause():
    assert all(word.weights for word in known_words().values())


def test_a_likeness_that_is_no_more_than_a_guess_is_not_told():
    assert diagnose_text("Something went wrong, please contact support.").cause is Cause.UNKNOWN
