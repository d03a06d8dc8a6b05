"""Names of errors that say what failed, known ones and those read by their words."""

import pytest

from lakemend.diagnosis import Cause, Remedy
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.diagnose import diagnose_text
from lakemend.diagnosis.names import name_words

ACTING = {Remedy.RETRY, Remedy.CHANGE}


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("software.amazon.ReadStep stopped (UnauthorizedOperation)", Cause.PERMISSION_DENIED),
        ('{"code": "ZonalAllocationFailed", "details": []}', Cause.CLOUD_CAPACITY),
        ("reason: rateLimitExceeded", Cause.API_RATE_LIMITED),
        ("last state: terminated, OOMKilled", Cause.EXECUTOR_OOM),
        ("org.apache.kafka.common.errors.TopicAuthorizationException", Cause.PERMISSION_DENIED),
    ],
)
def test_a_public_name_is_known(text: str, cause: Cause):
    assert diagnose_text(text).cause is cause


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("com.acme.LedgerSchemaMismatchException", Cause.SCHEMA_MISMATCH),
        ("acme.errors.VaultAuthenticationError", Cause.AUTH_EXPIRED),
        ("ErrorCode=UserErrorReportTableNotFound", Cause.TABLE_OR_PATH_NOT_FOUND),
        ("[LEDGER_COMMIT_CONFLICT] see the log", Cause.CONCURRENT_WRITE_CONFLICT),
    ],
)
def test_an_unknown_name_is_read_by_its_words(text: str, cause: Cause):
    assert diagnose_text(text).cause is cause


def test_a_weak_name_never_acts():
    diagnosis = diagnose_text("com.acme.LedgerTimeoutFault")

    assert diagnosis.cause is Cause.TIMEOUT
    assert diagnosis.remedy is Remedy.PERSON


def test_what_is_said_beside_a_vague_name_outranks_it():
    diagnosis = diagnose_text("ServiceUnavailable: 503 Connection reset by peer")

    assert diagnosis.cause is Cause.NETWORK_TRANSIENT


def test_a_wrapper_says_nothing():
    assert diagnose_text("StreamingQueryException").cause is Cause.UNKNOWN


def test_a_name_that_an_own_exception_quotes_is_only_mentioned():
    diagnosis = diagnose_text("ValueError: the file says 'InsufficientInstanceCapacity'")

    assert diagnosis.cause is Cause.USER_CODE


def test_words_alone_do_not_act():
    acting = [row for row in name_words() if cause_table()[row.cause].remedy in ACTING]

    assert all(row.confidence < 0.5 for row in acting)


def test_a_name_is_read_with_its_package():
    of_a_network = diagnose_text("java.net.ConnectException: the host is gone")
    of_a_connector = diagnose_text(
        "org.apache.kafka.connect.errors.ConnectException: the task ended"
    )

    assert of_a_network.cause is Cause.NETWORK_TRANSIENT
    assert of_a_connector.remedy not in ACTING
