"""What `lakemend breaker` refuses before it asks anybody."""

from collections.abc import Callable
from typing import Any

import pytest

Lakemend = Callable[..., Any]
NAME = "DatabricksJobExecutionError:job-123"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "job-123"), "NAME=job-123: a breaker's name is like"),
        (("open", NAME, "--for", "soon"), "--for=soon: this is not a duration"),
        (("open", NAME, "--for", "0"), "--for=0: this is not a duration"),
        (("reset", NAME, "--by", ""), "--by=: a name is needed"),
        (("configure", NAME, "failure_threshold"), "there is no =VALUE"),
        (("configure", NAME, "treshold=3"), "a breaker has no setting 'treshold'"),
        (("configure", NAME, "failure_rate=200"), "failure_rate=200: Input should be less than"),
        (("configure", NAME, "window=months"), "window=months: Input should be 'consecutive'"),
    ],
)
def test_bad_input_names_field_value_and_remedy(
    lakemend: Lakemend, arguments: tuple[str, ...], message: str
) -> None:
    answer = lakemend("breaker", *arguments)

    assert answer.code == 2
    assert message in answer.err
    assert len(answer.err.splitlines()) == 2
