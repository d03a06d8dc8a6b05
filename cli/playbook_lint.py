"""Every problem of playbook files at once; a worker stops at the first one."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cli.problems import BadInputError
from lakemend.errors import PlaybookError
from lakemend.playbook import SHIPPED, Playbooks, parse_playbook, playbook_files, read_folder
from lakemend.playbook_set import check_together


def lint_playbooks(groups: Iterable[Sequence[Path]]) -> tuple[int, list[str]]:
    """Read groups of files or folders; return how many are right, and what is wrong.

    A playbook of a later group replaces one of the same error type; within a group that is wrong.
    """
    playbooks: Playbooks = {}
    problems: list[str] = []
    for paths in groups:
        found, wrong = _read(paths)
        playbooks |= found
        problems += wrong
    problems += _broken_chains(playbooks) or _in_each_others_way(playbooks)
    return len(playbooks), problems


def _read(paths: Sequence[Path]) -> tuple[Playbooks, list[str]]:
    playbooks: Playbooks = {}
    problems: list[str] = []
    for file in _files(paths):
        try:
            playbook = parse_playbook(file.read_text(encoding="utf-8"), str(file))
        except PlaybookError as error:
            problems.append(str(error))
            continue
        if playbook.error_type in playbooks:
            problem = f"{playbook.error_type} has a playbook already"
            problems.append(str(PlaybookError(str(file), 1, "error_type", problem)))
        playbooks.setdefault(playbook.error_type, playbook)
    return playbooks, problems


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        found = playbook_files(path) if path.is_dir() else [path]
        if not found:
            remedy = "Name files, or a folder that holds some."
            raise BadInputError("PATHS", path, "there is no *.yaml file in it", remedy)
        yield from found


def _broken_chains(playbooks: Playbooks) -> list[str]:
    known = set(playbooks) | set(read_folder(SHIPPED))
    return [
        f"{playbook.error_type}: chain: there is no other playbook {name!r} to chain"
        for playbook in playbooks.values()
        for name in playbook.chain
        if name not in known - {playbook.error_type}
    ]


def _in_each_others_way(playbooks: Playbooks) -> list[str]:
    try:
        check_together(read_folder(SHIPPED) | playbooks)
    except PlaybookError as error:
        return [str(error)]
    return []
