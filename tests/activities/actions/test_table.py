from pathlib import Path

from activities.actions.action import Action
from activities.actions.table import ACTIONS, action_activities
from activities.workspace import Workspaces
from lakemend import actions
from records import migrate, open_records

DONE_BY_THE_WORKFLOW = {"escalate", "wait"}


def test_every_action_that_a_playbook_may_name_has_its_effect() -> None:
    assert set(ACTIONS) == set(actions.ACTIONS) - DONE_BY_THE_WORKFLOW
    assert all(issubclass(kind, Action) for kind in ACTIONS.values())


def test_every_action_takes_what_a_playbook_may_say() -> None:
    declared = {name: kind.parameters for name, kind in actions.ACTIONS.items()}

    assert {name: vars(kind)["parameters"] for name, kind in ACTIONS.items()} == {
        name: declared[name] for name in ACTIONS
    }


def test_every_action_is_registered_under_its_name(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'records.db'}"
    migrate(url)
    records = open_records(url)

    registered = action_activities(Workspaces({}), records)

    records.close()
    names = [vars(each)["__temporal_activity_definition"].name for each in registered]
    assert names == list(ACTIONS)
