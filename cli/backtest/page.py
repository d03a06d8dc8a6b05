"""A backtest as one HTML page: everything inside, nothing fetched, every foreign text escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from cli.backtest.charts import bars_by, columns_by_day, legend
from cli.backtest.table import COLUMNS, cells, findings
from cli.visible import on_one_line
from lakemend.backtest import Backtest, PastFailure, by_cause, by_job, total

_FAILURE_COLUMNS = ("Run", "Job", "Failed at", "Cause", "Sure", "It would", "Repairs by hand")
_STYLE = """
:root { color-scheme: light dark; --act: #2f7d4f; --leave: #b9862c; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
svg { width: 100%; min-width: 36rem; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: currentColor; }
.act { fill: var(--act); background: var(--act); }
.leave { fill: var(--leave); background: var(--leave); }
.key { display: inline-block; width: .8em; height: .8em; margin-left: 1em; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #8884; }
td { overflow-wrap: break-word; max-width: 24rem; }
"""


def page(backtest: Backtest) -> str:
    """Write the page."""
    name = _text(f"Backtest of workspace {backtest.workspace}")
    first, last = backtest.since.date(), backtest.until.date()
    whole = total(backtest)
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta http-equiv="Content-Security-Policy"',
            "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{name}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{name}</h1>",
            f"<p>{first} to {last}: {backtest.runs_listed} runs, {whole.failures} failed.</p>",
            *(f"<p>{_text(line)}</p>" for line in findings(backtest)),
            f"<h2>By cause</h2><p>{legend()}</p>",
            bars_by(by_cause(backtest), "Failures by cause"),
            _table(COLUMNS, map(cells, [*by_cause(backtest), whole])),
            "<h2>By day</h2>",
            columns_by_day(backtest.failures, first, last, "Failures by day"),
            "<h2>By job</h2>",
            bars_by(by_job(backtest), "Failures by job"),
            "<h2>Every failure</h2>",
            _table(_FAILURE_COLUMNS, map(_failure, backtest.failures)),
            "</body></html>\n",
        )
    )


def _failure(each: PastFailure) -> list[str]:
    repairs = f"{each.repairs}, then {each.repaired_to or 'not over'}" if each.repairs else "none"
    done = ", ".join(each.actions) if each.would_act else f"{each.consent}: {each.reason}"
    return [
        each.run_id,
        each.job_name or each.job_id,
        f"{each.failed_at:%Y-%m-%d %H:%M}" if each.failed_at else "",
        each.cause,
        f"{each.confidence:.0%}",
        done,
        repairs,
    ]


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{_text(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _text(value: str) -> str:
    return escape(on_one_line(value))
