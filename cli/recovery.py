"""A recovery by hand, shown step by step."""

from cli.connection import connect
from cli.following import follow, start_by_hand
from cli.incident_page import say_step, show_diagnosis, show_rehearsal
from cli.output import Format, say, say_json
from lakemend.incident import IncidentInput, IncidentView, StepStatus
from lakemend.settings import Settings


async def recover_and_follow(
    settings: Settings, incident: IncidentInput, output: Format
) -> IncidentView:
    """Start or wake the incident, print what becomes of it, and return its last state."""
    handle = await start_by_hand(await connect(settings), incident)
    progress = Progress(quiet=output is Format.JSON)
    seen: list[IncidentView] = []
    async for view in follow(handle):
        progress.show(view)
        seen = [view]
    if output is Format.JSON:
        say_json(seen[0].model_dump(mode="json"))
    else:
        _show_end(seen[0], dry_run=incident.dry_run)
    return seen[0]


class Progress:
    """Prints what is new since the last look, a line each."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._stage = ""
        self._diagnosed = False
        self._steps = 0

    def show(self, view: IncidentView) -> None:
        """Print a change of stage, the diagnosis once, and each step that has ended."""
        if self._quiet:
            return
        if view.diagnosis and not self._diagnosed:
            self._diagnosed = True
            show_diagnosis(view.diagnosis)
        ended = [step for step in view.steps if step.status is not StepStatus.RUNNING]
        for step in ended[self._steps :]:
            say_step(step)
        self._steps = len(ended)
        if view.stage != self._stage:
            self._stage = view.stage
            say(view.stage.replace("_", " "))


def _show_end(view: IncidentView, *, dry_run: bool) -> None:
    if dry_run and view.steps:
        say("The plan, with the calls that it would make:")
        show_rehearsal(view.steps, view.decisions[-1])
    say(f"{view.outcome}: {view.message}")
    for note in view.notes:
        say(f"note: {note}")
