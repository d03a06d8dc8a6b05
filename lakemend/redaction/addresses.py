"""Credentials inside addresses, headers, and the options of commands."""

import re

from lakemend.redaction.hiding import Shape, hide
from lakemend.redaction.pieces import BLANK, COLON, EQUALS, QUOTES, VALUE

# What nobody would say in a sentence: it holds a digit, or letters of both cases.
_UNLIKE_WORDS = r"(?=[^\s\"']{0,100}(?:\d|(?-i:[a-z][A-Z])))"

_URL_PASSWORD = re.compile(
    r"(?P<name>\b[a-z][a-z0-9+.\-]{1,30}://[^\s:/\"'<>]{0,256}:)"
    r"(?!\d{1,5}[/?#;,])"  # a port
    r"(?P<value>"
    # `p@ss/word@host`, unless what follows the first `@` is a host
    r"[^\s/@\"'<>]{1,128}@(?![\w\-]{1,63}(?:\.[\w\-]|:\d))[^\s/@\"'<>]{0,128}/[^\s/@\"'<>]{0,128}(?=@)"
    r"|[^\s/\"'<>]{1,512}(?=@)|[^\s@\"'<>]{1,512}(?=@))",
    re.IGNORECASE,
)

_ENCODED_URL_PASSWORD = re.compile(
    r"(?P<name>\b[a-z][a-z0-9+.\-]{1,30}%3A%2F%2F(?:(?!%3A|%2F|%40)[^\s\"'<>]){0,256}%3A)"
    r"(?P<value>(?:(?!%2F|%40)[^\s\"'<>]){1,512})(?=%40)",
    re.IGNORECASE,
)

_URL_TOKEN = re.compile(
    r"(?P<name>\bhttps?://)(?=[^\s@]{0,100}\d)(?P<value>[^\s:/@\"'<>]{12,512})(?=@)", re.IGNORECASE
)

# Whoever knows the path of a web hook may post to it.
_WEB_HOOK = re.compile(
    r"(?P<name>://[^\s\"'<>]{0,200}?(?<!git-)hook[^\s/\"'<>]{0,60}/)(?P<value>[^\s\"'<>]{8,1000})",
    re.IGNORECASE,
)

_SIGNED_URL = re.compile(
    r"(?P<name>(?:(?:[?&;,\s\"'(]|&amp;|%(?:25)?(?:3F|26)|\\u0026|\A)"
    r"(?:sig|signature|x-amz-signature|x-amz-credential|x-amz-security-token|x-goog-signature|x-goog-credential|awsaccesskeyid|googleaccessid)"
    rf"|[?&](?:amp;)?(?:code(?!=\d{{1,4}}(?!\w))|key|access_token)){EQUALS})"
    r"(?!(?:\d{1,3}|SIG[A-Z]{2,8})(?![^\s,;)]))"  # of a process
    r"(?P<value>[^\s&\"'<>,]{1,8000})",
    re.IGNORECASE,
)

_BARE_AUTHORIZATION = re.compile(
    rf"(?P<name>\b(?:bearer|basic(?: auth)?|negotiate|digest){BLANK}{{1,4}})"
    rf"{_UNLIKE_WORDS}(?P<value>[A-Za-z0-9+/=_.~\-]{{12,8000}})",
    re.IGNORECASE,
)

_HEADER = re.compile(
    r"(?P<name>(?:"
    rf"authorization{QUOTES}{BLANK}{{0,4}}(?:,|{EQUALS}|{COLON}){BLANK}{{0,4}}"
    rf"(?:[ubrf]{{1,2}}(?=[\"']))?{QUOTES}"
    rf"(?:(?:bearer|basic|token|digest|negotiate|apikey){BLANK}{{1,4}}"
    rf"|(?:[a-z][a-z0-9\-]{{2,24}}\s{{1,4}})?{_UNLIKE_WORDS}(?=[^\s\"']{{8}}))"
    r"|(?<![\w.])(?:set-)?cookie[\"'\\]{0,3}\s{0,4}[:,]\s{0,4}[\"'\\]{0,3}(?=[^\s=;\"']{1,100}=)"
    r"))(?P<value>[^\r\n\"'\\]{1,8000})",
    re.IGNORECASE,
)

