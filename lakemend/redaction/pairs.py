"""Values beside a name that tells of a secret, in the ways in which pairs are written."""

import re

from lakemend.redaction.hiding import keep_name

_SEPARATED = r"[_.\-]?"
_KEYS = (
    rf"(?:api|access|account|private|secret|shared{_SEPARATED}access|storage|encryption|signing"
    rf"|master|subscription){_SEPARATED}key"
)
_WORDS = (
    r"(?=[pcsmtae_.\-])"  # quick to refuse at most letters
    r"(?:password|passwd|passphrase|passwort|contrase[nñ]a|senha|mot de passe|pwd|secret|token"
    r"|credential|sharedaccesssignature|connection[_.\-]?string|[_.\-]pass"
    rf"|{_KEYS})"
)
_TELLING = re.compile(rf"{_WORDS}|(?:^|[_.\-])(?:pass|pw|sas|auth)(?:$|[_.\-])", re.IGNORECASE)

# What may follow the word within the name: `key_id`, `secretAccessKey`, `token.my.account`.
_ENDING = r"(?:[_.\-]?(?:access)?[_.\-]?(?:key|id|value|text)){0,2}"
_FURTHER = r"[_.\-][\w.\-]{0,120}+"
_SEGMENTS = r"(?:\.[\w\-]{1,60}+){2,8}+"
_QUOTES = r"[\"'\\]{0,3}"
_ASSIGNED = rf"{_QUOTES}\s{{0,4}}(?:=>|->|[=:\uff1a])\s{{0,4}}"
_UNLIKE_WORDS = r"(?=[^\s\"']{0,100}\d)"

# A closed quotation, a braced value, or all up to what ends a value or begins the next pair.
_VALUE = (
    r"(?!\{\{secrets/)(?P<value>"
    r"\\\"(?:(?!\\\")[^\n]){1,4000}(?:\\\")?"
    r"|\"(?:[^\"\\\n]|\\.){1,4000}\"?"
    r"|'(?:[^'\\\n]|\\.){1,4000}'?"
    r"|\{[^{}\n]{1,500}\}"
    r"|(?:[^\s,;&\"'<>)\]}]|[,;&](?![\s,;&\"'<>)\]}]|[\w.\-]{1,60}\s?(?:=|:|->)|\Z)){1,4000}"
    r")"
)

# `name = value`, `"name": "value"`, `conf.set("name", "value")`, `name value`, `the name is value`.
# A sentence may say the last two, so there only what looks like a secret is one.
_PAIR = re.compile(
    rf"(?P<name>(?:{_WORDS})(?:"
    rf"{_ENDING}(?:{_FURTHER}(?={_QUOTES}\s?=)|{_SEGMENTS})?{_ASSIGNED}"
    rf"|{_ENDING}(?:{_FURTHER})?\\?[\"']\s{{0,4}},\s{{0,4}}(?=\\?[\"'])"
    rf"|{_ENDING}(?:{_FURTHER})?[ \t]{{1,4}}(?=\S{{12}}){_UNLIKE_WORDS}"
    rf"|\s{{1,4}}(?:is|was)\s{{1,4}}(?=\S{{6}}){_UNLIKE_WORDS}"
    rf")){_VALUE}",
    re.IGNORECASE,
)

# Words too short to tell anything inside other words.
_SHORT = re.compile(
    rf"(?P<name>(?:(?<![a-z])pass(?==)|\.(?:key|sas)\.[\w.\-]{{1,120}}){_ASSIGNED}"
    r"|[\"'](?:pass|pw)[\"'](?:\s{0,4},\s{0,4}|\s{0,4}[:=]\s{0,4})(?=[\"'])"
    rf"|\blogin\s{{1,4}}\S{{1,128}}\s{{1,4}}password\s{{1,4}}){_VALUE}",
    re.IGNORECASE,
)

_ELEMENT = re.compile(
    rf"(?P<name><[\w:.\-]{{0,60}}(?:{_WORDS}){_ENDING}>)(?P<value>[^<>\n]{{1,4000}})(?=</)",
    re.IGNORECASE,
)

_OPTION = re.compile(
    rf"(?P<name>(?<!\S)--?[\w\-]{{0,40}}(?:{_WORDS}){_ENDING}[ \t]{{1,4}}(?!-)){_VALUE}",
    re.IGNORECASE,
)

# SQL: `IDENTIFIED BY 'value'`, `WITH PASSWORD 'value'`
_QUOTED = re.compile(
    rf"(?P<name>\b(?:identified\s{{1,4}}by|password|credentials)\s{{1,4}}(?=[\"'])){_VALUE}",
    re.IGNORECASE,
)

_SHAPES = (_ELEMENT, _PAIR, _SHORT, _OPTION, _QUOTED)


def is_telling(name: str) -> bool:
    """Tell whether a name says that what it names is secret."""
    return bool(_TELLING.search(name))


def hide_values(text: str) -> str:
    """Hide the values of telling names."""
    for shape in _SHAPES:
        text = shape.sub(keep_name, text)
    return text
