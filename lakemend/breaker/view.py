"""What people and programs see of a breaker, and what its workflow starts from."""

from datetime import datetime
from typing import Any

from lakemend.audit import AuditEntry
from lakemend.breaker.cool_down import cooling_until
from lakemend.breaker.settings import BreakerSettings
from lakemend.breaker.state import Breaker, Circuit, Totals
from lakemend.entity_events import audit_entry, last_lines
from lakemend.letter import Letter
from lakemend.model import Model
from lakemend.permit import breaker_workflow_id


class BreakerInput(Model):
    """What starts a breaker; the rest is filled in by a run that goes on as a new one."""

    name: str
    breaker: Breaker | None = None
    outbox: tuple[Letter, ...] = ()
    unwritten: tuple[AuditEntry, ...] = ()


class BreakerStatus(Model):
    """The answer to the query `status`.

    `failures` and `successes` are those in the window, or of the probes while half-open; the
    consecutive failures are counted apart. Rates are percent, absent below the minimum of calls.
    `cooling_until` ends the rest after a recovery.
    """

    name: str
    state: Circuit
    since: datetime
    opened_at: datetime | None = None
    retry_at: datetime | None = None
    cooling_until: datetime | None = None
    failures: int = 0
    successes: int = 0
    consecutive_failures: int = 0
    failure_rate: float | None = None
    slow_rate: float | None = None
    permits_out: int = 0
    probes_out: int = 0
    waiting: int = 0
    oldest_wait_since: datetime | None = None
    openings: int = 0
    totals: Totals = Totals()
    settings: BreakerSettings = BreakerSettings()
    overrides: dict[str, Any] = {}


class WaitingRequest(Model):
    """One parked request, as the query `waiting` lists them."""

    request_id: str
    holder: str
    place: int
    since: datetime
    until: datetime


def status(breaker: Breaker, now: datetime) -> BreakerStatus:
    """Sum up a breaker."""
    counted = breaker.counted(now)
    probing = breaker.circuit is Circuit.HALF_OPEN
    failures = sum(call.failed for call in breaker.trial) if probing else counted.failures
    calls = len(breaker.trial) if probing else counted.calls
    is_open = breaker.circuit in {Circuit.OPEN, Circuit.FORCED_OPEN}
    oldest = next(iter(breaker.waiting.values()), None)
    return BreakerStatus(
        name=breaker.name,
        state=breaker.circuit,
        since=breaker.since,
        opened_at=breaker.since if is_open else None,
        retry_at=breaker.until if is_open else None,
        cooling_until=cooling_until(breaker, now),
        failures=failures,
        successes=calls - failures,
        consecutive_failures=counted.consecutive_failures,
        failure_rate=counted.failure_rate,
        slow_rate=counted.slow_rate,
        permits_out=len(breaker.permits),
        probes_out=breaker.probes_out,
        waiting=len(breaker.waiting),
        oldest_wait_since=oldest.since if oldest else None,
        openings=breaker.openings,
        totals=breaker.totals,
        settings=breaker.settings,
        overrides=breaker.overrides,
    )


def waiting(breaker: Breaker) -> tuple[WaitingRequest, ...]:
    """List the parked, first in the queue first."""
    return tuple(
        WaitingRequest(request_id=key, place=place, **entry.model_dump())
        for place, (key, entry) in enumerate(breaker.waiting.items(), start=1)
    )


def describe(breaker: Breaker, now: datetime) -> str:
    """Write the state for a person on call, in Markdown."""
    seen = status(breaker, now)
    until = f" until {breaker.until:%Y-%m-%d %H:%M:%S} UTC" if breaker.until else ""
    lines = [
        f"**{seen.state}** since {seen.since:%Y-%m-%d %H:%M:%S} UTC{until}",
        "",
        f"- {seen.failures} failed and {seen.successes} successful recoveries in view",
        f"- {seen.permits_out} permits out, {seen.waiting} incidents parked",
    ]
    if seen.cooling_until:
        lines.append(f"- resting until {seen.cooling_until:%Y-%m-%d %H:%M:%S} UTC")
    return "\n".join([*lines, *last_lines(breaker.events)])


def audit_entries(breaker: Breaker, since: int, life: str) -> tuple[AuditEntry, ...]:
    """Return the audit entries of the events after number `since`; `life` as `audit_entry` says."""
    subject = breaker_workflow_id(breaker.name)
    return tuple(
        audit_entry(
            event,
            subject,
            life,
            f"breaker.{event.kind}",
            {"from": event.from_circuit, "to": event.to_circuit},
        )
        for event in breaker.events
        if event.number > since
    )
