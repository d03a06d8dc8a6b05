"""What it takes to replace a library on an all-purpose cluster: one move at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lakemend.compute.cluster_restart import CHANGING
from lakemend.compute.libraries import with_version

Json = dict[str, Any]

_LEAVING = "UNINSTALL_ON_RESTART"


class LibraryMove(StrEnum):
    """The next thing to do."""

    UNINSTALL = "uninstall"
    RESTART = "restart"
    START = "start"
    INSTALL = "install"
    WAIT = "wait"
    DONE = "done"
    EXHAUSTED = "exhausted"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class Replacement:
    """A library that failed, and the versions to try in its place, best first."""

    failed: Json
    versions: tuple[str, ...]

    @property
    def candidates(self) -> list[Json]:
        """The same library in each version."""
        return [with_version(self.failed, version) for version in self.versions]


@dataclass(frozen=True)
class Next:
    """A move with the libraries that it is about."""

    move: LibraryMove
    libraries: tuple[Json, ...] = ()


def next_move(
    replacement: Replacement, gave_up: Sequence[Json], statuses: Sequence[Json], state: str
) -> Next:
    """Decide by the statuses and the cluster's state; `gave_up` are candidates that failed before.

    What failed is marked for removal, which takes effect with a restart; then the next version is
    installed; one that fails too makes room for the one after it. Every path ends in DONE,
    EXHAUSTED or IMPOSSIBLE (databricks-sdk: compute.LibraryInstallStatus).
    """
    known = [(each["library"], each.get("status") or "") for each in statuses]
    failed = [*gave_up, *failed_candidates(replacement, statuses)]
    wanted = next((each for each in replacement.candidates if each not in failed), None)
    if state in CHANGING:
        return Next(LibraryMove.WAIT)
    if state not in {"RUNNING", "TERMINATED"}:
        return Next(LibraryMove.IMPOSSIBLE)
    if wanted is None:
        return Next(LibraryMove.EXHAUSTED, (replacement.failed, *replacement.candidates))
    obsolete = [replacement.failed, *failed]
    present = [each for each in obsolete if _status(known, each)]
    staying = [each for each in present if _status(known, each) != _LEAVING]
    if staying:
        return Next(LibraryMove.UNINSTALL, tuple(staying))
    if present and state == "RUNNING":
        return Next(LibraryMove.RESTART, tuple(present))
    return _place(wanted, _status(known, wanted), state)


def failed_candidates(replacement: Replacement, statuses: Sequence[Json]) -> list[Json]:
    """Return the candidates that the cluster could not install; once removed they are not shown."""
    failed = [each["library"] for each in statuses if each.get("status") in {"FAILED", "SKIPPED"}]
    return [each for each in replacement.candidates if each in failed]


def _place(wanted: Json, status: str, state: str) -> Next:
    if not status:
        return Next(LibraryMove.INSTALL, (wanted,))
    if state == "TERMINATED":
        return Next(LibraryMove.START, (wanted,))
    move = LibraryMove.DONE if status in {"INSTALLED", "RESTORED"} else LibraryMove.WAIT
    return Next(move, (wanted,))


def _status(known: Sequence[tuple[Json, str]], library: Json) -> str:
    """Return the status, "" for what the cluster does not have."""
    return next((status or "PENDING" for each, status in known if each == library), "")
