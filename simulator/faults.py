"""Faults of the way between caller and workspace, injected per call.

A fault picks calls by method, path pattern and number, and does one thing to them: answer with an
error, delay, drop the connection before or after the call took effect, or show an old answer.
"""

import fnmatch
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from simulator.records import Json


class Fault(BaseModel):
    """One rule. `nth` is the first matching call that is hit, `times` how many are (0: all).

    `about` is the name in the scenario of the job, cluster, warehouse or pipeline that a call must
    name by its id, or by that of a run of the job; empty for any call.

    kinds: `status` answers without handling; `delay` waits `seconds`, then handles; `drop_before`
    closes the connection unhandled; `drop_after` handles, then closes the connection; `stale`
    answers a GET as it was answered before, for `seconds` after the first hit.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["status", "delay", "drop_before", "drop_after", "stale"]
    method: str = "*"
    path: str = "*"
    about: str = ""
    nth: int = Field(default=1, ge=1)
    times: int = Field(default=1, ge=0)
    status: int = 500
    body: Json | str = {"error_code": "INTERNAL_ERROR", "message": "Injected fault"}
    headers: dict[str, str] = {}
    seconds: float = 0

    def covers(self, method: str, path: str, about: frozenset[str]) -> bool:
        """Whether a call is of the kind this rule is about."""
        if self.about and self.about not in about:
            return False
        return self.method in {"*", method} and fnmatch.fnmatchcase(path, self.path)


class ActiveFault(BaseModel):
    """A rule at work. `matched` counts its calls, `hit` those that it changed."""

    fault_id: int
    fault: Fault
    matched: int = 0
    hit: int = 0
    first_hit: float = 0


class Faults:
    """The rules at work, in the order they were added; the first that hits wins."""

    def __init__(self, rules: Iterable[Fault] = ()) -> None:
        self.active: list[ActiveFault] = []
        self._added = 0
        self._answers: dict[str, bytes] = {}
        for rule in rules:
            self.add(rule)

    @property
    def ask_about(self) -> bool:
        """Whether any rule wants to know what a call is about."""
        return any(item.fault.about for item in self.active)

    def add(self, fault: Fault) -> ActiveFault:
        """Put a rule to work."""
        self._added += 1
        self.active.append(ActiveFault(fault_id=self._added, fault=fault))
        return self.active[-1]

    def clear(self) -> None:
        """End all rules."""
        self.active.clear()

    def choose(
        self, method: str, path: str, now: float, about: frozenset[str] = frozenset()
    ) -> Fault | None:
        """The fault that hits this call, counting it."""
        chosen: Fault | None = None
        for item in self.active:
            if not item.fault.covers(method, path, about):
                continue
            item.matched += 1
            if chosen is None and self._hits(item, now):
                item.hit += 1
                item.first_hit = item.first_hit or now
                chosen = item.fault
        return chosen

    def remember(self, url: str, body: bytes) -> None:
        """Keep the latest answer to a GET, for stale reads."""
        self._answers[url] = body

    def remembered(self, url: str) -> bytes | None:
        """The answer that a stale read shows; none when this was never asked before."""
        return self._answers.get(url)

    def _hits(self, item: ActiveFault, now: float) -> bool:
        fault = item.fault
        if item.matched < fault.nth:
            return False
        if fault.kind == "stale":
            return not item.first_hit or now - item.first_hit <= fault.seconds
        return fault.times == 0 or item.matched < fault.nth + fault.times
