"""Learn which words speak for which cause: `python -m bench.words` writes `knowledge/words.tsv`.

Read are the labelled texts of the tests, texts that readers recalled from the software they know,
and the examples of rules, names and numbers. It is a multinomial logistic regression, small enough
to need no library; the same texts give the same table.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from pathlib import Path
from random import Random

from lakemend.diagnosis import Cause
from lakemend.diagnosis.name_table import known_names
from lakemend.diagnosis.numbers import number_findings, number_tables
from lakemend.diagnosis.passages import Where, passage
from lakemend.diagnosis.resemblance import ANY_WORD, words_of
from lakemend.diagnosis.rules import load_rules

FOLDERS = (Path("tests/lakemend/diagnosis/data"), Path("bench/texts"))
TABLE = Path("lakemend/knowledge/words.tsv")

# A word of one text only would be that text's label.
FEWEST_TEXTS = 2

EPOCHS = 20
# How far a text moves the weights at first; the last epoch moves them a tenth as far.
STEP = 1.5
# How strongly weights are drawn to zero, so that no single text decides.
DECAY = 1e-5
# Weights below this change no answer and would only fill the table.
LEAST_WEIGHT = 0.5


Weights = dict[str, list[float]]
Features = list[tuple[str, float]]


@dataclass(frozen=True)
class Labelled:
    label: Cause
    words: frozenset[str]


def read_texts(folder: Path) -> list[Labelled]:
    rows = [
        json.loads(line)
        for file in sorted(folder.glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    return [labelled(row["label"], row["text"]) for row in rows]


def read_examples() -> list[Labelled]:
    entries = [compiled.rule for compiled in load_rules().rules]
    named = {row.id: row for row in known_names().values() if row.cause is not Cause.UNKNOWN}
    return [
        *(labelled(entry.cause, text) for entry in entries for text in entry.examples),
        *(labelled(row.cause, text) for row in named.values() for text in row.examples),
        *(numbered(text) for table in number_tables() for text in table.examples),
    ]


def numbered(text: str) -> Labelled:
    """Label a message by the surest of its numbers."""
    found = number_findings(passage(Where.TEXT, text))
    surest = max(found, key=lambda finding: finding.confidence)
    return labelled(surest.cause, text)


def labelled(label: str, text: str) -> Labelled:
    return Labelled(Cause(label), words_of(passage(Where.TEXT, text)))


def rarities(texts: Sequence[Labelled]) -> dict[str, float]:
    counts = Counter(word for text in texts for word in text.words)
    return {
        word: log(len(texts) / count) + 1
        for word, count in sorted(counts.items())
        if count >= FEWEST_TEXTS
    }


def learn(texts: Sequence[Labelled], rarity: dict[str, float]) -> Weights:
    causes = list(Cause)
    weights = {word: [0.0] * len(causes) for word in (ANY_WORD, *rarity)}
    prepared = [(causes.index(text.label), features(text.words, rarity)) for text in texts]
    order = Random(0)
    for epoch in range(EPOCHS):
        order.shuffle(prepared)
        for label, present in prepared:
            move(weights, label, present, STEP * 0.1 ** (epoch / (EPOCHS - 1)))
    return weights


def features(words: Iterable[str], rarity: dict[str, float]) -> Features:
    known = sorted(word for word in words if word in rarity)
    length = sqrt(sum(rarity[word] ** 2 for word in known)) or 1.0
    return [(ANY_WORD, 1.0), *((word, rarity[word] / length) for word in known)]


def move(weights: Weights, label: int, present: Features, step: float) -> None:
    errors = shares(weights, present)
    errors[label] -= 1
    for word, amount in present:
        value = weights[word]
        for cause, error in enumerate(errors):
            value[cause] -= step * (error * amount + DECAY * value[cause])


def shares(weights: Weights, present: Features) -> list[float]:
    sums = [0.0] * len(Cause)
    for word, amount in present:
        for cause, weight in enumerate(weights[word]):
            sums[cause] += weight * amount
    highest = max(sums)
    raised = [exp(total - highest) for total in sums]
    whole = sum(raised)
    return [one / whole for one in raised]


def write(file: Path, weights: Weights, rarity: dict[str, float]) -> None:
    lines = ["word\trarity\tspeaks for"]
    for word, values in weights.items():
        told = {
            cause: value
            for cause, value in zip(Cause, values, strict=True)
            if abs(value) >= LEAST_WEIGHT or word == ANY_WORD
        }
        if told:
            cell = " ".join(f"{cause}:{value:.1f}" for cause, value in told.items())
            lines.append(f"{word}\t{rarity.get(word, 1.0):.1f}\t{cell}")
    file.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.words", description=__doc__)
    parser.add_argument("--texts", type=Path, nargs="+", default=FOLDERS)
    parser.add_argument("--out", type=Path, default=TABLE)
    arguments = parser.parse_args()
    read = [text for folder in arguments.texts for text in read_texts(folder)]
    texts = [*read, *read_examples()]
    rarity = rarities(texts)
    write(arguments.out, learn(texts, rarity), rarity)
    print(f"{len(texts)} texts, {len(rarity)} words")


if __name__ == "__main__":
    main()
