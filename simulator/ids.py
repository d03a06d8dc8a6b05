"""Ids of the workspace's objects."""

from simulator.records import State

FIRST = 2**53
"""Above this a float or a JavaScript number cannot hold every integer."""


def next_id(state: State) -> int:
    """Give a new id for a job, run, repair or delivery.

    All are odd and above 2**53, so that one pass through a float changes every one of them.
    """
    state.counter += 1
    return FIRST + 2 * 104_729 * state.counter + 1


def next_cluster_id(state: State) -> str:
    """Give a new cluster id in the platform's form, like `0821-000007-1a2b3c4d`."""
    state.counter += 1
    return f"0821-{state.counter:06d}-{(state.counter * 2654435761) % 2**32:08x}"
