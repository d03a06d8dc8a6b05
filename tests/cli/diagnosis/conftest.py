"""Standard input for a command in this process."""

import io
import sys
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture
def typed() -> Iterator[Callable[[bytes], None]]:
    """Let the next command read these bytes from standard input."""
    before = sys.stdin

    def type_(content: bytes) -> None:
        sys.stdin = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8")

    yield type_
    sys.stdin = before
