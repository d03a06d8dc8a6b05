from datetime import timedelta

from cli.trial.pace import accelerated, accelerated_settings
from lakemend.actions import Wait
from lakemend.playbook import load_playbooks, parse_playbook
from lakemend.settings import Settings

PLAYBOOK = parse_playbook("""
error_type: Mine
description: Mine
causes: []
steps:
  - {action: wait, with: {duration: 5m}}
  - {action: repair_run, timeout: 600s, run_timeout: 2h, attempts: {base: 30s, max_delay: 5m}}
ladder: [[{action: repair_run}]]
breaker: {open_for: 10m, when_open: park}
""")


FAST = accelerated({"Mine": PLAYBOOK}, 100)["Mine"]


def test_waits_and_pauses_shrink() -> None:
    wait, repair = FAST.steps

    assert Wait.model_validate(wait.parameters).duration == timedelta(seconds=3)
    assert repair.attempts is not None
    assert repair.attempts.base == timedelta(milliseconds=300)
    assert repair.attempts.max_delay == timedelta(seconds=3)


def test_limits_shrink_but_leave_time_for_a_call() -> None:
    assert FAST.steps[1].run_timeout == timedelta(seconds=72)
    assert FAST.steps[1].timeout == timedelta(seconds=30)
    assert FAST.ladder[0][0].run_timeout == timedelta(hours=12) / 100


def test_of_the_breaker_only_what_is_declared_is_changed() -> None:
    assert FAST.breaker is not None
    assert FAST.breaker.open_for == timedelta(seconds=6)
    assert FAST.breaker.model_fields_set == {"open_for", "when_open"}


def test_every_shipped_playbook_can_be_hurried_and_stays_itself() -> None:
    shipped = load_playbooks()

    for name, fast in accelerated(shipped, 50).items():
        assert fast.content_hash == shipped[name].content_hash
        assert [len(steps) for _, steps in fast.phases] == [
            len(steps) for _, steps in shipped[name].phases
        ]


def test_settings_hurry_too() -> None:
    fast = accelerated_settings(Settings(), 100)

    assert fast.retry_base_delay == timedelta(milliseconds=300)
    assert fast.circuit_breaker_cool_down == timedelta(seconds=3)
    assert fast.poll_interval == timedelta(milliseconds=300)
