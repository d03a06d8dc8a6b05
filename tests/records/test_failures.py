from concurrent.futures import ThreadPoolExecutor

from lakemend.evidence import whole_run_key
from records import Records

KEY = "default/1/original/2026-03-02T12:00:00+00:00"
INCIDENT = "incident:default:run-1"


def test_new_failure_is_claimed(records: Records) -> None:
    assert records.claim_failure(KEY, INCIDENT, "first")


def test_claim_may_be_repeated_by_its_owner(records: Records) -> None:
    records.claim_failure(KEY, INCIDENT, "first")

    assert records.claim_failure(KEY, INCIDENT, "first")


def test_unsettled_claim_of_a_dead_owner_is_taken_over(records: Records) -> None:
    records.claim_failure(KEY, INCIDENT, "dead")

    assert records.claim_failure(KEY, INCIDENT, "next")


def test_settled_failure_is_refused_to_others(records: Records) -> None:
    records.claim_failure(KEY, INCIDENT, "first")
    records.settle_failures([KEY], INCIDENT, "first")

    assert not records.claim_failure(KEY, INCIDENT, "second")
    assert records.claim_failure(KEY, INCIDENT, "first")


def test_failure_may_be_settled_without_a_claim(records: Records) -> None:
    records.settle_failures([KEY], INCIDENT, "first")

    assert not records.claim_failure(KEY, INCIDENT, "second")


def test_settled_failure_stays_with_its_first_owner(records: Records) -> None:
    records.settle_failures([KEY], INCIDENT, "first")
    records.settle_failures([KEY, KEY], INCIDENT, "second")

    assert records.claim_failure(KEY, INCIDENT, "first")
    assert not records.claim_failure(KEY, INCIDENT, "second")


def test_failures_settled_at_once_in_any_order_do_not_block_each_other(records: Records) -> None:
    keys = [f"{KEY}-{number}" for number in range(20)]

    def settle(number: int) -> None:
        order = keys if number % 2 else keys[::-1]
        records.settle_failures(order, INCIDENT, "first")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(settle, range(16)))

    assert not any(records.claim_failure(key, INCIDENT, "second") for key in keys)


def test_run_that_an_incident_started_is_that_ones_until_it_has_settled(records: Records) -> None:
    started = whole_run_key("default", "1")
    records.claim_failure(started, "incident:default:run-0", "starter")

    assert not records.claim_failure(KEY, INCIDENT, "first")
    records.settle_failures([started], "incident:default:run-0", "starter")
    assert records.claim_failure(KEY, INCIDENT, "first")
