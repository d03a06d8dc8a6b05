"""What one attempt or step came to."""

from enum import Enum, auto


class Verdict(Enum):
    """What came of one attempt or step."""

    RECOVERED = auto()
    DONE = auto()
    FAILED = auto()
    HOPELESS = auto()
