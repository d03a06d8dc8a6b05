"""`lakemend playbook`: what is declared, whether a file of one's own is right, and what it does."""

# ruff: noqa: PLC0415 the work is imported when it is done: help and completion answer at once

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import Format, OutputOption, console, say, say_json, table
from cli.playbook_lint import lint_playbooks
from cli.playbook_schema import playbook_schema
from cli.problems import WRONG, BadInputError, CommandError
from cli.runtime import current_settings, run
from lakemend.playbook import (
    SHIPPED,
    Playbook,
    Playbooks,
    Step,
    content_hash,
    parse_playbook,
    playbook_files,
)
from lakemend.playbook_set import load_all_playbooks

app = typer.Typer(help="The declared recoveries, one per error type.", no_args_is_help=True)

ErrorType = Annotated[str, typer.Argument(help="Like DatabricksOutOfMemoryError.")]
Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Files or folders; all that are in force if left out.", exists=True),
]
Tried = Annotated[str, typer.Argument(help="A file, or the error type of a playbook in force.")]
ScenarioOption = Annotated[
    Path,
    typer.Option("--scenario", help="What the simulated workspace holds.", exists=True),
]
WithinOption = Annotated[
    int, typer.Option("--within", min=1, help="Seconds after which it has failed.")
]


@app.command("list")
def list_(output: OutputOption = Format.TABLE) -> None:
    """List the error types that have a playbook."""
    playbooks = _in_force().values()
    if output is Format.JSON:
        say_json([_plain(playbook) for playbook in playbooks])
        return
    rows = [
        [each.error_type, _actions(each.steps) or "only a person can help", _actions(each.fallback)]
        for each in playbooks
    ]
    console().print(table(["Error type", "Steps", "Fallback"], rows))


@app.command()
def show(error_type: ErrorType, output: OutputOption = Format.TABLE) -> None:
    """Show one playbook as its file has it; as JSON with every default filled in."""
    playbook = _in_force().get(error_type)
    if playbook is None:
        raise _no_such("ERROR_TYPE", error_type)
    if output is Format.JSON:
        say_json(_plain(playbook))
        return
    say(_text_of(playbook).rstrip())


@app.command()
def lint(paths: Paths = None) -> None:
    """Check playbook files; every problem is named by file, line and field."""
    count, problems = lint_playbooks([paths] if paths else [[each] for each in _folders()])
    if problems:
        raise CommandError("\n".join(problems), f"{len(problems)} to correct.")
    say(f"{count} playbooks, nothing wrong.")


@app.command("test")
def try_out(
    playbook: Tried,
    scenario: ScenarioOption,
    *,
    within: WithinOption = 120,
    output: OutputOption = Format.TABLE,
) -> None:
    """Run a playbook against a simulated workspace, in accelerated time.

    Exit code 0 only if every incident was recovered, or ended as the scenario's `expect` says, and
    the workspace was left in order.
    """
    from cli.trial.play import play_trial
    from cli.trial.report import show_trial

    trial = run(play_trial(_tried(playbook), scenario, current_settings(), within))
    show_trial(trial, output)
    if trial.problems:
        raise typer.Exit(WRONG)


@app.command()
def schema() -> None:
    """Print the JSON schema of a playbook file, for editors."""
    say_json(playbook_schema())


def _in_force() -> Playbooks:
    return load_all_playbooks(current_settings().playbooks_dir)


def _folders() -> list[Path]:
    own = current_settings().playbooks_dir
    return [SHIPPED, own] if own else [SHIPPED]


def _no_such(field: str, name: str) -> BadInputError:
    remedy = "See `lakemend playbook list`."
    return BadInputError(field, name, "there is no such playbook", remedy)


def _tried(name: str) -> Playbook:
    """Read the file of that name, or else find the playbook in force."""
    file = Path(name)
    if file.is_file():
        return parse_playbook(file.read_text(encoding="utf-8"), name)
    playbook = _in_force().get(name)
    if playbook is None:
        raise _no_such("PLAYBOOK", name)
    return playbook


def _text_of(playbook: Playbook) -> str:
    files = [file for folder in _folders() for file in playbook_files(folder)]
    texts = [file.read_text(encoding="utf-8") for file in files]
    return next(text for text in texts if content_hash(text) == playbook.content_hash)


def _actions(steps: tuple[Step, ...]) -> str:
    return "\n".join(step.action for step in steps)


def _plain(playbook: Playbook) -> dict[str, Any]:
    return playbook.model_dump(mode="json", by_alias=True)
