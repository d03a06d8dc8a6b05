"""What `lakemend pause` refuses before it asks anybody."""

from collections.abc import Callable
from typing import Any

import pytest

Lakemend = Callable[..., Any]


@pytest.mark.parametrize("duration", ["soon", "0", "-2h"])
def test_a_pause_of_no_length_names_option_value_and_remedy(
    lakemend: Lakemend, duration: str
) -> None:
    answer = lakemend("pause", "--reason", "the zone is down", f"--for={duration}")

    assert answer.code == 2
    assert f"--for={duration}: this is no duration" in answer.err
    assert "Write it like 30m, 2h or 1d." in answer.err


def test_a_pause_needs_a_reason(lakemend: Lakemend) -> None:
    answer = lakemend("pause")

    assert answer.code == 2
    assert "--reason" in answer.err
