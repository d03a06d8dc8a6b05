from pathlib import Path

import pytest
import yaml

from lakemend.diagnosis import Cause, Remedy
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.codes import Says
from lakemend.diagnosis.diagnose import diagnose_text
from lakemend.diagnosis.error_classes import error_classes

_MESSAGES = Path(__file__).parent / "data" / "error_classes.yaml"
EXAMPLES: dict[str, list[str]] = yaml.safe_load(_MESSAGES.read_text(encoding="utf-8"))


def test_a_bracketed_class_names_the_cause():
    text = "org.apache.spark.SparkException: [INVALID_SPARK_CONFIG] spark.foo cannot be bar"

    diagnosis = diagnose_text(text)

    assert diagnosis.cause is Cause.CONFIG_INVALID
    assert "class-INVALID_SPARK_CONFIG" in {reason.rule for reason in diagnosis.reasons}


def test_a_class_with_a_condition_below_it_is_known():
    diagnosis = diagnose_text("[CANNOT_LOAD_STATE_STORE.UNCATEGORIZED] An error occurred")

    assert diagnosis.cause is Cause.STREAMING_STATE


def test_a_class_in_a_json_error_is_known():
    diagnosis = diagnose_text('{"errorClass": "MALFORMED_RECORD_IN_PARSING", "text": "..."}')

    assert diagnosis.cause is Cause.USER_CODE


def test_a_class_that_only_wraps_another_error_says_nothing():
    assert "STREAM_FAILED" not in error_classes()
    assert diagnose_text("[STREAM_FAILED] Query [id = 1]").cause is Cause.UNKNOWN


def test_a_class_of_many_reasons_leaves_the_cause_to_the_reason():
    text = (
        "org.apache.spark.SparkException: [SPARK_JOB_CANCELLED] Job 3357 cancelled because "
        "Task 159619 in Stage 7066 exceeded the maximum allowed ratio of input to output records"
    )

    assert diagnose_text(text).remedy is Remedy.PERSON


def test_a_vague_class_gives_way_to_the_reason_beside_it():
    text = "[FAILED_READ_FILE.NO_HINT] part-0 Caused by: java.net.SocketException: Connection reset"

    assert diagnose_text(text).cause is Cause.NETWORK_TRANSIENT


def test_the_same_words_without_brackets_are_no_class():
    diagnosis = diagnose_text("see CLASS_UNSUPPORTED_BY_MAP_OBJECTS")

    assert not any(reason.rule.startswith("class-") for reason in diagnosis.reasons)
    assert diagnosis.remedy is Remedy.PERSON


def test_few_classes_ask_for_another_try():
    acting = {
        name
        for name, known in error_classes().items()
        if known.says is Says.CAUSE and cause_table()[known.cause].remedy is Remedy.RETRY
    }

    assert len(acting) < 20


@pytest.mark.parametrize("cause", EXAMPLES)
def test_the_classes_of_a_cause_name_it_in_real_messages(cause: str):
    ids = {known.id for known in error_classes().values() if known.cause == cause}
    for example in EXAMPLES[cause]:
        diagnosis = diagnose_text(example)

        assert diagnosis.cause == cause, example
        assert ids & {reason.rule for reason in diagnosis.reasons}, example


def test_every_cause_of_a_class_has_two_messages():
    causes = {known.cause for known in error_classes().values()}

    assert causes == {Cause(cause) for cause in EXAMPLES}
    assert all(len(set(messages)) >= 2 for messages in EXAMPLES.values())


def test_a_class_is_explained_by_its_own_words():
    (reason, *_) = diagnose_text("[INVALID_SPARK_CONFIG] spark.foo cannot be bar").reasons

    assert "invalid spark config" in reason.explanation
