"""Values beside a name that tells of a secret, in the ways in which pairs are written."""

import re

from lakemend.redaction.hiding import Shape, hide
from lakemend.redaction.pieces import ASSIGNED, ENDING, LITERAL, NEEDLES, QUOTES, VALUE, WORDS

_TELLING = re.compile(rf"{WORDS}|(?:^|[_.\-])(?:pass|pw|sas|auth)(?:$|[_.\-])", re.IGNORECASE)

# What may follow the ending of a name: `token.my.account`.
_FURTHER = r"[_.\-][\w.\-]{0,120}+"
_SEGMENTS = r"(?:\.[\w\-]{1,60}+){2,8}+"
# In `{"error": "bad password", "at": …}` what follows is the next name.
_NO_NAME = r"(?!\\{0,3}[\"'][^\"'\\\n]{1,100}\\{0,3}[\"']\s{0,4}:)"
_UNLIKE_WORDS = r"(?=[^\s\"']{0,100}\d)"

_NOT_A_PARSER = "".join(
    rf"(?<!{said} token)" for said in ("expected", "unrecognized", "mismatched")
)

# `name = value`, `"name": "value"`, `conf.set("name", "value")`, `name value`, `the name is value`.
# A sentence may say the last two, so there only what looks like a secret is one.
_PAIR = re.compile(
    rf"(?P<name>(?:{WORDS}){_NOT_A_PARSER}(?:"
    rf"{ENDING}(?:{_FURTHER}(?={QUOTES}\s?=)|{_SEGMENTS})?{ASSIGNED}"
    rf"|{ENDING}(?:{_FURTHER})?\\?[\"']\s{{0,4}},\s{{0,4}}{_NO_NAME}(?={LITERAL}\\?[\"'])"
    rf"|{ENDING}(?:{_FURTHER})?[ \t]{{1,4}}(?=\S{{12}}){_UNLIKE_WORDS}"
    rf"|\s{{1,4}}(?:is|was|lautet)\s?:?\s{{1,4}}(?=\S{{6}}){_UNLIKE_WORDS}"
    rf")){VALUE}",
    re.IGNORECASE,
)

# Words too short to tell anything inside other words.
_SHORT = re.compile(
    rf"(?P<name>(?:(?<![a-z])(?:pass(?==)|pw)|\.auth(?=\s?=)|\.(?:key|sas)\.[\w.\-]{{1,120}}){ASSIGNED}"
    rf"|(?<![a-z])pass:\s{{1,4}}(?=\S{{6}}){_UNLIKE_WORDS}(?=\S{{0,100}}[a-z])"
    r"|[\"'](?:pass|pw)[\"'](?:\s{0,4},\s{0,4}|\s{0,4}[:=]\s{0,4})(?=[\"'])"
    rf"|\blogin\s{{1,4}}\S{{1,128}}\s{{1,4}}password\s{{1,4}}){VALUE}",
    re.IGNORECASE,
)

_OPTION = re.compile(
    rf"(?P<name>(?<!\S)--?[\w\-]{{0,40}}(?:{WORDS}){ENDING}[ \t]{{1,4}}(?!-)){VALUE}",
    re.IGNORECASE,
)

# SQL: `IDENTIFIED BY 'value'`, `WITH PASSWORD 'value'`
_QUOTED = re.compile(
    rf"(?P<name>\b(?:(?:identified\s{{1,4}}by|password'?|credentials)\s{{1,4}}(?=[\"'])"
    rf"|(?:user|role|connect\s{{1,4}}to)\s{{1,4}}\S{{1,128}}\s{{1,4}}identified\s{{1,4}}by\s{{1,4}}))"
    rf"(?!(?:values|password)\b){VALUE}",
    re.IGNORECASE,
)

# `(spark.hadoop.fs.s3a.session.token,value)`, as Scala prints a pair
_PRINTED_PAIR = re.compile(
    rf"(?P<name>\([\w.\-]{{0,120}}?(?:{WORDS}){ENDING}(?:\.[\w.\-]{{1,120}})?,)"
    r"(?P<value>[^\s,()]{1,4000})(?=\))",
    re.IGNORECASE,
)

# `key:secret` of a schema registry
_USER_INFO = re.compile(
    rf"(?P<name>auth\.user\.info(?:{ASSIGNED}|[\"']\s{{0,4}},\s{{0,4}}[\"']|\s{{1,4}})"
    r"[^\s:\"']{1,128}:)(?P<value>[^\s\"',;]{1,512})",
    re.IGNORECASE,
)

_SHAPES = (
    Shape(("auth.user.info",), _USER_INFO),
    Shape(NEEDLES, _PRINTED_PAIR),
    Shape(NEEDLES, _PAIR),
    Shape(("pass", "pw", ".key.", ".sas.", ".auth"), _SHORT),
    Shape(NEEDLES, _OPTION),
    Shape(("identified", "password", "credentials"), _QUOTED),
)


def is_telling(name: str) -> bool:
    """Tell whether a name says that what it names is secret."""
    return bool(_TELLING.search(name))


def hide_values(text: str) -> str:
    """Hide the values of telling names."""
    return hide(text, _SHAPES)
