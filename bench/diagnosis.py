"""How right and how fast the diagnosis of labelled failure texts is.

`python -m bench.diagnosis [--texts FILE.jsonl] [--save]`. Each line of the file holds
`{"id", "label", "text"}`. Printed: accuracy, macro F1, what was confused, the share of `unknown`
among texts that have a cause, harm, and speed. Harm is the share of texts where the diagnosis would
act although the labelled cause needs a person.
"""

import json
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from rich.table import Table

from bench.results import command_line, conclude
from lakemend.diagnosis import Cause, Diagnosis, Remedy
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.diagnose import diagnose_text

DEFAULT = Path("tests/lakemend/diagnosis/data/failure_texts.jsonl")
ACTING = frozenset({Remedy.RETRY, Remedy.CHANGE})
TRACE_CHARACTERS = 200_000
REPEATS = 5


@dataclass(frozen=True)
class Answered:
    id: str
    label: Cause
    diagnosis: Diagnosis
    milliseconds: float

    @property
    def right(self) -> bool:
        return self.diagnosis.cause is self.label

    @property
    def harmful(self) -> bool:
        needs_a_person = cause_table()[self.label].remedy not in ACTING
        return needs_a_person and self.diagnosis.remedy in ACTING


def answer(path: Path) -> list[Answered]:
    diagnose_text("the first call reads the rules")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [Answered(str(row["id"]), Cause(row["label"]), *timed(str(row["text"]))) for row in rows]


def timed(text: str) -> tuple[Diagnosis, float]:
    """The best of some repeats: what the machine does besides is not ours to measure."""
    times: list[float] = []
    for _ in range(REPEATS):
        started = perf_counter()
        diagnose_text(text)
        times.append((perf_counter() - started) * 1000)
    return diagnose_text(text), min(times)


def macro_f1(answers: Sequence[Answered]) -> float:
    right = Counter(answer.label for answer in answers if answer.right)
    labelled = Counter(answer.label for answer in answers)
    named = Counter(answer.diagnosis.cause for answer in answers)
    scores = [2 * right[cause] / (labelled[cause] + named[cause]) for cause in labelled]
    return statistics.fmean(scores)


def long_traces() -> dict[str, str]:
    """200 KB of the kinds that occur, and of one meant to be slow: nothing but telling words."""
    frame = "\tat org.apache.spark.sql.Dataset.$anonfun$withAction(Dataset.scala:4167)\n"
    frames = frame * (TRACE_CHARACTERS // 2 // len(frame))
    task = (
        "24/01/01 10:00:00 WARN TaskSetManager: Lost task {0}.0 in stage 3.0 (TID {0}): attempt {0}"
    )
    tasks = "\n".join(task.format(number) for number in range(3000))
    return {
        "frames": f"Job aborted.\n{frames}Caused by: No space left on device\n{frames}",
        "log": f"{tasks}\njava.io.IOException: No space left on device"[-TRACE_CHARACTERS:],
        "no line break": " ".join(f"word{number} failed" for number in range(13_000)),
        "telling words": "cluster not found connection refused quota exceeded memory lost " * 3000,
    }


def measured(answers: Sequence[Answered]) -> dict[str, float]:
    """Return every figure; times are milliseconds."""
    count = len(answers)
    with_cause = [answer for answer in answers if answer.label is not Cause.UNKNOWN]
    unknown = sum(answer.diagnosis.cause is Cause.UNKNOWN for answer in with_cause)
    times = [answer.milliseconds for answer in answers]
    return {
        "texts": count,
        "accuracy": round(sum(answer.right for answer in answers) / count, 3),
        "macro F1": round(macro_f1(answers), 3),
        "unknown": round(unknown / max(len(with_cause), 1), 3),
        "harm": round(sum(answer.harmful for answer in answers) / count, 3),
        "median ms": round(statistics.median(times), 2),
        "slowest ms": round(max(times), 2),
        **{
            f"200 KB ms, {name}": round(timed(trace[:TRACE_CHARACTERS])[1], 1)
            for name, trace in long_traces().items()
        },
    }


def confusion(answers: Sequence[Answered]) -> Table:
    """Draw what was taken for what, and name the texts that would be harmed."""
    harmful = [answer.id for answer in answers if answer.harmful]
    drawn = Table("labelled", "named", "texts", caption=f"harmed: {', '.join(harmful) or 'none'}")
    wrong = Counter(
        (answer.label, answer.diagnosis.cause) for answer in answers if not answer.right
    )
    for (label, named), count in wrong.most_common():
        drawn.add_row(label, named, str(count))
    return drawn


def main() -> int:
    """Print the figures and what was confused, with `--save` keep the figures."""
    parser = command_line("diagnosis", __doc__)
    parser.add_argument("--texts", type=Path, default=DEFAULT)
    answers = answer(parser.parse_args().texts)
    figures = measured(answers)
    drawn = Table("figure", "measured", title="Diagnosis of labelled texts")
    for name, value in figures.items():
        drawn.add_row(name, str(value))
    return conclude("diagnosis", [drawn, confusion(answers)], figures, [])


if __name__ == "__main__":
    sys.exit(main())
