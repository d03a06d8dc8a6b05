"""Words and shapes that all records use."""

from typing import Any, Literal

Json = dict[str, Any]
About = dict[str, int | str]
Actor = Literal["api", "person", "schedule", "platform"]
