"""What leaves an activity is bounded and holds no secrets.

`redact` looks for the shapes of secrets, not for secrets it knows: tokens with a documented prefix,
values after a telling name, credentials inside URLs, signatures of signed URLs, key blocks. It
would rather hide a harmless value than show a live one. Every pattern runs in linear time: no
repeat stands beside another that can match the same character.
"""

import re

HIDDEN = "[redacted]"

_KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?!-----END)[\s\S]){0,20000}(?:-----END [A-Z0-9 ]{0,40}-----)?"
)

_PREFIXED = re.compile(
    r"\b(?:"
    r"dapi[0-9a-f]{16,64}(?:-\d+)?"  # Databricks personal access token
    r"|dose[0-9a-f]{16,64}|dkea[0-9a-f]{16,64}|dsapi[0-9a-f]{16,64}"  # other Databricks secrets
    r"|(?:AKIA|ASIA|AGPA|AROA)[A-Z0-9]{16}"  # AWS key ids
    r"|gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}"
    r"|glpat-[A-Za-z0-9_-]{20,64}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,250}"  # Slack
    r"|hooks\.slack\.com/services/[A-Za-z0-9/]{20,100}"
    r"|AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_.-]{20,2000}"  # Google
    r"|sk-[A-Za-z0-9_-]{20,200}|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,200}"
    r"|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,1000}"
    r"|SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}"  # SendGrid
    r"|eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{4,8000}(?:\.[A-Za-z0-9_-]{0,4000})?"  # JWT
    r")"
)

_NAMED = re.compile(
    r"(?P<name>(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|account[_-]?key"
    r"|secret[_-]?key|private[_-]?key(?:[_-]?id)?|client[_-]?secret|shared[_-]?access[_-]?key"
    r"|access[_-]?token|refresh[_-]?token|id[_-]?token|auth[_-]?token|session[_-]?token"
    r"|secret[_-]?access[_-]?key|access[_-]?key[_-]?id|credential|sharedaccesssignature"
    r"|connection[_-]?string|fs\.azure\.account\.key\.[A-Za-z0-9.\-]{1,90})"
    r"[\"'\\]{0,3}\s{0,4}(?:=>|[=:])\s{0,4})"
    r"(?P<value>\\?\"[^\"\n]{1,4000}\"?|'[^'\n]{1,4000}'?|[^\s,;&\"'<>)\]}]{1,4000})",
    re.IGNORECASE,
)

_AUTHORIZATION = re.compile(
    r"(?P<name>\b(?:bearer|basic|negotiate|digest)\s{1,4})(?P<value>[A-Za-z0-9+/=_.~\-]{12,8000})",
    re.IGNORECASE,
)

_URL_PASSWORD = re.compile(
    r"(?P<name>\b[a-z][a-z0-9+.\-]{1,30}://[^\s:/@\"'<>]{0,256}:)(?P<value>[^\s/@\"'<>]{1,512})(?=@)",
    re.IGNORECASE,
)

_ORACLE_PASSWORD = re.compile(
    r"(?P<name>jdbc:oracle:[a-z]{2,5}:[^\s/@]{1,128}/)(?P<value>[^\s/@]{1,512})(?=@)", re.IGNORECASE
)

_SIGNED_URL = re.compile(
    r"(?P<name>[?&;](?:amp;)?(?:sig|signature|x-amz-signature|x-amz-credential|x-amz-security-token"
    r"|x-goog-signature|x-goog-credential|awsaccesskeyid|googleaccessid|code|key|access_token)=)"
    r"(?P<value>[^\s&\"'<>]{1,8000})",
    re.IGNORECASE,
)

_WITH_NAME = (_URL_PASSWORD, _ORACLE_PASSWORD, _SIGNED_URL, _AUTHORIZATION, _NAMED)


def redact(text: str) -> str:
    """Hide tokens, keys, passwords, and signatures; the names before them stay readable."""
    text = _KEY_BLOCK.sub(HIDDEN, text)
    text = _PREFIXED.sub(HIDDEN, text)
    for pattern in _WITH_NAME:
        text = pattern.sub(_keep_name, text)
    return text


def _keep_name(match: re.Match[str]) -> str:
    hidden_already = match["value"].startswith(HIDDEN.removesuffix("]"))
    return match[0] if hidden_already else match["name"] + HIDDEN


def trim(text: str, limit: int) -> str:
    """Cut the middle out of a text longer than `limit` characters.

    The head names the exception and the tail holds the innermost cause, so both stay; the tail gets
    more. Where the limit allows it, a line tells how much is missing; the result is never longer
    than `limit`.
    """
    if len(text) <= limit:
        return text
    mark = f"\n[… {len(text) - limit} characters left out …]\n"
    room = limit - len(mark)
    if room <= 0:
        return text[: max(limit, 0)]
    head = room * 2 // 5
    return text[:head] + mark + text[len(text) - (room - head) :]
