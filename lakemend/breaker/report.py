"""What the end of a recovery means for its breaker."""

from datetime import datetime, timedelta

from lakemend.breaker.admission import give_back, remember
from lakemend.breaker.configuring import adopt
from lakemend.breaker.cool_down import begin_rest
from lakemend.breaker.settings import BreakerSettings, HalfOpenRule, LateReports
from lakemend.breaker.state import (
    Breaker,
    Circuit,
    Permit,
    Trigger,
    change,
    move,
    note,
    open_for,
)
from lakemend.breaker.window import Call, exceeds_rates, is_slow, is_too_much, record, trial_tally
from lakemend.entity_events import Remark
from lakemend.permit import PermitOutcome, PermitReport


def report(breaker: Breaker, said: PermitReport, now: datetime) -> Breaker:
    """Count the outcome once, and open or close if it is the last straw or the last proof."""
    has_expired = said.request_id in breaker.expired
    is_over = said.request_id in breaker.reported or said.request_id in breaker.refused
    if is_over and not has_expired:
        return breaker
    if said.settings and not breaker.was_asked:
        # of a breaker that it has started; to any other the plan of a report is an old one
        breaker = adopt(breaker, said.settings, now)
    permit = breaker.permits.get(said.request_id)
    outcome = _resolve(said.outcome, breaker.settings)
    if outcome is PermitOutcome.IGNORED:
        return _ignore(breaker, said.request_id)
    call = _call(said, permit, breaker.settings, now)
    late = has_expired or _is_late(breaker, said, permit, now)
    breaker = _total(remember(breaker, said.request_id), call, late=late)
    if not late:
        breaker = _count(breaker, call, now)
    if not call.failed:
        return begin_rest(breaker, now)
    return _heed(breaker, said, now, late=late)


def _resolve(outcome: PermitOutcome, settings: BreakerSettings) -> PermitOutcome:
    if outcome is PermitOutcome.UNKNOWN:
        return PermitOutcome(settings.unknown_counts_as)
    return outcome


def _ignore(breaker: Breaker, request_id: str) -> Breaker:
    permit = breaker.permits.get(request_id)
    counted = breaker.circuit is not Circuit.DISABLED
    totals = breaker.totals.model_copy(update={"ignored": breaker.totals.ignored + counted})
    breaker = change(give_back(breaker, request_id), totals=totals)
    counts_late = breaker.settings.late_reports is LateReports.COUNT
    if counts_late and permit is not None and permit.period != breaker.period:
        return change(breaker, probes_given=breaker.probes_given - 1)
    return breaker


def _call(
    said: PermitReport, permit: Permit | None, settings: BreakerSettings, now: datetime
) -> Call:
    started = permit.granted_at if permit else now
    duration = now - started if said.duration is None else said.duration
    failed = _resolve(said.outcome, settings) is PermitOutcome.FAILURE
    return Call(at=now, failed=failed, slow=is_slow(duration, settings), source=said.source)


def _is_late(breaker: Breaker, said: PermitReport, permit: Permit | None, now: datetime) -> bool:
    """Whether the recovery began in an earlier period.

    A report without a permit comes from an incident whose breaker did not run or was lost. It is no
    probe, and otherwise its duration tells when it began.
    """
    if breaker.settings.late_reports is LateReports.COUNT:
        return False
    if permit is not None:
        return permit.period != breaker.period
    if breaker.circuit is Circuit.HALF_OPEN:
        return True
    return breaker.period > 0 and (said.duration or timedelta(0)) > now - breaker.since


def _total(breaker: Breaker, call: Call, *, late: bool) -> Breaker:
    if breaker.circuit is Circuit.DISABLED:
        return breaker
    totals = breaker.totals
    totals = totals.model_copy(
        update={
            "successful": totals.successful + (not call.failed),
            "failed": totals.failed + call.failed,
            "slow": totals.slow + call.slow,
            "late": totals.late + late,
        }
    )
    return change(breaker, totals=totals)


def _count(breaker: Breaker, call: Call, now: datetime) -> Breaker:
    if breaker.circuit in {Circuit.CLOSED, Circuit.METRICS_ONLY}:
        breaker = change(breaker, calls=record(breaker.calls, call, breaker.settings))
        return _judge_window(breaker, now)
    if breaker.circuit is Circuit.HALF_OPEN:
        return _judge_probes(change(breaker, trial=(*breaker.trial, call)), now)
    return breaker


def _judge_window(breaker: Breaker, now: datetime) -> Breaker:
    counted = breaker.counted(now)
    if breaker.circuit is Circuit.METRICS_ONLY or not is_too_much(counted, breaker.settings):
        return breaker
    return opened(
        breaker, Trigger.TOO_MUCH, now, f"{counted.failures} of {counted.calls} recoveries failed"
    )


def _judge_probes(breaker: Breaker, now: datetime) -> Breaker:
    if breaker.settings.half_open_rule is HalfOpenRule.RATE:
        return _judge_probes_by_rate(breaker, now)
    if breaker.trial[-1].failed:
        return opened(breaker, Trigger.PROBES_FAILED, now, "A probe failed")
    if len(breaker.trial) >= breaker.settings.success_threshold:
        return _closed(breaker, now)
    return breaker


def _judge_probes_by_rate(breaker: Breaker, now: datetime) -> Breaker:
    counted = trial_tally(breaker.trial, breaker.settings)
    if counted.failure_rate is None:
        return breaker
    if exceeds_rates(counted, breaker.settings):
        return opened(breaker, Trigger.PROBES_FAILED, now, "Too many probes failed or were slow")
    return _closed(breaker, now)


def opened(
    breaker: Breaker, trigger: Trigger, now: datetime, why: str, until: datetime | None = None
) -> Breaker:
    """Open the circuit for its time, or until a later instant."""
    end = max(now + open_for(breaker), until or now)
    after = move(breaker, trigger, now, end)
    return note(after, breaker.circuit, now, Remark(kind="opened", message=why))


def _closed(breaker: Breaker, now: datetime) -> Breaker:
    after = move(breaker, Trigger.PROBES_SUCCEEDED, now, None)
    message = f"{len(breaker.trial)} probes are back, enough succeeded"
    return note(after, breaker.circuit, now, Remark(kind="closed", message=message))


def _heed(breaker: Breaker, said: PermitReport, now: datetime, *, late: bool) -> Breaker:
    """Stay open until the instant that a failure named; a late one opens nothing."""
    if said.open_until is None or said.open_until <= now:
        return breaker
    told = change(breaker, told_until=max(said.open_until, breaker.told_until or now))
    if breaker.circuit is Circuit.OPEN:
        return change(told, until=max(said.open_until, breaker.until or now))
    if late or breaker.circuit not in {Circuit.CLOSED, Circuit.HALF_OPEN}:
        return breaker
    return open_as_told(told, now)


def open_as_told(breaker: Breaker, now: datetime) -> Breaker:
    """Open, or open again after a manual hold, until the instant that a failure named."""
    if breaker.told_until is None or breaker.told_until <= now:
        return breaker
    why = "A failure named an instant before which trying is useless"
    return opened(breaker, Trigger.TOLD_TO_WAIT, now, why, breaker.told_until)
