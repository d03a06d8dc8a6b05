from datetime import timedelta

from lakemend.hurry import hurry
from lakemend.playbook import load_playbooks, parse_playbook

PATIENT = """
error_type: MyError
description: mine
causes: []
steps:
  - {action: wait, with: {duration: 15m}}
  - {action: repair_run, attempts: {base: 1m, max_delay: 5m}, timeout: 10m}
ladder:
  - - {action: wait, with: {duration: 1m}}
    - {action: repair_run}
"""


def test_pauses_are_divided_and_timeouts_are_not() -> None:
    playbook = hurry({"MyError": parse_playbook(PATIENT)}, 60)["MyError"]

    wait, repair = playbook.steps
    assert wait.parameters == {"duration": "15s"}
    assert repair.attempts
    assert repair.attempts.base == timedelta(seconds=1)
    assert repair.attempts.max_delay == timedelta(seconds=5)
    assert repair.timeout == timedelta(minutes=10)
    assert playbook.ladder[0][0].parameters == {"duration": "1s"}


def test_at_the_ordinary_pace_nothing_changes() -> None:
    assert hurry(load_playbooks(), 1) == load_playbooks()
