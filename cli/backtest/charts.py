"""Charts as inline SVG: no script, no network."""

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape

from cli.visible import on_one_line
from lakemend.backtest import PastFailure, Tally

WIDTH = 760
_LABEL = 210
_ROW = 24
_MOST_ROWS = 20
_LONGEST_NAME = 30
_DAYS_HEIGHT = 140
_LEGEND = (("act", "would act"), ("leave", "left to people"))


def bars_by(counted: Sequence[Tally], title: str) -> str:
    """Draw a bar per group: what would be acted on, then what is left to people."""
    shown = counted[:_MOST_ROWS]
    scale = (WIDTH - _LABEL - 50) / max((each.failures for each in shown), default=1)
    rows = "".join(_bar(number, each, scale) for number, each in enumerate(shown))
    return _drawing(title, len(shown) * _ROW + 8, rows)


def columns_by_day(failures: Sequence[PastFailure], first: date, last: date, title: str) -> str:
    """Draw a column per day from `first` to `last`."""
    count = (last - first).days + 1
    days = [first + timedelta(days=number) for number in range(count)]
    acting = _per_day([each for each in failures if each.would_act])
    left = _per_day([each for each in failures if not each.would_act])
    most = max((acting.get(day, 0) + left.get(day, 0) for day in days), default=0) or 1
    width, scale = WIDTH / count, (_DAYS_HEIGHT - 30) / most
    drawn = "".join(
        _column(number * width, width, acting.get(day, 0), left.get(day, 0), scale, day)
        for number, day in enumerate(days)
    )
    return _drawing(title, _DAYS_HEIGHT, drawn + _ends(first, last))


def legend() -> str:
    """Say what the colours mean."""
    return " ".join(f'<span class="key {name}"></span> {words}' for name, words in _LEGEND)


def _bar(number: int, counted: Tally, scale: float) -> str:
    top = number * _ROW + 4
    acting, left = counted.would_act * scale, counted.left_alone * scale
    name = on_one_line(counted.name)
    label = escape(name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…")
    return (
        f'<text x="{_LABEL - 8}" y="{top + 14}" text-anchor="end">{label}</text>'
        f'<rect class="act" x="{_LABEL}" y="{top}" width="{acting:.1f}" height="18"/>'
        f'<rect class="leave" x="{_LABEL + acting:.1f}" y="{top}" width="{left:.1f}" height="18"/>'
        f'<text x="{_LABEL + acting + left + 6:.1f}" y="{top + 14}">{counted.failures}</text>'
    )


def _column(x: float, width: float, acting: int, left: int, scale: float, day: date) -> str:
    bottom, inner = _DAYS_HEIGHT - 20, max(width - 2, 1)
    low, high = acting * scale, left * scale
    return (
        f"<g><title>{day}: {acting + left}</title>"
        f'<rect class="act" x="{x:.1f}" y="{bottom - low:.1f}" width="{inner:.1f}" '
        f'height="{low:.1f}"/>'
        f'<rect class="leave" x="{x:.1f}" y="{bottom - low - high:.1f}" width="{inner:.1f}" '
        f'height="{high:.1f}"/></g>'
    )


def _ends(first: date, last: date) -> str:
    low = _DAYS_HEIGHT - 4
    return (
        f'<text x="0" y="{low}">{first}</text>'
        f'<text x="{WIDTH}" y="{low}" text-anchor="end">{last}</text>'
    )


def _drawing(title: str, height: int, content: str) -> str:
    name = escape(title)
    return (
        f'<div class="wide"><svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{name}">'
        f"<title>{name}</title>{content}</svg></div>"
    )


def _per_day(failures: Sequence[PastFailure]) -> dict[date, int]:
    days: dict[date, int] = {}
    for each in failures:
        if each.failed_at:
            day = each.failed_at.date()
            days[day] = days.get(day, 0) + 1
    return days
