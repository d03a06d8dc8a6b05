"""The workspace's time, and the timers that make things happen in it.

Timestamps are wall-clock time. A factor shortens durations: with a factor of 60 a cluster that
takes four minutes to start takes four seconds. A frozen clock moves by `advance` only.
"""

import heapq
import time
from collections.abc import Callable
from datetime import timedelta

from simulator.records import About, ClockState, Timer

Handler = Callable[[About], None]


class Clock:
    """Tells the time in seconds since 1970 and fires timers in the order of their due time.

    While a timer's handler runs, `now` is the moment the timer was due, so that a jump of an hour
    leaves the same traces as an hour of waiting.
    """

    def __init__(self, state: ClockState) -> None:
        self._state = state
        self._handlers: dict[str, Handler] = {}
        self._heap = [(timer.due, timer.sequence, timer) for timer in state.timers]
        heapq.heapify(self._heap)
        if not state.now:
            state.now = time.time()
        self.now = max(state.now, self._moment())

    @property
    def milliseconds(self) -> int:
        """The time as the platform writes it."""
        return int(self.now * 1000)

    @property
    def next_due(self) -> float | None:
        """When the next timer fires; none when nothing is going to happen by itself."""
        return self._heap[0][0] if self._heap else None

    @property
    def seconds_to_wait(self) -> float | None:
        """Real seconds until the next timer; none when waiting does not bring it nearer."""
        due = self.next_due
        if due is None or self._state.frozen:
            return None
        return max(0.0, due - self._moment())

    def on(self, kind: str, handler: Handler) -> None:
        """Say what happens when a timer of this kind is due."""
        self._handlers[kind] = handler

    def after(self, delay: timedelta, kind: str, **about: int | str) -> None:
        """Let something happen after `delay`, divided by the time factor."""
        self._state.sequence += 1
        due = self.now + delay.total_seconds() / self._state.factor
        timer = Timer(due=due, sequence=self._state.sequence, kind=kind, about=about)
        heapq.heappush(self._heap, (timer.due, timer.sequence, timer))

    def forget(self, kind: str) -> None:
        """Drop the timers of one kind."""
        self._heap = [entry for entry in self._heap if entry[2].kind != kind]
        heapq.heapify(self._heap)

    def catch_up(self) -> None:
        """Fire every timer that is due by now."""
        target = self._moment()
        while self._heap and self._heap[0][0] <= target:
            _, _, timer = heapq.heappop(self._heap)
            self.now = max(self.now, timer.due)
            self._handlers[timer.kind](timer.about)
            target = max(target, self._moment())
        self.now = max(self.now, target)
        self._state.now = self.now

    def advance(self, duration: timedelta) -> None:
        """Jump forward; `duration` is divided by the factor as all durations are."""
        seconds = duration.total_seconds() / self._state.factor
        if self._state.frozen:
            self._state.now += seconds
        else:
            self._state.offset += seconds
        self.catch_up()

    def set_pace(self, factor: float | None, *, frozen: bool | None) -> None:
        """Change the factor for timers set from now on, or freeze and thaw the clock."""
        self.catch_up()
        if factor is not None:
            self._state.factor = factor
        if frozen is not None and frozen != self._state.frozen:
            self._state.frozen = frozen
            self._state.offset = self.now - time.time()

    def save(self) -> None:
        """Write the pending timers into the state."""
        self._state.timers = [timer for _, _, timer in self._heap]

    def _moment(self) -> float:
        if self._state.frozen:
            return self._state.now
        return time.time() + self._state.offset
