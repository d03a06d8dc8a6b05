from datetime import timedelta

import pytest

from lakemend.errors import SettingsError
from lakemend.settings import load_settings
from lakemend.sweep import SweepTerms, SweptJobs


def terms(**variables: str) -> SweepTerms:
    given = {f"LAKEMEND_SWEEP_{name}": text for name, text in variables.items()}
    return load_settings(env_file=None, environ=given).sweep


def test_sweeps_are_on_and_frequent_by_default() -> None:
    assert terms() == SweepTerms()


@pytest.mark.parametrize("text", ["off", "OFF", "0", "0s"])
def test_sweeps_can_be_switched_off(text: str) -> None:
    assert terms(EVERY=text).every == timedelta(0)


def test_each_variable_is_a_term() -> None:
    given = terms(EVERY="10m", LOOK_BACK="2d", GRACE="30s", JOBS="hooked")

    assert given.every == timedelta(minutes=10)
    assert given.look_back == timedelta(days=2)
    assert given.grace == timedelta(seconds=30)
    assert given.jobs is SweptJobs.HOOKED


@pytest.mark.parametrize(
    ("name", "text", "allowed"),
    [
        ("EVERY", "30s", "a duration from 1m to 1d, or off"),
        ("EVERY", "2d", "a duration from 1m to 1d, or off"),
        ("EVERY", "never", "a duration from 1m to 1d, or off"),
        ("LOOK_BACK", "30d", "a duration from 0 to 7d"),
        ("GRACE", "2h", "a duration from 0 to 1h"),
        ("JOBS", "mine", "all"),
    ],
)
def test_a_wrong_value_names_the_variable_and_what_is_allowed(
    name: str, text: str, allowed: str
) -> None:
    with pytest.raises(SettingsError, match=allowed) as refused:
        terms(**{name: text})

    assert f"LAKEMEND_SWEEP_{name}" in str(refused.value)
    assert text in str(refused.value)
