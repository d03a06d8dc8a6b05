"""What the demo prints at its end."""

from collections import Counter
from pathlib import Path

from rich.text import Text

from cli.demo.scene import SceneName
from cli.demo.story import Story
from cli.demo.surroundings import Surroundings
from cli.demo.verdict import Verdict
from cli.output import console, say, table, word

_REAL_WORKSPACE = (
    "export DATABRICKS_HOST=https://YOUR-WORKSPACE DATABRICKS_TOKEN=…",
    "lakemend up",
)


def show_verdict(verdict: Verdict) -> None:
    """Print what became of each job, the calls behind it, and what is not as it must be."""
    say()
    say("What happened", style="bold")
    rows = [
        [story.job, word("wrong" if story.problems else "ok"), _outcomes(story), story.summary]
        for story in verdict.stories
    ]
    console().print(table(["Job", "Check", "Outcome", "Cause and what was done"], rows))
    say("Calls that changed the workspace", style="bold")
    counted = Counter((call.path, call.about, str(call.status)) for call in verdict.calls)
    lines = [[path, about, status, str(n)] for (path, about, status), n in sorted(counted.items())]
    console().print(table(["POST", "About", "Status", "Times"], lines))
    _show_end(verdict)


def _show_end(verdict: Verdict) -> None:
    if not verdict.problems:
        say("The workspace is in order: settings as before, no run twice, no forbidden call.")
        jobs = len(verdict.stories)
        say(f"Passed: {jobs} jobs, every incident ended as its scenario says.", style="green")
        return
    for problem in verdict.problems:
        say(f"not as it must be: {problem}", style="red")
    say(f"Not passed: {len(verdict.problems)} thing(s) to look at.", style="red")


def show_links(surroundings: Surroundings, *, stay: bool) -> None:
    """Print where to look, while it runs, and how to go on."""
    say()
    say("Where to look" if stay else "With --stay these are kept open", style="bold")
    say(f"  Console          {surroundings.api_url}/console/")
    say(f"  Temporal Web UI  {surroundings.settings.ui_url}")
    say(f"  API              {surroundings.api_url}/docs")
    say(f"  Incidents        {surroundings.api_url}/api/incidents")
    if stay:
        say(f"  Commands         set -a; . {env_file(surroundings)}; set +a")
        say("                   lakemend incident list")
        say("                   lakemend token   # to sign in to the console and give orders")
    say("Keep it running", style="bold")
    say("  Ctrl-C ends it." if stay else f"  {_again(surroundings)}")
    say("Point it at a real workspace", style="bold")
    for line in _REAL_WORKSPACE:
        say(f"  {line}")


def _again(surroundings: Surroundings) -> str:
    scene = surroundings.scene.name
    chosen = "" if scene is SceneName.FAILURES else f" --scene {scene}"
    return f"lakemend demo{chosen} --stay"


def env_file(surroundings: Surroundings) -> Path:
    """Return the file with the demo's variables, for commands in another terminal."""
    return surroundings.folder / "demo.env"


def _outcomes(story: Story) -> Text:
    counted = Counter(story.outcomes)
    words = [f"{n} x {outcome}" if n > 1 else outcome for outcome, n in counted.items()]
    return word("\n".join(words) or "none")
