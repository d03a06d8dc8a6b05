"""A backtest for a person at a terminal."""

from collections.abc import Iterable

from cli.output import console, say, table
from cli.visible import on_one_line
from lakemend.backtest import Backtest, Tally, by_cause, total

COLUMNS = ("Cause", "Failed", "Act", "Leave", "Repaired by hand", "Helped", "Act in vain")


def show_backtest(backtest: Backtest) -> None:
    """Print counts by cause, and what they mean."""
    whole = total(backtest)
    say(
        f"{backtest.workspace}, {backtest.since:%Y-%m-%d} to {backtest.until:%Y-%m-%d}: "
        f"{backtest.runs_listed} runs, {whole.failures} of them failed."
    )
    if backtest.failures:
        console().print(table(COLUMNS, map(cells, [*by_cause(backtest), whole])))
    for line in findings(backtest):
        say(line)


def cells(counted: Tally) -> list[str]:
    """Write one row."""
    numbers = (
        counted.failures,
        counted.would_act,
        counted.left_alone,
        counted.repaired_by_hand,
        counted.repairs_that_helped,
        counted.in_vain,
    )
    return [on_one_line(counted.name), *map(str, numbers)]


def findings(backtest: Backtest) -> Iterable[str]:
    """Say what the counts mean, and what they lack."""
    whole = total(backtest)
    yield f"Lakemend would have acted on {whole.would_act} and left {whole.left_alone} to people."
    if whole.repaired_by_hand:
        yield (
            f"{whole.repaired_by_hand} were repaired by hand; {whole.repairs_that_helped} of these "
            f"succeeded then, and on {whole.agreed} of those Lakemend would have acted. "
            f"On {whole.in_vain} it would have acted though a repair by hand failed again."
        )
    if not backtest.complete:
        yield "There are more failures than were read; --at-most reads more."
    if backtest.unreadable:
        first = on_one_line(backtest.unreadable[0])
        yield f"{len(backtest.unreadable)} runs could not be read; the first: {first}"
    for each in backtest.unread:
        yield on_one_line(f"Left out: {each.what}: {each.why}")
