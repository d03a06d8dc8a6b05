from pathlib import Path

import pytest

from lakemend.diagnosis import Cause, Diagnosis, Remedy
from lakemend.errors import PlaybookError
from lakemend.playbook import load_playbooks
from lakemend.playbook_set import choose_playbook, load_all_playbooks

CONFLICT = Diagnosis(
    cause=Cause.CONCURRENT_WRITE_CONFLICT,
    error_type="DatabricksConcurrentWriteConflict",
    remedy=Remedy.RETRY,
)


def write(folder: Path, error_type: str, rest: str) -> None:
    text = f"error_type: {error_type}\ndescription: Mine\n{rest}\nsteps: [{{action: repair_run}}]\n"
    (folder / f"{error_type}.yaml").write_text(text)


def test_without_a_folder_the_shipped_ones_are_in_force() -> None:
    assert load_all_playbooks() == load_playbooks()


def test_one_of_the_same_error_type_replaces_the_shipped_one(tmp_path: Path) -> None:
    write(tmp_path, "DatabricksNetworkError", "causes: [network_transient]")

    playbooks = load_all_playbooks(tmp_path)

    assert set(playbooks) == set(load_playbooks())
    assert playbooks["DatabricksNetworkError"].description == "Mine"


def test_one_with_a_name_of_its_own_deals_with_its_causes(tmp_path: Path) -> None:
    write(tmp_path, "MyLock", "causes: [concurrent_write_conflict]")

    chosen = choose_playbook(CONFLICT, load_all_playbooks(tmp_path))
    shipped = choose_playbook(CONFLICT, load_all_playbooks())

    assert chosen is not None
    assert shipped is not None
    assert chosen.error_type == "MyLock"
    assert shipped.error_type == "DatabricksConcurrentWriteConflict"


def test_own_and_shipped_may_chain_to_each_other(tmp_path: Path) -> None:
    write(tmp_path, "MyLock", "causes: []\nchain: [DatabricksNetworkError]")

    assert load_all_playbooks(tmp_path)["MyLock"].chain == ("DatabricksNetworkError",)


@pytest.mark.parametrize(
    ("rest", "field"),
    [
        ("causes: []\nchain: [DatabricksNope]", "chain"),
        ("causes: [concurrent_write_conflict]", "causes"),
    ],
)
def test_what_does_not_fit_together_is_refused(tmp_path: Path, rest: str, field: str) -> None:
    write(tmp_path, "MyLock", "causes: [concurrent_write_conflict]")
    write(tmp_path, "MyOtherLock", rest)

    with pytest.raises(PlaybookError) as caught:
        load_all_playbooks(tmp_path)

    assert caught.value.field == field
