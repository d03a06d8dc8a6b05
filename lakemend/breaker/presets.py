"""Settings under which a breaker decides as those that people know."""

from dataclasses import dataclass
from datetime import timedelta

from lakemend.breaker.settings import BreakerSettings, HalfOpenRule, LateReports, Window

# resilience4j tries again strictly after its wait, we at its end
_JUST_AFTER = timedelta(microseconds=1)
# theirs have no owner and never end; ours have to, and a century is as good as never
_NEVER = timedelta(days=36500)


@dataclass(frozen=True)
class Resilience4jConfig:
    """What a CircuitBreakerConfig holds, under the names of the recorded sequences.

    `size` is a number of calls, or of seconds for a `time` window. An exponential interval function
    multiplies `open_seconds` by `multiplier` for each opening in a row, up to `most_open_seconds`.
    `automatic` is its transition to half-open by a timer, rather than by the next call.
    """

    window: str
    size: int
    minimum_calls: int
    failure_rate: float
    slow_rate: float
    slow_seconds: float
    open_seconds: float
    half_open_probes: int
    multiplier: float = 1
    most_open_seconds: float = 0
    half_open_seconds: float = 0
    automatic: bool = False


def like_resilience4j(config: Resilience4jConfig) -> BreakerSettings:
    """Return the settings that answer each call as resilience4j does, and show the same state."""
    later = timedelta(0) if config.automatic else _JUST_AFTER
    longest = max(config.open_seconds, config.most_open_seconds)
    half_open_for = timedelta(seconds=config.half_open_seconds)
    return BreakerSettings(
        window=Window(config.window),
        window_size=config.size,
        window_for=timedelta(seconds=config.size),
        minimum_calls=config.minimum_calls,
        failure_rate=config.failure_rate,
        slow_rate=config.slow_rate,
        slow_after=timedelta(seconds=config.slow_seconds),
        open_for=timedelta(seconds=config.open_seconds) + later,
        open_for_max=timedelta(seconds=longest) + later,
        open_growth=config.multiplier,
        half_open_permits=config.half_open_probes,
        half_open_for_max=half_open_for or None,
        half_open_rule=HalfOpenRule.RATE,
        late_reports=LateReports.COUNT,
        permit_expires_after=_NEVER,
        forget_after=_NEVER,
        cool_down=timedelta(0),
    )


def like_polly(
    *,
    failure_ratio: float = 0.1,
    sampling_duration: timedelta = timedelta(seconds=30),
    minimum_throughput: int = 100,
    break_duration: timedelta = timedelta(seconds=5),
) -> BreakerSettings:
    """Return the settings of a CircuitBreakerStrategyOptions; the defaults are Polly's."""
    return BreakerSettings(
        window=Window.TIME,
        window_for=sampling_duration,
        minimum_calls=minimum_throughput,
        failure_rate=100 * failure_ratio,
        open_for=break_duration,
        open_for_max=break_duration,
        half_open_permits=1,
        success_threshold=1,
        permit_expires_after=_NEVER,
        forget_after=_NEVER,
        cool_down=timedelta(0),
    )
