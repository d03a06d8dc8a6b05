"""Ask which known failures a text resembles, where the rules are not sure of their answer.

The surer the rules, the plainer the resemblance must be to outweigh them. What it names is for a
person, since nothing in the text says it outright.
"""

from collections.abc import Mapping, Sequence

from lakemend.diagnosis import Cause, Diagnosis, Reason, Remedy
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.passages import Passage, Where
from lakemend.diagnosis.resemblance import resemblance, telling_line
from lakemend.diagnosis.rules import load_rules
from lakemend.diagnosis.voices import is_own_exception
from lakemend.redaction import trim

# How much plainer the resemblance must be for each point of the rules' confidence.
_WEIGHT_OF_RULES = 0.9

# Rules that are so sure are believed, and a little less sure ones where the software's own class or
# number of the error says the same.
_BEYOND_DOUBT = 0.9
_CONFIRMED = 0.8

# What the rules' `unknown` counts: little, for most texts without a rule still have a cause.
_SILENCE = 0.4

# A smaller share is no likeness but a guess, and `unknown` is the honest answer.
_LEAST_SHARE = 0.55

# A resemblance is a hint, and a hint never acts.
_SUREST = 0.49

_LONGEST_QUOTE = 300

# How the ids of error classes and numbers begin, and those of names.
_NUMBERED = frozenset({"class", "number"})
_NAMED = frozenset({"name"})

# That this failed is a fact, and its playbook begins with what helps whatever the words resemble.
WHAT_FAILED = frozenset({Cause.PIPELINE_UPDATE_FAILURE, Cause.WAREHOUSE_UNAVAILABLE})

# Codes, libraries and events are facts, and logs and state messages speak of other things too.
_OPEN_TO_DOUBT = frozenset({Where.TEXT, Where.TASK_ERROR, Where.TASK_TRACE})


def second_opinion(diagnosis: Diagnosis, texts: Sequence[Passage]) -> Diagnosis:
    """Take the cause that the texts plainly resemble, if the rules were not sure of another."""
    if _is_settled(diagnosis):
        return diagnosis
    for text in texts:
        shares = resemblance(text)
        cause = max(shares, key=lambda one: shares[one], default=diagnosis.cause)
        if _outweighs(shares, cause, diagnosis):
            return _resembling(diagnosis, cause, shares[cause], text)
    return diagnosis


def _is_settled(diagnosis: Diagnosis) -> bool:
    """Tell whether the rules are sure, or answer from a fact or from an own exception's name."""
    if not diagnosis.reasons:
        return False
    if diagnosis.confidence >= _BEYOND_DOUBT or diagnosis.cause in WHAT_FAILED:
        return True
    if diagnosis.confidence >= _CONFIRMED and _is_confirmed(diagnosis):
        return True
    reason = diagnosis.reasons[0]
    own = diagnosis.cause is Cause.USER_CODE and is_own_exception(reason.quote)
    return own or reason.where not in _OPEN_TO_DOUBT


def _is_confirmed(diagnosis: Diagnosis) -> bool:
    """Tell whether the class or number of the error says the same as the words around it."""
    kinds = {_kind(reason.rule) for reason in diagnosis.reasons}
    return bool(kinds & _NUMBERED) and bool(kinds - _NUMBERED - _NAMED)


def _kind(entry: str) -> str:
    """Tell what an id names; a rule may begin as the others do."""
    is_rule = any(compiled.rule.id == entry for compiled in load_rules().rules)
    return "rule" if is_rule else entry.partition("-")[0]


def _outweighs(shares: Mapping[Cause, float], cause: Cause, diagnosis: Diagnosis) -> bool:
    if cause is diagnosis.cause or diagnosis.cause in cause_table()[cause].follows:
        return False
    if shares[cause] < _LEAST_SHARE:
        return False
    lead = shares[cause] - shares.get(diagnosis.cause, 0.0)
    return lead > _WEIGHT_OF_RULES * (diagnosis.confidence or _SILENCE)


def _resembling(diagnosis: Diagnosis, cause: Cause, share: float, text: Passage) -> Diagnosis:
    facts = cause_table()[cause]
    quote = trim(telling_line(text, cause), _LONGEST_QUOTE)
    why = "By its words this resembles known failures of this cause more than of any other."
    reason = Reason(rule="resemblance", where=text.where, quote=quote, explanation=why)
    doubted = tuple(
        old.model_copy(
            update={"explanation": f"{diagnosis.cause} ruled out: the words resemble {cause} more"}
        )
        for old in diagnosis.reasons
    )
    return diagnosis.model_copy(
        update={
            "cause": cause,
            "error_type": facts.error_type,
            "layer": facts.layer,
            "remedy": Remedy.NONE if facts.remedy is Remedy.NONE else Remedy.PERSON,
            "confidence": 0.0 if cause is Cause.UNKNOWN else round(min(share / 2, _SUREST), 2),
            "summary": facts.explanation,
            "reasons": (reason,),
            "ruled_out": (*doubted, *diagnosis.ruled_out),
            "alternatives": (),
        }
    )
