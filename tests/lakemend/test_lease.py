from datetime import UTC, datetime, timedelta
from uuid import uuid4

from lakemend.lease import (
    KEPT_RELEASED,
    Lease,
    LeaseRefusal,
    LeaseRequest,
    LeaseTurn,
    ask,
    expire,
    in_order,
    look,
    look_due,
    release,
)
from lakemend.lease_view import status
from lakemend.turning_away import MOST_WAITING

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def request(name: str) -> LeaseRequest:
    return LeaseRequest(request_id=name, holder=f"incident-{name}", expires_after=HOUR)


def queued(*names: str) -> Lease:
    lease = Lease(resource="cluster-1")
    for name in names:
        lease = ask(lease, request(name), NOW).lease
    return lease


def test_the_first_gets_a_free_resource_at_once() -> None:
    turn = ask(Lease(resource="cluster-1"), request("a"), NOW)

    assert turn.grant is not None
    assert turn.grant.holder == "incident-a"
    assert turn.grant.content.expires_at == NOW + HOUR
    assert status(turn.lease).holder == "incident-a"


def test_the_others_get_it_in_order_of_arrival() -> None:
    lease = queued("a", "b", "c")

    lease, grant, _ = release(lease, "a", NOW)

    assert grant is not None
    assert grant.request_id == "b"
    assert status(lease).waiting == ("incident-c",)


def test_asking_again_prolongs_the_lease_and_keeps_the_place() -> None:
    lease = queued("a", "b")

    lease = ask(lease, request("b"), NOW).lease
    turn = ask(lease, request("a"), NOW + HOUR / 2)

    assert turn.grant is not None
    assert turn.lease.holding is not None
    assert turn.lease.holding.expires_at == NOW + HOUR * 1.5
    assert status(turn.lease).since == NOW
    assert status(turn.lease).waiting == ("incident-b",)


def test_a_lease_ends_with_its_time_and_not_before() -> None:
    lease = queued("a", "b")

    early = expire(lease, NOW + HOUR - timedelta(seconds=1))
    late = expire(lease, NOW + HOUR)

    assert early.grant is None
    assert late.grant is not None
    assert late.grant.request_id == "b"


def refusal_of(turn: LeaseTurn) -> LeaseRefusal:
    assert turn.refusal is not None
    return LeaseRefusal.model_validate(turn.refusal.content.model_dump())


def test_a_holder_whose_time_is_over_is_told_so() -> None:
    turn = expire(queued("a", "b"), NOW + HOUR)

    assert turn.refusal is not None
    assert turn.refusal.holder == "incident-a"
    assert refusal_of(turn).retry_at is None


def test_a_lease_that_is_gone_cannot_be_prolonged() -> None:
    lease = expire(queued("a", "b"), NOW + HOUR).lease

    turn = ask(lease, prolonging("a"), NOW + HOUR)

    assert turn.grant is None
    assert refusal_of(turn).request_id == "a"
    assert status(turn.lease).waiting == ()


def test_who_held_what_a_lost_lease_gave_to_another_does_not_join_its_queue() -> None:
    turn = ask(queued("b"), prolonging("a"), NOW)

    assert refusal_of(turn).retry_at is None
    assert status(turn.lease).waiting == ()


def test_who_prolongs_a_lease_that_nobody_has_keeps_it() -> None:
    turn = ask(Lease(resource="cluster-1"), prolonging("a"), NOW)

    assert turn.grant is not None
    assert status(turn.lease).holder == "incident-a"


def test_a_full_queue_sends_away_one_after_the_other() -> None:
    lease = full()

    first = ask(lease, request("late"), NOW)
    second = ask(first.lease, request("later"), NOW)

    at, then = refusal_of(first).retry_at, refusal_of(second).retry_at
    assert at is not None
    assert then is not None
    assert at - NOW == timedelta(minutes=15, milliseconds=200) - (then - at)
    assert second.lease.waiting == lease.waiting


def test_who_was_sent_away_joins_when_there_is_room() -> None:
    lease = ask(full(), request("late"), NOW).lease
    lease = release(lease, "w0", NOW).lease

    turn = ask(lease, request("late"), NOW + HOUR)

    assert turn.refusal is None
    assert turn.lease.waiting[-1].request_id == "late"


