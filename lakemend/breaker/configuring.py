"""New settings of a breaker: what a playbook says now, and what people set on top of it.

They count for those who wait already as well.
"""

from datetime import datetime, timedelta

from lakemend.breaker.cool_down import shorten_rest
from lakemend.breaker.settings import BreakerSettings, override
from lakemend.breaker.state import Breaker, change, note
from lakemend.entity_events import Remark
from lakemend.permit import Reconfigure


def adopt(breaker: Breaker, said: BreakerSettings, now: datetime) -> Breaker:
    """Take over what the playbook says now; what people set for this key stays on top."""
    if said == breaker.base:
        return breaker
    settings = override(said, breaker.overrides)
    return _hasten(change(breaker, base=said, settings=settings), now)


def reconfigure(breaker: Breaker, wanted: Reconfigure, now: datetime) -> Breaker:
    """Take over what a person sets, or takes back."""
    merged = breaker.overrides | wanted.settings
    overrides = {name: value for name, value in merged.items() if value is not None}
    settings = override(breaker.base, overrides)
    after = _hasten(change(breaker, overrides=overrides, settings=settings), now)
    named = ", ".join(f"{name}={value}" for name, value in wanted.settings.items())
    remark = Remark(
        kind="configured", message=f"Settings: {named}", actor=wanted.by, reason=wanted.reason
    )
    return note(after, breaker.circuit, now, remark)


def resume_pause(settings: BreakerSettings) -> timedelta:
    """Return the time between two of the parked that resume."""
    return timedelta(minutes=1) / settings.resume_rate


def _hasten(breaker: Breaker, now: datetime) -> Breaker:
    """Let nobody wait for longer than under the new settings."""
    breaker = shorten_rest(breaker, now)
    if breaker.resume_at is None:
        return breaker
    return change(breaker, resume_at=min(breaker.resume_at, now + resume_pause(breaker.settings)))
