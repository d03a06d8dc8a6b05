"""Gates as their workflows tell of them, and the pause."""

from datetime import timedelta

from api.gate_schemas import Gate, GateList
from api.gates import Gates
from api.problems import UnknownWorkspaceError
from api.workspaces import workspace_names
from cli.breakers import manual_change
from cli.connection import temporal_connection
from cli.endings import ANOTHER_WORKSPACE
from cli.output import Format, console, say, say_json, table, word
from cli.problems import BadInputError
from lakemend.gate.storm import StormTicket
from lakemend.settings import Settings


async def list_gates(settings: Settings) -> GateList:
    """Return the gate of every workspace."""
    return await _gates(settings).list_()


async def get_gate(settings: Settings, workspace: str) -> Gate:
    """Return one gate; raises BadInputError."""
    try:
        return await _gates(settings).get(workspace)
    except UnknownWorkspaceError as error:
        raise BadInputError("WORKSPACE", workspace, error.detail, ANOTHER_WORKSPACE) from error


async def pause(
    settings: Settings, workspace: str, by: str, reason: str, expires_after: timedelta | None
) -> GateList:
    """Park everything, in one workspace or without a name in all; raises BadInputError."""
    manual_change(by, reason)
    gates = _gates(settings)
    if not workspace:
        return await gates.pause_all(by, reason, expires_after)
    return GateList(paused=1, gates=[await gates.pause(workspace, by, reason, expires_after)])


async def resume(settings: Settings, workspace: str, by: str, reason: str) -> GateList:
    """Let everything go on, in one workspace or without a name in all; raises BadInputError."""
    manual_change(by, reason)
    gates = _gates(settings)
    if not workspace:
        return await gates.resume_all(by, reason)
    return GateList(paused=0, gates=[await gates.resume(workspace, by, reason)])


def show_gates(found: GateList, output: Format) -> None:
    """Print the list."""
    if output is Format.JSON:
        say_json(found.model_dump(mode="json"))
        return
    rows = [
        [gate.workspace, word(gate.state), str(gate.under_way), str(gate.waiting), why(gate)]
        for gate in found.gates
    ]
    console().print(table(["Workspace", "State", "Under way", "Parked", "Why"], rows))


def show_gate(gate: Gate, output: Format) -> None:
    """Print one gate."""
    if output is Format.JSON:
        say_json(gate.model_dump(mode="json"))
        return
    most = f" of at most {gate.most}" if gate.most else ""
    rows = [
        ["state", word(gate.state)],
        ["under way", f"{gate.under_way}{most}"],
        ["parked", str(gate.waiting)],
    ]
    rows += [["why", why(gate)]] if why(gate) else []
    console().print(table(["", ""], rows, headed=False))
    for storm in gate.storms:
        say(in_words(storm))


def why(gate: Gate) -> str:
    """Say what holds recoveries back; empty when nothing does."""
    if gate.pause:
        until = f" until {gate.pause.until:%H:%M} UTC" if gate.pause.until else ""
        because = f": {gate.pause.reason}" if gate.pause.reason else ""
        return f"paused by {gate.pause.by}{until}{because}"
    return gate.note or ", ".join(f"storm of {storm.cause}" for storm in gate.storms)


def in_words(storm: StormTicket) -> str:
    """Sum up a storm in one line."""
    tally = storm.tally
    return (
        f"storm of {storm.cause} since {storm.began_at:%H:%M:%S} UTC: {tally.arrived} incidents, "
        f"{storm.waiting} parked, {storm.allowed} at a time, {tally.recovered} recovered, "
        f"{tally.failed} failed"
    )


def _gates(settings: Settings) -> Gates:
    return Gates(temporal_connection(settings), workspace_names(settings))
