"""Credentials inside addresses, headers, and the options of commands."""

import re

from lakemend.redaction.hiding import Shape, hide

# What nobody would say in a sentence: it holds a digit, or letters of both cases.
_UNLIKE_WORDS = r"(?=[^\s\"']{0,100}(?:\d|(?-i:[a-z][A-Z])))"

_URL_PASSWORD = re.compile(
    r"(?P<name>\b[a-z][a-z0-9+.\-]{1,30}://[^\s:/@\"'<>]{0,256}:)"
    r"(?!\d{1,5}[/?#;,])"  # a port
    r"(?P<value>[^\s/\"'<>]{1,512}(?=@)|[^\s@\"'<>]{1,512}(?=@))",
    re.IGNORECASE,
)

_URL_TOKEN = re.compile(
    r"(?P<name>\bhttps?://)(?=[^\s@]{0,100}\d)(?P<value>[^\s:/@\"'<>]{12,512})(?=@)", re.IGNORECASE
)

# Whoever knows the path of a web hook may post to it.
_WEB_HOOK = re.compile(
    r"(?P<name>://[^\s\"'<>]{0,200}?hook[^\s/\"'<>]{0,60}/)(?P<value>[^\s\"'<>]{8,1000})",
    re.IGNORECASE,
)

_SIGNED_URL = re.compile(
    r"(?P<name>(?:(?:[?&;,\s\"'(]|&amp;|\A)(?:sig|signature|x-amz-signature|x-amz-credential"
    r"|x-amz-security-token|x-goog-signature|x-goog-credential|awsaccesskeyid|googleaccessid)"
    r"|[?&](?:amp;)?(?:code|key|access_token))=)"
    r"(?P<value>[^\s&\"'<>,]{1,8000})",
    re.IGNORECASE,
)

_BARE_AUTHORIZATION = re.compile(
    r"(?P<name>\b(?:bearer|basic|negotiate|digest)\s{1,4})"
    rf"{_UNLIKE_WORDS}(?P<value>[A-Za-z0-9+/=_.~\-]{{12,8000}})",
    re.IGNORECASE,
)

_HEADER = re.compile(
    r"(?P<name>(?:"
    r"authorization[\"'\\]{0,3}\s{0,4}[:=,]\s{0,4}[\"'\\]{0,3}"
    r"(?:(?:bearer|basic|token|digest|negotiate|apikey)\s{1,4}"
    rf"|(?:[a-z][a-z0-9\-]{{2,24}}\s{{1,4}})?{_UNLIKE_WORDS}(?=[^\s\"']{{8}}))"
    r"|(?<![\w.])(?:set-)?cookie[\"'\\]{0,3}\s{0,4}[:,]\s{0,4}[\"'\\]{0,3}(?=[^\s=;\"']{1,100}=)"
    r"))(?P<value>[^\r\n\"'\\]{1,8000})",
    re.IGNORECASE,
)

# `curl -u name:password`, `mysql -u name -ppassword`
_USER_OPTION = re.compile(
    r"(?P<name>(?<!\S)(?:-u|--user)[ =]{0,3}(?:[^\s:]{1,128}:|[^\s:]{1,128}\s{1,4}-p))"
    r"(?P<value>[^\s:/][^\s]{0,512})",
    re.IGNORECASE,
)

_SHAPES = (
    Shape(("://",), _URL_PASSWORD),
    Shape(("://",), _URL_TOKEN),
    Shape(("hook",), _WEB_HOOK),
    Shape(("sig", "amz", "goog", "accesskeyid", "code", "key", "access_token"), _SIGNED_URL),
    Shape(("authorization", "cookie"), _HEADER),
    Shape(("bearer", "basic", "negotiate", "digest"), _BARE_AUTHORIZATION),
    Shape(("-u",), _USER_OPTION),
)


def hide_credentials(text: str) -> str:
    """Hide what opens an address; the address itself stays readable."""
    return hide(text, _SHAPES)
