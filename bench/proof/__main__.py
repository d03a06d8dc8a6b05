"""`python -m bench.proof`: random failures, faults and kills, and what must hold after each."""

import argparse
import random
import sys
import time

from hypothesis import HealthCheck, Phase, given, seed, settings

from bench.proof.draws import trials
from bench.proof.proof import Proof
from bench.proof.trial import Trial


def main() -> int:
    """Print the seed, so that what was found can be found again; 1 when a claim does not hold."""
    parser = argparse.ArgumentParser(prog="python -m bench.proof", description=__doc__)
    parser.add_argument("--examples", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    began, passed = time.monotonic(), 0

    with Proof() as proof:

        @seed(options.seed)
        @settings(
            max_examples=options.examples,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=[HealthCheck.too_slow],
        )
        @given(trials)
        def holds(trial: Trial) -> None:
            nonlocal passed
            broken = proof.check(trial)
            if broken:
                print(trial, *broken, sep="\n", flush=True)
            assert not broken, "\n".join(broken)
            passed += 1
            print(f"{passed} passed, {time.monotonic() - began:.0f} s", flush=True)

        try:
            holds()
        except AssertionError as error:
            print(f"{error}\nseed {options.seed}: {passed} trials passed before")
            return 1
    print(f"seed {options.seed}: all {passed} trials passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
