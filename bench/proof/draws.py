"""Where the trials come from; what is drawn shrinks towards one job and nothing in its way."""

from hypothesis import strategies as st

from bench.proof.trial import Deed, Failing, Kill, Shape, Trial, Trouble
from simulator.model.failure_kinds import FailureKind

READS = ("*/runs/get", "*/runs/get-output", "*/jobs/get", "*/runs/list")
WRITES = ("*/runs/repair", "*/jobs/update", "*/run-now")
# what the simulated workspace decides by itself, rather than by a word of the scenario
BY_MODEL = ("memory", "too_much_memory", "too_slow", "no_machines", "too_many_runs")
_PASSING = (429, 429, 500, 503, 504)
_REFUSING = (400, 403, 404)

_often = st.integers(1, 2)
_nth = st.integers(1, 4)

troubles = st.one_of(
    st.builds(
        Trouble,
        kind=st.just("status"),
        path=st.sampled_from(READS + WRITES),
        nth=_nth,
        times=st.integers(1, 3),
        status=st.sampled_from(_PASSING),
    ),
    st.builds(
        Trouble,
        kind=st.sampled_from(["drop_after", "drop_before"]),
        path=st.sampled_from((*WRITES, "*")),
        nth=_nth,
        times=_often,
    ),
    st.builds(
        Trouble,
        kind=st.just("stale"),
        path=st.sampled_from(READS),
        nth=_nth,
        seconds=st.sampled_from([0.3, 1.0]),
    ),
    st.builds(
        Trouble,
        kind=st.just("delay"),
        path=st.sampled_from(READS + WRITES),
        nth=_nth,
        seconds=st.sampled_from([0.2, 1.5]),
    ),
    st.builds(
        Trouble,
        kind=st.just("status"),
        path=st.sampled_from(WRITES),
        nth=_nth,
        times=_often,
        status=st.sampled_from(_REFUSING),
    ),
)

deeds = st.builds(
    Deed,
    do=st.sampled_from(
        [
            "edit_settings",
            "repair_run",
            "cancel_run",
            "run_now",
            "delete_job",
            "terminate_cluster",
        ]
    ),
    when=st.sampled_from(["failed", "started"]),
    delay_seconds=st.sampled_from([0, 30, 120, 300]),
)

failing = st.builds(
    Failing,
    shape=st.sampled_from(Shape),
    failure=st.sampled_from([*BY_MODEL, *FailureKind]),
    times=st.integers(1, 4) | st.none(),
    troubles=st.lists(troubles, max_size=3).map(tuple),
    deed=st.none() | st.none() | deeds,
    cancel_after=st.none() | st.none() | st.none() | st.sampled_from([0.2, 1.0, 3.0]),
    copies=st.sampled_from([1, 1, 2, 5]),
)

kills = st.builds(Kill, at_call=st.integers(1, 60), after_effect=st.booleans())

trials = st.builds(
    Trial,
    jobs=st.lists(failing, min_size=1, max_size=4).map(tuple),
    kills=st.lists(kills, max_size=2).map(tuple),
    late=st.booleans(),
    reordered=st.booleans(),
    ids=st.sampled_from(["strings", "integers"]),
)
