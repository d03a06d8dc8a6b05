"""Compares our breaker with sequences recorded from resilience4j.

    python -m tests.lakemend.breaker.resilience4j FILE

A line of the file is one sequence: `config` and `ops`, each operation with the answer and the state
that resilience4j gave. A name that ends in `.gz` is unpacked.
"""

import gzip
import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from lakemend.breaker.presets import Resilience4jConfig, like_resilience4j
from lakemend.breaker.state import Trigger
from lakemend.permit import PermitOutcome
from tests.lakemend.breaker.driven_breaker import DrivenBreaker

RECORDED = Path(__file__).parent / "data" / "resilience4j_sequences.jsonl.gz"
BY_HAND = {
    "reset": Trigger.RESET,
    "close": Trigger.RESET,
    "force_open": Trigger.FORCE_OPEN,
    "disable": Trigger.DISABLE,
}


def read(path: Path) -> Iterator[dict[str, Any]]:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in text.splitlines():
        yield json.loads(line)


def first_difference(sequence: dict[str, Any]) -> str:
    """Replay one sequence; returns "" if every answer and every state is the same."""
    driven = DrivenBreaker(like_resilience4j(Resilience4jConfig(**sequence["config"])))
    for step, op in enumerate(sequence["ops"]):
        granted = _do(driven, op)
        if granted is not None and granted != op["granted"]:
            return f"sequence {sequence['id']} step {step}: granted is {granted}"
        if driven.state != op["state"]:
            return f"sequence {sequence['id']} step {step}: {driven.state}, not {op['state']}"
    return ""


def _do(driven: DrivenBreaker, op: dict[str, Any]) -> bool | None:
    kind = op["op"]
    if kind == "acquire":
        return driven.acquire()
    if kind == "advance":
        driven.wait(op["s"])
    elif kind in BY_HAND:
        driven.by_hand(BY_HAND[kind])
    else:
        driven.report(PermitOutcome(kind), duration=timedelta(seconds=op.get("s", 0)))
    return None


def main(path: Path) -> int:
    differences = [difference for difference in map(first_difference, read(path)) if difference]
    for difference in differences:
        sys.stdout.write(f"{difference}\n")
    sys.stdout.write(f"{len(differences)} sequences differ\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