# `curl -u name:password`, `mysql -u name -ppassword`; not `docker run -u root:root`
_USER_OPTION = re.compile(
    r"(?P<name>(?<!\S)(?:-[a-z]{0,4}u|--(?:proxy-)?user)[ =]{0,3}(?!\d{1,6}:\d{1,6}(?!\S))"
    r"(?:(?P<user>[^\s:]{1,128}):(?!(?P=user)(?!\S))|[^\s:]{1,128}\s{1,4}-p))"
    r"(?P<value>[^\s:/][^\s]{0,512})",
    re.IGNORECASE,
)

# `sshpass -p password`, `docker login -u name -p password`
_LOGIN_OPTION = re.compile(
    r"(?P<name>\b(?:(?:sshpass|mongo(?:sh|dump|restore|export|import|stat)?|beeline|sqlcmd|bcp)|(?:docker|podman|az|helm|oc|skopeo|buildah)\s{1,4}"
    rf"(?:registry\s{{1,4}})?login)\s(?:[^\n;|&]{{0,200}}?\s)?-p\s{{0,4}}){VALUE}",
    re.IGNORECASE,
)

# `redis-cli -a password`, `openssl … -passin pass:password`, `… secret set … --value password`
_SECRET_OPTION = re.compile(
    r"(?P<name>\b(?:redis-cli\s[^\n;|&]{0,200}?(?<=\s)-a\s{1,4}"
    r"|openssl\s[^\n;|&]{0,200}?\s-pass(?:in|out)?\s{1,4}pass:"
    r"|(?:secrets?\s(?:set|put)|SecureString)\b[^\n;|&]{0,200}?"
    r"\s--(?:string-|bytes-)?value[ =]{1,4}"
    rf"|secrets\.put\([^\n)]{{0,200}}?string_value\s?=\s?)){VALUE}",
    re.IGNORECASE,
)

# `auth=("name", "password")`, `HTTPBasicAuth("name", "password")`, `"Basic " + "password"`
_CALL = re.compile(
    r"(?P<name>(?:\b(?:auth\s{0,4}=\s{0,4}|(?:HTTP)?(?:Basic|Digest)Auth)\(\s{0,4}"
    r"[\"'][^\"'\n]{0,128}[\"'],\s{0,4}|[\"'](?:basic|bearer)\s[\"']\s{0,4}\+\s{0,4})"
    rf"(?=[ubrf]{{0,2}}[\"'])){VALUE}",
    re.IGNORECASE,
)

# `_auth=` of npm, `"auth":` of docker, `SharedKey account:` of Azure
_ENCODED_LOGIN = re.compile(
    r"(?P<name>(?<![a-z])_?auth[\"'\\]{0,3}\s{0,4}[:=]\s{0,4}[\"'\\]{0,3}"
    rf"|\bSharedKey(?:Lite)?\s{{1,4}}[\w\-]{{1,64}}:){_UNLIKE_WORDS}"
    r"(?P<value>[a-z0-9+/]{8,4000}={0,2})(?![\w.\-+/])",
    re.IGNORECASE,
)

_SHAPES = (
    Shape(("://",), _URL_PASSWORD),
    Shape(("%3a%2f%2f",), _ENCODED_URL_PASSWORD),
    Shape(("://",), _URL_TOKEN),
    Shape(("hook",), _WEB_HOOK),
    Shape(("sig", "amz", "goog", "accesskeyid", "code", "key", "access_token"), _SIGNED_URL),
    Shape(("authorization", "cookie"), _HEADER),
    Shape(("bearer", "basic", "negotiate", "digest"), _BARE_AUTHORIZATION),
    Shape(("-u", "-su"), _USER_OPTION),
    Shape(("sshpass", "login", "mongo", "beeline", "sqlcmd", "bcp"), _LOGIN_OPTION),
    Shape(("redis-cli", "openssl", "secret", "securestring"), _SECRET_OPTION),
    Shape(("auth", "basic", "bearer"), _CALL),
    Shape(("auth", "sharedkey"), _ENCODED_LOGIN),
)


def hide_credentials(text: str) -> str:
    """Hide what opens an address; the address itself stays readable."""
    return hide(text, _SHAPES)
