"""Failures that look as if a repeat or a larger machine helped, and that only a person can mend."""

import pytest

from lakemend.diagnosis import Cause, Remedy
from lakemend.diagnosis.diagnose import diagnose_text

FAILURES = {
    Cause.SOURCE_DATABASE_UNAVAILABLE: (
        "Database 'x' has been stopped because the subscription spending limit is reached",
        "This database has reached the monthly free amount allowance and is paused for the month",
        "Could not create connection to database server. Public Key Retrieval is not allowed",
        "SQLException: ORA-12154: TNS:could not resolve the connect identifier specified",
    ),
    Cause.CLOUD_QUOTA: (
        "HTTPError: 429 Too Many Requests. You have reached your monthly limit, upgrade your plan",
        "HttpResponseError: (TooManyRequests) quota for this month exceeded",
    ),
    Cause.CONFIG_INVALID: (
        "The TCP/IP connection to the host x failed: SSLException: PKIX path building failed",
        "pre-login handshake: certificate chain was issued by an authority that is not trusted",
        "javax.net.ssl.SSLException: Received fatal alert: protocol_version",
        "urllib.error.URLError: <urlopen error unknown url type: foo>",
        "StatusCode.RESOURCE_EXHAUSTED: Sent message larger than max (268435456 vs. 134217728)",
        "Your Spot request price of 0.1 is lower than the minimum required",
        "org.apache.spark.SparkException: Python worker failed to connect back.",
    ),
    Cause.DRIVER_OOM: (
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
        "java.lang.OutOfMemoryError: Required array length 2147483638 + 9 is too large",
        "_ArrayMemoryError: Unable to allocate 7.28 TiB for an array with shape (1000000, 1000000)",
        "Cannot broadcast the table over 512000000 rows: 600000000 rows",
    ),
    Cause.CLUSTER_TERMINATED: (
        "Cluster terminated. Reason: User Terminated",
        "Cluster 0101 was terminated during the run. Cluster termination reason: User request",
        "Cluster 0101-000000-abc was terminated by alice@example.com",
        "The cluster was restarted by user alice@example.com while the command was running",
    ),
    Cause.CLUSTER_START_FAILURE: (
        "Cluster start failed: Docker image not found",
        "Cluster start failed: custom tags invalid",
        "Bootstrap timeout: security group blocks egress to the control plane",
    ),
    Cause.LIBRARY_INSTALLATION: (
        "ERROR: ResolutionImpossible: conflicting dependencies",
        "ERROR: foo.whl is not a valid wheel filename.",
        "Library installation failed for whl. Error messages: dbfs:/x.whl does not exist",
        "ERROR: Package 'x' requires a different Python: 3.8.10 not in '>=3.9'",
    ),
    Cause.TIMEOUT: (
        "TimeoutError: approval not given by bob within 3 hours",
        "acme.TimeoutException: the feed did not arrive",
        "Exception: TimeoutError: table not refreshed",
    ),
    Cause.API_RATE_LIMITED: ("429 Quota exceeded for quota metric 'Q' and limit 'Q per day'",),
    Cause.PERMISSION_DENIED: ("Host '10.0.0.5' is not allowed to connect to this MySQL server",),
    Cause.WAREHOUSE_UNAVAILABLE: ("Warehouse abc was stopped by user alice",),
    Cause.CLOUD_CAPACITY: ("NotAvailableForSubscription: Standard_E8 is restricted",),
}
CASES = [(cause, text) for cause, texts in FAILURES.items() for text in texts]


@pytest.mark.parametrize(("cause", "text"), CASES, ids=[text for _, text in CASES])
def test_a_failure_that_no_repeat_mends_is_for_a_person(cause: Cause, text: str):
    diagnosis = diagnose_text(text)

    assert (diagnosis.cause, diagnosis.remedy) == (cause, Remedy.PERSON)


def test_a_rule_for_a_person_outweighs_a_surer_one_of_the_same_cause():
    diagnosis = diagnose_text("The spark driver ran out of memory: requested array size exceeds it")

    assert diagnosis.reasons[0].rule == "driver-says-out-of-memory"
    assert diagnosis.remedy is Remedy.PERSON


def test_a_mere_mention_of_what_needs_a_person_does_not_hold_a_retry_back():
    logged = "INFO old note: requested array size exceeds VM limit"

    diagnosis = diagnose_text(f"{logged}\njava.lang.OutOfMemoryError: Java heap space")

    assert diagnosis.remedy is Remedy.CHANGE
