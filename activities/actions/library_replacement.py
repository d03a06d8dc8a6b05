"""Replacing a library on an all-purpose cluster: uninstall, restart, install, poll."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from activities.actions.action import Plan, Try
from activities.actions.others import heed
from activities.errors import StillChangingError
from activities.reading.cluster import cluster_facts
from activities.reading.values import part
from activities.resources.active_runs import active_runs_on
from activities.resources.libraries import LibrariesResource, ordered
from activities.resources.stored import Shelf
from activities.workspace import Json, Write
from activities.workspace.writes import (
    install_libraries,
    restart_cluster,
    start_cluster,
    uninstall_libraries,
)
from lakemend import actions
from lakemend.compute.libraries import choose_failed, described, fallbacks
from lakemend.compute.library_move import (
    LibraryMove,
    Next,
    Replacement,
    failed_candidates,
    next_move,
)
from lakemend.compute.raw_settings import settings_hash
from lakemend.errors import InvalidStateError, ThirdPartyChangeError
from lakemend.evidence import ClusterFacts
from lakemend.step import Change, StepResult, Target
from records import Records

SOON = timedelta(seconds=5)  # an installation takes a minute, a restart several
AT_ONCE = timedelta(seconds=1)  # after a call, the next move is often possible already

Step = Try[actions.InstallLibraryVersion]


@dataclass(frozen=True)
class _Scene:
    """All that a move is decided by and made with."""

    tried: Step
    target: Target
    shelf: Shelf
    cluster: ClusterFacts
    before: Json
    seen: Json


def replace_on_cluster(records: Records, tried: Step, target: Target) -> Plan:
    """Make the one move that statuses and state ask for; later tries make the further ones.

    Raises ThirdPartyChangeError when the libraries are neither as before nor as we made them.
    """
    step = tried.step
    resource = LibrariesResource(tried.workspace, target)
    shelf = Shelf(records, step.workspace, step.incident_id, resource.name)
    statuses = resource.statuses()
    seen = resource.staying(statuses)
    begun = {**seen.settings, "failed": _failed(statuses)}
    before = begun if step.dry_run else shelf.keep_beginning(step.token, begun)
    if not before["failed"]:
        return Plan(StepResult(message=f"No library of cluster {target.id} failed"))
    replacement = _replacement(tried, before)
    cluster = cluster_facts(tried.workspace.get_cluster(target.id))
    scene = _Scene(tried, target, shelf, cluster, before, seen.settings)
    if not step.dry_run:
        for each in failed_candidates(replacement, statuses):
            shelf.keep_beginning(_mark(step.token, each), {})
        _refuse_foreign(scene, seen.hash)
    gave_up = [each for each in replacement.candidates if shelf.remembers(_mark(step.token, each))]
    following = next_move(replacement, gave_up, statuses, cluster.state)
    plan = _move(scene, following)
    wanted = next((each for each in replacement.candidates if each not in gave_up), None)
    return replace(plan, later=tuple(_later(scene, following.move, wanted)))


def _replacement(tried: Step, before: Json) -> Replacement:
    chosen = tried.parameters
    failed = choose_failed(before["failed"], chosen.package, chosen.versions)
    return Replacement(failed, tuple(fallbacks(failed, chosen.versions)[: chosen.at_most]))


def _refuse_foreign(scene: _Scene, seen_hash: str) -> None:
    """Whoever else adds or removes libraries meanwhile knows better than we do."""
    before = settings_hash({"libraries": scene.before["libraries"]})
    if seen_hash not in {before} | scene.shelf.target_hashes():
        raise ThirdPartyChangeError(scene.target.resource, "libraries")


def _move(scene: _Scene, following: Next) -> Plan:
    cluster, named = scene.cluster, ", ".join(described(each) for each in following.libraries)
    name = f"cluster {cluster.cluster_id}"
    if following.move is LibraryMove.WAIT:
        raise StillChangingError(f"Installing {named or 'libraries'} on {name}", SOON)
    if following.move is LibraryMove.EXHAUSTED:
        raise InvalidStateError("install_library_version", f"none of {named} installs on {name}")
    if following.move is LibraryMove.IMPOSSIBLE:
        raise InvalidStateError("install_library_version", f"{name} is {cluster.state}")
    if following.move is LibraryMove.DONE:
        return Plan(_done(scene, f"{named} is installed on {name}"))
    if following.move is LibraryMove.START and cluster.termination_code == "USER_REQUEST":
        return Plan(StepResult(message=f"{name} was stopped by a person", superseded=True))
    write = _write(scene, following, named)
    return Plan(StepResult(message=write.summary), (write,))


def _later(scene: _Scene, move: LibraryMove, wanted: Json | None) -> Iterator[Write]:
    """What follows a move if everything goes well, for a dry run."""
    cluster_id, runs = scene.cluster.cluster_id, scene.cluster.state == "RUNNING"
    if wanted is None or move not in {LibraryMove.UNINSTALL, LibraryMove.RESTART}:
        return
    named = described(wanted)
    if move is LibraryMove.UNINSTALL and runs:
        yield restart_cluster(cluster_id, f"Restart cluster {cluster_id}")
    yield install_libraries(cluster_id, [wanted], f"Install {named} on cluster {cluster_id}")
    if not runs:
        yield start_cluster(cluster_id)


def _write(scene: _Scene, following: Next, named: str) -> Write:
    cluster_id = scene.cluster.cluster_id
    libraries = list(following.libraries)
    if following.move is LibraryMove.UNINSTALL:
        kept = [each for each in scene.seen["libraries"] if each not in libraries]
        _intend(scene, "without", libraries, kept)
        summary = f"Take {named} off cluster {cluster_id}"
        return uninstall_libraries(cluster_id, libraries, summary)
    if following.move is LibraryMove.INSTALL:
        _intend(scene, "with", libraries, [*scene.seen["libraries"], *libraries])
        return install_libraries(cluster_id, libraries, f"Install {named} on cluster {cluster_id}")
    if following.move is LibraryMove.START:
        return start_cluster(cluster_id)
    runs = active_runs_on(scene.tried.workspace, cluster_id)
    summary = f"Restart cluster {cluster_id} without {named}"
    others = scene.tried.parameters.others
    return restart_cluster(cluster_id, heed(others, f"cluster {cluster_id}", summary, runs))


def _intend(scene: _Scene, how: str, libraries: list[Json], target: list[Json]) -> None:
    """Keep what the call will leave, so that a restore knows it as ours."""
    if not scene.tried.step.dry_run:
        token = f"{scene.tried.step.token}/{how}/{'/'.join(described(each) for each in libraries)}"
        scene.shelf.keep_target(token, {"libraries": ordered(target)})


def _done(scene: _Scene, message: str) -> StepResult:
    change = Change(
        resource=scene.target.resource,
        hash_before=settings_hash({"libraries": scene.before["libraries"]}),
        hash_after=settings_hash(scene.seen),
    )
    return StepResult(message=message, change=change)


def _failed(statuses: list[Json]) -> list[Json]:
    return [part(each, "library") for each in statuses if each.get("status") == "FAILED"]


def _mark(token: str, library: Json) -> str:
    return f"{token}/failed/{described(library)}"
