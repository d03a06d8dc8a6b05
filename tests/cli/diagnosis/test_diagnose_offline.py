import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Lakemend = Callable[..., Any]
Typed = Callable[[bytes], None]

HEAP = "java.lang.OutOfMemoryError: Java heap space"
TASK = {
    "task_key": "load",
    "run_id": "8",
    "result_state": "FAILED",
    "error": HEAP,
    "compute": {"kind": "job_cluster", "job_cluster_key": "main"},
}
EVIDENCE = {
    "workspace": "default",
    "read_at": "2026-03-01T12:00:00Z",
    "run": {"run_id": "7", "job_id": "9", "result_state": "FAILED"},
    "tasks": [TASK],
    "job": {"job_id": "9", "name": "orders"},
    "unread": [{"what": "cluster c-1", "why": "no permission"}],
}


def lines_of(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.out.splitlines()]


def test_a_text_gets_its_cause_with_the_quoted_line(lakemend: Lakemend, typed: Typed) -> None:
    typed(f"Traceback\n{HEAP}\n".encode())

    answer = lakemend("diagnose", "--text", "-")

    assert answer.code == 0
    assert answer.out.startswith("driver_oom (")
    assert f"text: {HEAP}" in answer.out
    assert "steps: change_node_type" in answer.out


def test_a_text_in_utf_16_is_read_too(lakemend: Lakemend, tmp_path: Path) -> None:
    file = tmp_path / "error.txt"
    file.write_text(HEAP, encoding="utf-16")

    assert lakemend("diagnose", "--text", str(file)).out.startswith("driver_oom (")


def test_json_has_the_fields_that_programs_read(lakemend: Lakemend, typed: Typed) -> None:
    typed(HEAP.encode())

    answer = json.loads(lakemend("diagnose", "--text", "-", "-o", "json").out)

    expected = ("driver_oom", "DatabricksOutOfMemoryError", "memory", "change")
    fields = ("cause", "error_type", "layer", "remedy")
    assert tuple(answer[name] for name in fields) == expected
    assert 0 < answer["confidence"] <= 1
    assert answer["reasons"][0]["quote"] == HEAP


def test_evidence_gets_the_plan_with_its_targets(lakemend: Lakemend, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps(EVIDENCE))

    out = lakemend("diagnose", "--file", str(file)).out

    assert "It would act:" in out
    assert "change_node_type job-9" in out
    assert "repair_run run-7" in out
    assert "breaker DatabricksOutOfMemoryError:job-9" in out
    assert "could not be read: cluster c-1: no permission" in out


def test_a_text_given_for_a_file_is_not_repeated_with_its_secrets(lakemend: Lakemend) -> None:
    answer = lakemend("diagnose", "--text", "login failed: password=hunter2" + " x" * 5000)

    assert answer.code == 2
    assert "--text=login failed: password=[redacted]" in answer.err
    assert "hunter2" not in answer.err
    assert len(answer.err) < 1000


@pytest.mark.parametrize(
    ("run", "why"),
    [
        ({"result_state": "CANCELED"}, "The run was cancelled by a person."),
        ({"result_state": "SUCCESS"}, "The run has succeeded meanwhile."),
        ({"result_state": "", "life_cycle_state": "RUNNING"}, "The run is still active"),
    ],
)
def test_nothing_would_be_done_with_a_run_that_did_not_fail(
    lakemend: Lakemend, tmp_path: Path, run: dict[str, str], why: str
) -> None:
    file = tmp_path / "evidence.json"
    file.write_text(json.dumps({**EVIDENCE, "run": {"run_id": "7", "job_id": "9", **run}}))

    out = lakemend("diagnose", "--file", str(file)).out

    assert f"It would do nothing: {why}" in out
    assert "within" not in out


def test_a_cause_for_people_is_left_to_them(lakemend: Lakemend, typed: Typed) -> None:
    typed(b"KeyError: 'customer_id'")

    assert "It would leave it to a person." in lakemend("diagnose", "--text", "-").out


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe\x80" * 1000,
        b"[" * 200_000,
        json.dumps(EVIDENCE).encode()[:200],
        b'{"tasks": [{"task_key": 7}]}',
        b'{"run": []}',
        b"{}",
        b"[]",
        b'{"tasks": [], "run": {"run_id": "\\ud800"}}',
    ],
)
def test_odd_evidence_gets_an_answer(lakemend: Lakemend, typed: Typed, content: bytes) -> None:
    typed(content)

    answer = lakemend("diagnose", "--file", "-", "-o", "json")

    assert answer.code == 0
    assert json.loads(answer.out)["cause"] == "unknown"


@pytest.mark.parametrize(
    "change",
    [
        {"run": {"run_id": 5, "job_id": 7}},
        {"run": {"run_id": "5", "creator": None}, "clusters": None},
        {"tasks": [{**TASK, "run_id": 7, "depends_on": None}]},
        {"tasks": [{name: TASK[name] for name in TASK if name != "run_id"}]},
        {"tasks": [{"result_state": "FAILED", "error": HEAP}, {"result_state": "SUCCESS"}]},
    ],
    ids=["number", "null", "number in a task", "task without an id", "tasks without keys"],
)
def test_evidence_may_spell_ids_as_numbers_and_leave_fields_null(
    lakemend: Lakemend, typed: Typed, change: dict[str, Any]
) -> None:
    typed(json.dumps({**EVIDENCE, **change}).encode())

    answer = lakemend("diagnose", "--file", "-", "-o", "json")

    assert (answer.err, json.loads(answer.out)["cause"]) == ("", "driver_oom")


