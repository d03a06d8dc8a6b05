"""`lakemend playbook`: what is declared, and whether a file of one's own is right."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import Format, OutputOption, console, say, say_json, table
from cli.playbook_schema import playbook_schema
from cli.problems import BadInputError, CommandError
from lakemend.errors import PlaybookError
from lakemend.playbook import SHIPPED, Playbook, Playbooks, Step, load_playbooks, parse_playbook

app = typer.Typer(help="The declared recoveries, one per error type.", no_args_is_help=True)

ErrorType = Annotated[str, typer.Argument(help="Like DatabricksOutOfMemoryError.")]
Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="Files or folders; the shipped ones if left out.", exists=True),
]


@app.command("list")
def list_(output: OutputOption = Format.TABLE) -> None:
    """List the error types that have a playbook."""
    playbooks = load_playbooks().values()
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
    playbook = load_playbooks().get(error_type)
    if playbook is None:
        remedy = "See `lakemend playbook list`."
        raise BadInputError("ERROR_TYPE", error_type, "there is no such playbook", remedy)
    if output is Format.JSON:
        say_json(_plain(playbook))
        return
    say(_text_of(playbook).rstrip())


@app.command()
def lint(paths: Paths = None) -> None:
    """Check playbook files; every problem is named by file, line and field."""
    problems: list[str] = []
    playbooks: Playbooks = {}
    for file in _files(paths or [SHIPPED]):
        try:
            _add(playbooks, parse_playbook(file.read_text(encoding="utf-8"), str(file)), file)
        except PlaybookError as error:
            problems.append(str(error))
    problems += _broken_chains(playbooks)
    if problems:
        raise CommandError("\n".join(problems), f"{len(problems)} to correct.")
    say(f"{len(playbooks)} playbooks, nothing wrong.")


@app.command()
def schema() -> None:
    """Print the JSON schema of a playbook file, for editors."""
    say_json(playbook_schema())


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        found = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        if not found:
            remedy = "Name files, or a folder that holds some."
            raise BadInputError("PATHS", path, "there is no *.yaml file in it", remedy)
        yield from found


def _add(playbooks: Playbooks, playbook: Playbook, file: Path) -> None:
    if playbook.error_type in playbooks:
        problem = f"{playbook.error_type} has a playbook already"
        raise PlaybookError(str(file), 1, "error_type", problem)
    playbooks[playbook.error_type] = playbook


def _broken_chains(playbooks: Playbooks) -> list[str]:
    known = set(playbooks) | set(load_playbooks())
    return [
        f"{playbook.error_type}: chain: there is no other playbook {name!r} to chain"
        for playbook in playbooks.values()
        for name in playbook.chain
        if name not in known - {playbook.error_type}
    ]


def _text_of(playbook: Playbook) -> str:
    texts = [file.read_text(encoding="utf-8") for file in SHIPPED.glob("*.yaml")]
    return next(text for text in texts if parse_playbook(text).error_type == playbook.error_type)


def _actions(steps: tuple[Step, ...]) -> str:
    return "\n".join(step.action for step in steps)


def _plain(playbook: Playbook) -> dict[str, Any]:
    return playbook.model_dump(mode="json", by_alias=True)
