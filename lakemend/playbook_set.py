"""All playbooks in force: those that are shipped, and those of a folder of one's own."""

from pathlib import Path

from lakemend.diagnosis import Cause, Diagnosis
from lakemend.diagnosis.causes import cause_table
from lakemend.errors import PlaybookError
from lakemend.playbook import SHIPPED, Playbook, Playbooks, check_chain, read_folder


def load_all_playbooks(own: Path | None = None) -> Playbooks:
    """Load the shipped playbooks and one's own, which replace those of the same error type.

    Raises PlaybookError for the first file that is wrong.
    """
    playbooks = read_folder(SHIPPED)
    if own is not None:
        playbooks |= read_folder(own)
    check_together(playbooks)
    return playbooks


def check_together(playbooks: Playbooks) -> None:
    """Raise PlaybookError for a chain to nowhere, or two that want to deal with one cause."""
    claimed: dict[Cause, str] = {}
    for playbook in playbooks.values():
        check_chain(playbook, playbooks)
        for cause in playbook.causes if _claims(playbook) else ():
            other = claimed.setdefault(cause, playbook.error_type)
            if other != playbook.error_type:
                problem = f"{other} deals with {cause} already; name it in one of them only"
                raise PlaybookError(playbook.error_type, 0, "causes", problem)


def choose_playbook(diagnosis: Diagnosis, playbooks: Playbooks) -> Playbook | None:
    """Return the playbook for a diagnosis; one's own for this cause goes first."""
    for playbook in playbooks.values():
        if _claims(playbook) and diagnosis.cause in playbook.causes:
            return playbook
    return playbooks.get(diagnosis.error_type)


def _claims(playbook: Playbook) -> bool:
    """Whether no cause leads to a playbook by its name, so that its own list must."""
    return playbook.error_type not in {facts.error_type for facts in cause_table().values()}