def test_evidence_that_is_not_valid_names_no_cause(lakemend: Lakemend, typed: Typed) -> None:
    typed(json.dumps({**EVIDENCE, "tasks": [TASK, HEAP]}).encode())

    answer = lakemend("diagnose", "--file", "-", "-o", "json")

    said = json.loads(answer.out)
    assert (said["cause"], said["decision"]["consent"]) == ("unknown", "escalate")
    assert "is not valid evidence, so it names no cause: tasks.1" in answer.err


@pytest.mark.parametrize(
    "kept",
    [slice(-80), slice(150), slice(10, None), slice(90, None), slice(215, None), slice(90, -60)],
)
def test_truncated_evidence_names_no_cause(lakemend: Lakemend, typed: Typed, kept: slice) -> None:
    typed(json.dumps(EVIDENCE).encode()[kept])

    answer = lakemend("diagnose", "--file", "-", "-o", "json")

    said = json.loads(answer.out)
    assert (said["cause"], said["decision"]["consent"]) == ("unknown", "escalate")
    assert "is not valid evidence, so it names no cause: it is not JSON" in answer.err


def test_text_that_quotes_json_of_the_platform_is_a_text(lakemend: Lakemend, typed: Typed) -> None:
    state = {"result_state": "FAILED", "state_message": "boom"}
    typed(f"{HEAP}\nrun: {json.dumps({'run_id': 7, 'state': state})}".encode())

    answer = lakemend("diagnose", "--file", "-", "-o", "json")

    assert json.loads(answer.out)["cause"] == "driver_oom"


def test_terminal_escapes_reach_nobodys_terminal(lakemend: Lakemend, tmp_path: Path) -> None:
    escape = "\x1b]0;owned\x07\x9b31m\u202e"
    task = {**TASK, "task_key": escape, "error": HEAP + escape}
    unread = [{"what": escape, "why": "<script>alert(1)</script>"}]
    file = tmp_path / "evidence.json"
    job = {"job_id": "9", "tags": {escape: {"a": 1}}}
    file.write_text(json.dumps({**EVIDENCE, "tasks": [task], "unread": unread}))
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({**EVIDENCE, "job": job}))

    shown = lakemend("diagnose", "--file", str(file)).out
    as_json = lakemend("diagnose", "--file", str(file), "-o", "json").out
    refused = lakemend("diagnose", "--file", str(wrong)).err

    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown + as_json + refused)
    assert "job.tags" in refused
    assert "\\x1b]0;owned" in shown


def test_each_line_is_answered_in_order_with_its_id(lakemend: Lakemend, typed: Typed) -> None:
    texts = [HEAP, "KeyError: 'a'", "No space left on device", "so long"]
    typed(b"".join(json.dumps({"id": n, "text": t}).encode() + b"\n" for n, t in enumerate(texts)))

    answer = lakemend("diagnose", "--jsonl", "-")

    answers = lines_of(answer)
    assert answer.code == 0
    assert [each["id"] for each in answers] == [0, 1, 2, 3]
    causes = ["driver_oom", "user_code", "disk_full", "unknown"]
    assert [each["cause"] for each in answers] == causes


BAD = {
    b"not json": None,
    b"[1]": None,
    b'{"id": "a"}': "a",
    b'{"id": "a", "text": 5}': "a",
    b'{"id": NaN, "text": "x"}': None,
    b"[" * 100_000: None,
    b"\xff\xfe\x00": None,
}


def test_a_bad_line_costs_only_its_own_answer(lakemend: Lakemend, typed: Typed) -> None:
    good = b'{"id": "b", "text": "\\ud800 ' + HEAP.encode() + b'"}'
    typed(b"\n".join([*BAD, b"", good]) + b"\n")

    answer = lakemend("diagnose", "--jsonl", "-")

    *refused, last = lines_of(answer)
    assert answer.code == 2
    assert [each["id"] for each in refused] == list(BAD.values())
    assert all(each["error"] for each in refused)
    assert {(each["cause"], each["remedy"]) for each in refused} == {("unknown", "person")}
    assert (last["id"], last["cause"]) == ("b", "driver_oom")


def test_lines_are_answered_while_more_are_awaited(neutral: dict[str, str]) -> None:
    command = [sys.executable, "-m", "cli", "diagnose", "--jsonl", "-"]

    with subprocess.Popen(
        command, env=neutral, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "text": HEAP}) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(timeout=30) == 0


@pytest.mark.parametrize("arguments", [(), ("1", "--text", "-"), ("--file", "-", "--jsonl", "-")])
def test_one_thing_is_diagnosed_at_a_time(lakemend: Lakemend, arguments: tuple[str, ...]) -> None:
    answer = lakemend("diagnose", *arguments)

    assert answer.code == 2
    assert "Give one of" in answer.err


@pytest.mark.parametrize("option", ["--file", "--text", "--jsonl"])
def test_a_file_that_is_missing_is_bad_input(lakemend: Lakemend, option: str) -> None:
    answer = lakemend("diagnose", option, "nowhere.json")

    assert answer.code == 2
    assert f"{option}=nowhere.json" in answer.err


def test_a_run_of_an_unknown_workspace_is_bad_input(lakemend: Lakemend) -> None:
    answer = lakemend("diagnose", "1")

    assert answer.code == 2
    assert "there is no such workspace" in answer.err


def test_a_run_id_is_a_number(lakemend: Lakemend) -> None:
    answer = lakemend("diagnose", "nightly")

    assert answer.code == 2
    assert "a run's id is a number" in answer.err
