from pathlib import Path

import pytest

from lakemend.actions import ACTIONS
from lakemend.errors import PlaybookError
from lakemend.playbook import load_playbooks, parse_playbook

HEAD = "error_type: MyError\ndescription: mine\ncauses: [timeout]\n"


def test_every_shipped_playbook_loads() -> None:
    assert set(load_playbooks()) >= {
        "DatabricksJobExecutionError",
        "DatabricksClusterStartFailure",
        "DatabricksClusterTerminated",
        "DatabricksResourceExhausted",
        "DatabricksOutOfMemoryError",
        "DatabricksDriverNotResponding",
        "DatabricksLibraryInstallationError",
        "DatabricksConfigurationError",
        "DatabricksTimeoutError",
        "DatabricksPermissionDenied",
        "DatabricksNetworkError",
    }


def test_what_only_a_person_can_grant_has_neither_steps_nor_breaker() -> None:
    playbook = load_playbooks()["DatabricksPermissionDenied"]

    assert playbook.steps == ()
    assert playbook.breaker is None


@pytest.mark.parametrize(
    ("body", "line", "field", "problem"),
    [
        ("steps:\n  - action: fly\n", 5, "steps.0", "there is no action 'fly'"),
        ("steps:\n  - action: repair_run\n    tries: 3\n", 6, "steps.0.tries", "not permitted"),
        (
            "steps:\n  - action: repair_run\n    when: cause == bad_luck\n",
            6,
            "steps.0.when",
            "there is no cause 'bad_luck'",
        ),
        (
            "steps:\n  - action: repair_run\n    when: cause.startswith('x')\n",
            6,
            "steps.0.when",
            "is not like 'cause == driver_oom'",
        ),
        (
            "steps:\n  - action: scale_cluster\n    with: {percent: 900}\n  - action: repair_run\n",
            5,
            "steps.0.percent",
            "less than or equal to 400",
        ),
        ("steps:\n  - action: scale_cluster\n", 1, "playbook", "never runs the failed tasks again"),
        ("chain: [Nobody]\n", 0, "chain", "there is no other playbook 'Nobody'"),
        ("steps: [\n", 5, "yaml", "expected the node content"),
        ("breaker: {late_reports: count}\n", 4, "breaker.late_reports", "say total"),
    ],
    ids=[
        "unknown action",
        "misspelt key",
        "unknown cause",
        "not a condition",
        "out of range",
        "no proof",
        "unknown chain",
        "not yaml",
        "more probes than allowed",
    ],
)
def test_a_wrong_playbook_is_refused_with_file_line_and_field(
    tmp_path: Path, body: str, line: int, field: str, problem: str
) -> None:
    (tmp_path / "mine.yaml").write_text(HEAD + body)

    with pytest.raises(PlaybookError) as caught:
        load_playbooks(tmp_path)

    assert (caught.value.line, caught.value.field) == (line, field)
    assert problem in caught.value.problem


def test_two_playbooks_for_one_error_type_are_refused(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(HEAD)

    with pytest.raises(PlaybookError, match="has a playbook already"):
        load_playbooks(tmp_path)


def test_the_hash_changes_with_the_content() -> None:
    first, second = parse_playbook(HEAD), parse_playbook(HEAD + "# a word\n")

    assert first.content_hash != second.content_hash


def test_a_condition_holds_for_its_words_only() -> None:
    step = parse_playbook(
        HEAD + "steps:\n  - {action: repair_run, when: 'compute not in [serverless, warehouse]'}\n"
    ).steps[0]

    assert step.when is not None
    assert step.when.holds(cause="timeout", compute="job_cluster")
    assert not step.when.holds(cause="timeout", compute="serverless")


def test_every_action_is_used_by_a_shipped_playbook_or_by_people() -> None:
    used = {
        step.action
        for playbook in load_playbooks().values()
        for _, steps in playbook.phases
        for step in steps
    }

    assert set(ACTIONS) - used == set()
