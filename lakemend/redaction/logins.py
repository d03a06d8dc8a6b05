"""Logins of Oracle, `user/password@database`, which look like much else that holds a slash."""

import re

from lakemend.redaction.hiding import Shape, hide, keep_name

_USER = r"(?<![\w./:@\-])[A-Za-z][\w$#]{0,60}/"
_HIDDEN_HALF = r"(?P<value>[^\s/@\"'<>.]{1,128})"
_ALIAS = r"@[A-Za-z]\w{0,60}(?![\w.\-/])"

# Behind a JDBC prefix or a program of Oracle.
_BEHIND_A_NAME = re.compile(
    r"(?P<name>(?:jdbc:oracle:[a-z]{2,5}:|\b(?:sqlplus|impdp|expdp|imp|exp|sqlldr|rman)\s{1,4}"
    r"(?:-\S{1,20}\s{1,4}){0,4}(?:userid=|target\s{1,4})?[\"']?)[^\s/@\"']{1,128}/)"
    r"(?P<value>[^\s/@\"']{1,512})(?=@|[\"']?(?:\s|\Z))",
    re.IGNORECASE,
)

# Kerberos writes `hive/host@REALM`.
_NO_SERVICE = (
    r"(?!(?:nn|dn|rm|nm|jhs|http|host|hive|hdfs|yarn|hbase|impala|kafka|knox|livy|mapred|oozie"
    r"|presto|spark|trino|zookeeper)/)"
)

# A version or a branch behind the `@` is in small letters.
_WITH_A_DIGIT = re.compile(
    rf"(?i:{_NO_SERVICE})(?P<name>{_USER})(?=[^\s/@]{{0,100}}\d){_HIDDEN_HALF}(?=@(?://)?[A-Z][\w.\-]{{0,120}}(?![\w.\-/]))"
)

# `@//host` or `@host:port/service`: nothing else with a slash before the `@` goes on like this.
_AT_AN_ADDRESS = re.compile(
    rf"(?P<name>{_USER}){_HIDDEN_HALF}"
    r"(?=@(?://[A-Za-z0-9]|[A-Za-z0-9][\w.\-]{0,120}:\d{2,5}[:/][A-Za-z]))"
)

_CONNECT = re.compile(
    rf"(?P<name>\bconn(?:ect(?:ing|ed)?)?\s{{1,4}}(?:(?:to|as|with)\s{{1,4}})?[\"']?"
    rf"[A-Za-z][\w$#]{{0,60}}/){_HIDDEN_HALF}(?={_ALIAS})",
    re.IGNORECASE,
)

_SHAPES = (
    Shape(("/",), _BEHIND_A_NAME),
    Shape(("@",), _WITH_A_DIGIT),
    Shape(("@",), _AT_AN_ADDRESS),
    Shape(("@",), _CONNECT),
)

_CODE = re.compile(r"\b(?:ORA|TNS|SP2)-\d{4,5}\b")
_BESIDE_A_CODE = re.compile(rf"(?P<name>{_USER}){_HIDDEN_HALF}(?={_ALIAS})")


def hide_logins(text: str) -> str:
    """Hide the passwords; `org/repository@branch` and addresses of people stay."""
    text = hide(text, _SHAPES)
    if not _CODE.search(text):
        return text
    return "".join(map(_hidden_beside_a_code, text.splitlines(keepends=True)))


def _hidden_beside_a_code(line: str) -> str:
    return _BESIDE_A_CODE.sub(keep_name, line) if _CODE.search(line) else line
