"""The knowledge is data: these tests read it the way a reviewer would."""

import re

import pytest
from databricks.sdk.service.compute import TerminationReasonCode
from databricks.sdk.service.jobs import TerminationCodeCode
from pydantic import ValidationError

from lakemend.diagnosis import Cause, Remedy
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.codes import (
    Says,
    TerminationCode,
    cluster_code,
    cluster_codes,
    run_code,
    run_codes,
)
from lakemend.diagnosis.diagnose import diagnose_text
from lakemend.diagnosis.entries import Entry
from lakemend.diagnosis.name_table import known_names
from lakemend.diagnosis.names import name_words
from lakemend.diagnosis.needles import needles
from lakemend.diagnosis.numbers import number_tables
from lakemend.diagnosis.passages import Where, passage
from lakemend.diagnosis.rules import load_rules, parse_rules

RULES = load_rules().rules
NAMES = {names.id: names for names in known_names().values()}
ENTRIES: tuple[Entry, ...] = (
    *(compiled.rule for compiled in RULES),
    *NAMES.values(),
    *name_words(),
)
NUMBERS: dict[str, Entry] = {
    meaning.id: meaning for table in number_tables() for meaning in table.meanings.values()
}
ALL = (*ENTRIES, *NUMBERS.values())

# Causes that only a person can fix, whatever a code or rule says beside them.
ONLY_A_PERSON = {
    Cause.AUTH_EXPIRED,
    Cause.BILLING,
    Cause.CLOUD_QUOTA,
    Cause.CONFIG_INVALID,
    Cause.MISSING_MODULE,
    Cause.PERMISSION_DENIED,
    Cause.SCHEMA_MISMATCH,
    Cause.STREAMING_STATE,
    Cause.SYNTAX_OR_ANALYSIS_ERROR,
    Cause.TABLE_OR_PATH_NOT_FOUND,
    Cause.UNKNOWN,
    Cause.USER_CODE,
}
ACTING = {Remedy.RETRY, Remedy.CHANGE}


def test_every_cluster_code_of_the_sdk_is_known():
    assert {code.value for code in TerminationReasonCode} <= cluster_codes().keys()


def test_every_run_code_of_the_sdk_is_known():
    assert {code.value for code in TerminationCodeCode} <= run_codes().keys()


def test_the_tables_hold_what_was_classified():
    assert len(cluster_codes()) >= 187
    assert len(run_codes()) >= 26


@pytest.mark.parametrize(
    "code", [*cluster_codes().values(), *run_codes().values()], ids=lambda c: c.code
)
def test_a_code_is_told_completely(code: TerminationCode):
    assert code.meaning
    assert code.evidence in {"doc", "issue", "name"}
    assert code.retryable == (code.remedy is Remedy.RETRY)
    assert code.fixed_by in {"lakemend", "person", "nobody"}
    assert code.playbook == cause_table()[code.cause].error_type


@pytest.mark.parametrize(
    "code", [*cluster_codes().values(), *run_codes().values()], ids=lambda c: c.code
)
def test_no_code_acts_on_a_cause_that_needs_a_person(code: TerminationCode):
    assert not (code.cause in ONLY_A_PERSON and code.remedy in ACTING)


@pytest.mark.parametrize("code", ["USER_REQUEST", "ABUSE_DETECTED", "TRIAL_EXPIRED"])
def test_what_was_ended_on_purpose_is_left_alone(code: str):
    assert cluster_codes()[code].remedy not in ACTING


@pytest.mark.parametrize("code", ["JOB_FINISHED", "INACTIVITY"])
def test_the_end_of_every_job_cluster_says_nothing(code: str):
    assert cluster_codes()[code].says is Says.SILENT


def test_an_unknown_code_is_judged_by_its_type():
    judged = cluster_code("BRAND_NEW_FAULT", "SERVICE_FAULT")

    assert judged is not None
    assert judged.remedy is Remedy.RETRY


def test_an_unknown_client_error_is_for_a_person():
    judged = run_code("BRAND_NEW_FAULT", "CLIENT_ERROR")

    assert judged is not None
    assert judged.remedy is Remedy.PERSON


def test_a_missing_code_says_nothing():
    assert cluster_code("", "CLOUD_FAILURE") is None
    assert run_code("BRAND_NEW_FAULT", "") is None


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_is_explained(cause: Cause):
    facts = cause_table()[cause]

    assert facts.explanation.endswith(".")
    assert cause not in facts.follows
    assert not (cause in ONLY_A_PERSON and facts.remedy in ACTING)


