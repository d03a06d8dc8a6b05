from typing import Any

import pytest

from lakemend.compute.library_move import (
    LibraryMove,
    Replacement,
    failed_candidates,
    next_move,
)


def pandas(version: str) -> dict[str, Any]:
    return {"pypi": {"package": f"pandas=={version}"}}


def shown(**statuses: str) -> list[dict[str, Any]]:
    """Statuses by version, written like `v2_1_0`."""
    return [
        {"library": pandas(version[1:].replace("_", ".")), "status": status}
        for version, status in statuses.items()
    ]


OLD = pandas("2.1.0")
REPLACEMENT = Replacement(OLD, ("2.0.3", "1.5.3"))


@pytest.mark.parametrize(
    ("statuses", "state", "move", "about"),
    [
        (shown(v2_1_0="FAILED"), "RUNNING", LibraryMove.UNINSTALL, OLD),
        (shown(v2_1_0="UNINSTALL_ON_RESTART"), "RUNNING", LibraryMove.RESTART, OLD),
        (shown(), "RUNNING", LibraryMove.INSTALL, pandas("2.0.3")),
        (shown(v2_0_3="INSTALLING"), "RUNNING", LibraryMove.WAIT, pandas("2.0.3")),
        (shown(v2_0_3="INSTALLED"), "RUNNING", LibraryMove.DONE, pandas("2.0.3")),
        (shown(v2_0_3="FAILED"), "RUNNING", LibraryMove.UNINSTALL, pandas("2.0.3")),
        (shown(v2_0_3="PENDING"), "TERMINATED", LibraryMove.START, pandas("2.0.3")),
        (shown(), "TERMINATED", LibraryMove.INSTALL, pandas("2.0.3")),
    ],
)
def test_move_by_statuses_and_state(
    statuses: list[Any], state: str, move: LibraryMove, about: dict[str, Any]
) -> None:
    following = next_move(REPLACEMENT, [], statuses, state)

    assert (following.move, following.libraries[0]) == (move, about)


@pytest.mark.parametrize("state", ["PENDING", "RESTARTING", "RESIZING", "TERMINATING"])
def test_cluster_on_its_way_is_waited_for(state: str) -> None:
    assert next_move(REPLACEMENT, [], shown(v2_1_0="FAILED"), state).move is LibraryMove.WAIT


def test_cluster_in_error_is_impossible() -> None:
    assert next_move(REPLACEMENT, [], shown(), "ERROR").move is LibraryMove.IMPOSSIBLE


def test_version_that_was_given_up_is_not_tried_again() -> None:
    following = next_move(REPLACEMENT, [pandas("2.0.3")], shown(), "RUNNING")

    assert (following.move, following.libraries) == (LibraryMove.INSTALL, (pandas("1.5.3"),))


def test_list_that_is_used_up_ends_it() -> None:
    gave_up = [pandas("2.0.3"), pandas("1.5.3")]

    assert next_move(REPLACEMENT, gave_up, shown(), "RUNNING").move is LibraryMove.EXHAUSTED


def test_only_candidates_that_failed_are_given_up() -> None:
    statuses = shown(v2_1_0="FAILED", v2_0_3="FAILED", v1_5_3="INSTALLED")

    assert failed_candidates(REPLACEMENT, statuses) == [pandas("2.0.3")]