def test_the_fullest_lease_fits_into_the_input_of_a_workflow() -> None:
    holders = [f"incident:production-eu-west:run-{10**18 + number}" for number in range(5000)]
    waiting = tuple(LeaseRequest(request_id=str(uuid4()), holder=holder) for holder in holders)
    ended = tuple(str(uuid4()) for _ in range(KEPT_RELEASED))
    lease = full().model_copy(update={"waiting": waiting, "ended": ended})

    assert len(lease.model_dump_json()) < 1_000_000


def prolonging(name: str) -> LeaseRequest:
    return request(name).model_copy(update={"prolongs": True})


def full() -> Lease:
    """A lease that somebody has, and whose queue has no room."""
    waiting = tuple(request(f"w{number}") for number in range(MOST_WAITING))
    return queued("a").model_copy(update={"waiting": waiting, "looked_at": NOW})


def test_who_leaves_the_queue_is_passed_over() -> None:
    lease = release(queued("a", "b", "c"), "b", NOW).lease

    turn = release(lease, "a", NOW)

    assert turn.grant is not None
    assert turn.grant.request_id == "c"


def test_a_request_that_comes_late_after_its_release_is_not_served() -> None:
    lease = release(queued("a"), "a", NOW).lease

    turn = ask(lease, request("a"), NOW)

    assert turn.grant is None
    assert refusal_of(turn).retry_at is None
    assert turn.lease.holding is None


def test_while_others_wait_the_holder_is_looked_for_ever_more_rarely() -> None:
    lease = queued("a", "b")
    looks: list[float] = []

    for _ in range(6):
        due = look_due(lease)
        assert due is not None
        turn = look(lease, due)
        assert turn.grant is not None
        assert turn.grant.holder == "incident-a"
        looks.append((due - NOW).total_seconds() / 60)
        lease = turn.lease

    assert looks == [1, 3, 7, 15, 25, 35]


def test_a_newcomer_does_not_put_the_next_look_off() -> None:
    lease = queued("a", "b")

    lease = ask(lease, request("c"), NOW + timedelta(seconds=30)).lease

    assert look_due(lease) == NOW + timedelta(minutes=1)


def test_a_look_prolongs_nothing_and_comes_not_too_early() -> None:
    lease = queued("a", "b")

    early = look(lease, NOW + timedelta(seconds=59))
    looked = look(lease, NOW + timedelta(minutes=1))

    assert early.grant is None
    assert looked.lease.holding == lease.holding


def test_a_holder_that_nobody_waits_for_is_left_alone() -> None:
    assert look_due(queued("a")) is None
    assert look_due(release(queued("a", "b"), "b", NOW).lease) is None


def test_the_next_holder_is_looked_for_from_the_beginning() -> None:
    lease = look(queued("a", "b", "c"), NOW + timedelta(minutes=1)).lease

    lease = release(lease, "a", NOW + HOUR / 2).lease

    assert look_due(lease) == NOW + HOUR / 2 + timedelta(minutes=1)


def test_a_holder_is_looked_for_a_minute_after_the_first_that_waits_for_it() -> None:
    lease = release(queued("a", "b"), "a", NOW).lease

    lease = ask(lease, request("c"), NOW + HOUR / 2).lease

    assert look_due(lease) == NOW + HOUR / 2 + timedelta(minutes=1)


def test_an_expiry_of_a_free_resource_is_nothing() -> None:
    assert expire(Lease(resource="cluster-1"), NOW).grant is None


def test_only_so_many_ended_requests_are_remembered() -> None:
    lease = Lease(resource="cluster-1")
    for number in range(KEPT_RELEASED + 5):
        lease = release(lease, f"r{number}", NOW).lease

    assert lease.ended == tuple(f"r{number}" for number in range(5, KEPT_RELEASED + 5))


def test_everybody_asks_in_the_same_order() -> None:
    wanted = ("cluster-1", "cluster-3", "job-2", "job-4", "pool-5")

    assert in_order(["job-4", "pool-5", "job-2", "cluster-3", "cluster-1", "job-2"]) == wanted
