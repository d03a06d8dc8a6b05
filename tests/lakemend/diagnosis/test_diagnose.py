import json
from pathlib import Path

import pytest

from lakemend.diagnosis import Cause, Remedy
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.diagnose import diagnose_text

DATA = Path(__file__).parent / "data"
ACTING = {Remedy.RETRY, Remedy.CHANGE}


def read(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("name", "least"),
    [("failure_texts.jsonl", 0.97), ("failure_wordings.jsonl", 0.97)],
)
def test_labelled_texts_are_named_and_none_is_harmed(name: str, least: float):
    rows = read(name)
    answers = [(row["label"], diagnose_text(row["text"])) for row in rows]

    harmed = [
        label
        for label, answer in answers
        if answer.remedy in ACTING and cause_table()[Cause(label)].remedy not in ACTING
    ]
    assert harmed == []
    assert sum(label == answer.cause for label, answer in answers) / len(rows) >= least


def test_the_innermost_cause_wins_over_its_wrappers():
    diagnosis = diagnose_text(
        "Py4JJavaError: An error occurred while calling o12.save.\n"
        ": org.apache.spark.SparkException: Job aborted.\n"
        "\tat org.apache.spark.sql.execution.FileFormatWriter$.write(FileFormatWriter.scala:1)\n"
        "Caused by: org.apache.spark.SparkException: Job aborted due to stage failure: Task 1 in "
        "stage 2.0 failed 4 times, most recent failure: Lost task 1.3 in stage 2.0 (TID 7): "
        "java.io.IOException: No space left on device\n"
    )

    assert diagnosis.cause is Cause.DISK_FULL
    assert "No space left on device" in diagnosis.reasons[0].quote


def test_what_asks_as_plainly_for_a_person_keeps_the_root_from_acting():
    conflict = "io.delta.exceptions.ConcurrentAppendException: Files were added by another update"

    alone = diagnose_text(conflict)
    beside = diagnose_text(f"{conflict}\nPERMISSION_DENIED: only the owner may write to this table")

    assert (alone.cause, alone.remedy) == (Cause.CONCURRENT_WRITE_CONFLICT, Remedy.RETRY)
    assert (beside.cause, beside.remedy) == (Cause.CONCURRENT_WRITE_CONFLICT, Remedy.PERSON)


def test_a_lost_executor_is_a_consequence_of_its_memory():
    diagnosis = diagnose_text(
        "FetchFailed(BlockManagerId(4, host18, 45026), shuffleId=0): Failed to connect to host18\n"
        "ExecutorLostFailure (executor 4 exited caused by one of the running tasks) Reason: "
        "Container killed by YARN for exceeding memory limits. 6.0 GB of 6 GB memory used"
    )

    assert diagnosis.cause is Cause.EXECUTOR_OOM
    explained = " ".join(reason.explanation for reason in diagnosis.ruled_out)
    assert "executor_lost ruled out: a usual consequence of executor_oom" in explained
    assert "shuffle_fetch_failure ruled out: a usual consequence of executor_oom" in explained


def test_a_failed_fetch_is_a_consequence_of_the_lost_executor():
    diagnosis = diagnose_text(
        "FetchFailedException: Missing an output location for shuffle 3\n"
        "ERROR YarnScheduler: Lost executor 7 on 10.0.0.7: worker lost"
    )

    assert diagnosis.cause is Cause.EXECUTOR_LOST


@pytest.mark.parametrize(
    "text",
    [
        "ValueError: report says 'java.lang.OutOfMemoryError: Java heap space', 3 rows differ",
        "AssertionError: expected status ok, got SocketTimeoutException: Read timed out",
        'acme.errors.CheckError: upstream wrote "Connection reset by peer" into column note',
    ],
)
def test_a_users_exception_that_quotes_an_error_is_the_users(text: str):
    diagnosis = diagnose_text(text)

    assert diagnosis.cause is Cause.USER_CODE
    assert diagnosis.remedy is Remedy.PERSON


def test_a_log_line_that_mentions_a_timeout_is_no_cause():
    diagnosis = diagnose_text("24/01/01 10:00:00 INFO Client: Setting connection timeout of 300 s")

    assert diagnosis.cause is Cause.UNKNOWN
    assert diagnosis.ruled_out


def test_words_in_stack_frames_and_source_lines_are_no_cause():
    diagnosis = diagnose_text(
        'Traceback (most recent call last):\n  File "job.py", line 3, in main\n'
        '    raise TimeoutError("OutOfMemoryError")  # permission denied\n'
        "org.acme.Odd\n\tat org.acme.AccessControlException.permissionDenied(Acl.java:3)\n"
    )

    assert diagnosis.cause in {Cause.UNKNOWN, Cause.USER_CODE}
    assert diagnosis.remedy is Remedy.PERSON


def test_a_tie_is_told():
    diagnosis = diagnose_text(
        "FAILED: No space left on device\nFAILED: Files were added by a concurrent update"
    )

    assert diagnosis.alternatives == (Cause.CONCURRENT_WRITE_CONFLICT,)


def test_a_termination_reason_in_a_text_is_read_by_code():
    diagnosis = diagnose_text("Cluster '1' was terminated. Reason: DRIVER_OUT_OF_MEMORY (SUCCESS).")

    assert diagnosis.cause is Cause.DRIVER_OOM
    assert diagnosis.reasons[0].rule in {"code-DRIVER_OUT_OF_MEMORY", "driver-says-out-of-memory"}


def test_the_name_of_a_task_is_no_word_of_the_platform():
    diagnosis = diagnose_text(
        "Task forecast failed with message: Cluster 0712-a was terminated. "
        "Reason: COMMUNICATION_LOST (CLOUD_FAILURE)."
    )

    assert diagnosis.cause is not Cause.USER_CODE


def test_a_name_that_begins_like_a_log_level_is_no_log_line():
    text = "View 'DEBUG_PERMISSIONS' is closed: the current role has no privileges on it"

    assert diagnose_text(text).cause is Cause.PERMISSION_DENIED


def test_a_context_that_does_not_start_is_not_tried_again_without_a_reason():
    text = "ERROR SparkContext: Error initializing SparkContext.\njava.lang.NullPointerException"

    assert diagnose_text(text).remedy is Remedy.PERSON


def test_what_a_web_page_wraps_an_error_in_is_taken_off():
    shown = (
        '<span class="ansi-red-fg">AnalysisException</span>: '
        "dbfs:/mnt/silver/orders doesn&#39;t exist;"
    )

    diagnosis = diagnose_text(shown)

    assert diagnosis.cause is Cause.TABLE_OR_PATH_NOT_FOUND
    assert diagnosis.reasons[0].quote == (
        "AnalysisException: dbfs:/mnt/silver/orders doesn't exist;"
    )


def test_a_frame_of_a_task_runner_tells_whose_memory_it_was():
    heap = "Caused by: java.lang.OutOfMemoryError: GC overhead limit exceeded"
    frame = "\tat org.apache.spark.executor.Executor$TaskRunner.run(Executor.scala:684)"

    assert diagnose_text(f"{frame}\n{heap}").cause is Cause.EXECUTOR_OOM


def test_what_may_have_happened_is_no_cause():
    dead = "The node has been marked dead because the detector has missed too many heartbeats."

    diagnosis = diagnose_text(f"{dead} This can happen when the node was preempted.")

    assert diagnosis.cause is Cause.EXECUTOR_LOST
