import re
from datetime import UTC, datetime
from pathlib import Path

import yaml

from api.breaker_metrics import exposition
from api.breaker_schemas import Breaker
from lakemend.breaker.metrics import CALLS, KINDS, TRANSITIONS
from lakemend.breaker.state import TRANSITIONS as ALLOWED

GUIDE = (Path(__file__).parents[2] / "docs" / "circuit-breakers.md").read_text(encoding="utf-8")
NAME = "DatabricksNetworkError:job-1"


def exported() -> set[str]:
    """The names that a worker and the API really show."""
    shown = exposition([Breaker(name=NAME, state="open")], [], datetime.now(UTC)).decode()
    gauges = set(re.findall(r"^# TYPE (\w+) gauge$", shown, re.MULTILINE))
    return gauges | {f"{CALLS}_total", f"{TRANSITIONS}_total"}


def test_the_metrics_of_the_guide_are_those_that_exist() -> None:
    assert set(re.findall(r"lakemend_breaker_\w+", GUIDE)) == exported()
    assert all(f"`{kind}`" in GUIDE for kind in KINDS)


def test_each_alert_asks_for_metrics_that_exist() -> None:
    (text,) = re.findall(r"^```yaml\n(groups:.+?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    rules = yaml.safe_load(text)["groups"][0]["rules"]

    assert len(rules) == 5
    assert all(set(re.findall(r"lakemend_\w+", rule["expr"])) <= exported() for rule in rules)


def test_the_state_diagram_shows_every_transition() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+):", GUIDE, re.MULTILINE))
    by_hand = {"reset", "force_open", "disable", "metrics_only"}

    # those by hand are the same for every state, and drawn once
    assert drawn == {
        ("any" if trigger in by_hand else before.value, after.value)
        for (before, trigger), after in ALLOWED.items()
    }