def test_what_may_act_has_a_playbook():
    acting = {cause: facts for cause, facts in cause_table().items() if facts.remedy in ACTING}

    assert all(facts.error_type.startswith("Databricks") for facts in acting.values())


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.id)
def test_an_entry_names_its_examples(entry: Entry):
    for example in entry.examples:
        diagnosis = diagnose_text(example)

        assert diagnosis.cause is entry.cause, example
        seen = {reason.rule for reason in (*diagnosis.reasons, *diagnosis.ruled_out)}
        assert (entry.id in seen) is (entry.cause is not Cause.UNKNOWN), example


def test_every_entry_has_two_examples_and_an_id_of_its_own():
    assert len({entry.id for entry in ALL}) == len(ALL)
    assert all(len(set(entry.examples)) >= 2 for entry in ENTRIES)


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.id)
def test_no_entry_acts_on_a_cause_that_needs_a_person(entry: Entry):
    assert not (entry.cause in ONLY_A_PERSON and entry.remedy in ACTING)


def test_the_quick_search_hides_no_match():
    texts = [example for compiled in RULES for example in compiled.rule.examples]
    flats = [passage(Where.TEXT, text) for text in texts]
    book = load_rules()
    for flat in flats:
        possible = book.possible(flat.flat, flat.grams)
        for number, compiled in enumerate(RULES):
            matching = [p for p in compiled.patterns if p.expression.search(flat.flat)]
            assert all(pattern in possible.get(number, []) for pattern in matching)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"no space left", {"no space left"}),
        (r"exceed(?:ing|ed)? memory limit", {" memory limit"}),
        (r"status\.code [0-9]{3}", {"status.code "}),
        (r"abcd?efgh", {"efgh"}),
        (r"first|second", {"first", "second"}),
        (r"(?:reset|refused) by.{0,9}z", {"reset", "refused"}),
        (r"(?:ab|cdefg)", set[str]()),
        (r"x(?:never)?y", set[str]()),
        (r"(?:tokens|token)", {"token"}),
        (r"fo{2,3}barbar", {"barbar"}),
        (r"a(?=needle)b", set[str]()),
    ],
)
def test_needles_are_what_every_match_contains(pattern: str, expected: set[str]):
    assert needles(pattern) == expected


RULE = """
- id: some-rule
  cause: disk_full
  confidence: 0.9
  explanation: The disk of a node is full.
  patterns: ['{pattern}']
  examples: ["one {{}}", "two"]
"""


def test_a_rule_file_is_parsed():
    (rule,) = parse_rules(RULE.format(pattern="no space left"))

    assert rule.cause is Cause.DISK_FULL


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("no space.*left", "without an upper bound"),
        ("no space.{2,}left", "without an upper bound"),
        ("No space left", "lowered"),
        (".{0,9}", "no piece of plain text"),
    ],
)
def test_a_pattern_that_may_be_slow_or_dead_is_refused(pattern: str, problem: str):
    with pytest.raises(ValidationError, match=problem):
        parse_rules(RULE.format(pattern=pattern))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (RULE.format(pattern="no space left") + "  colour: red\n", "colour"),
        (RULE.format(pattern="no space left").replace("disk_full", "disk_fool"), "cause"),
        (RULE.format(pattern="no space left").replace("0.9", "9"), "confidence"),
        (RULE.format(pattern="no space left").replace(', "two"', ""), "examples"),
        (RULE.format(pattern="no space left").replace('"two"', '"one {}"'), "twice"),
    ],
    ids=["unknown key", "unknown cause", "confidence", "one example", "same example"],
)
def test_a_wrong_rule_names_its_field(wrong: str, field: str):
    with pytest.raises(ValidationError, match=re.escape(field)):
        parse_rules(wrong)


def test_no_rule_of_weak_words_acts_unless_it_says_so_itself():
    weak = {one.rule.id: one.rule for one in RULES if one.rule.confidence < 0.5}
    answers = [diagnose_text(text) for rule in weak.values() for text in rule.examples]
    acting = {answer.reasons[0].rule for answer in answers if answer.remedy in ACTING}

    assert len(weak) > 20
    assert all(weak[rule].remedy in ACTING for rule in acting & weak.keys())
