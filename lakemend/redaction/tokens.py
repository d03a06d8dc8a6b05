"""Tokens that show what they are by their prefix, and keys by their length and letters."""

import re
import string

from lakemend.redaction.hiding import HIDDEN

_PRIVATE_KEY = r"(?: |%20|\+)[A-Z0-9 %+]{0,60}PRIVATE(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)?-----"
_KEY_BLOCK = re.compile(
    rf"----BEGIN{_PRIVATE_KEY}(?:(?!-----END)[\s\S]){{0,20000}}"
    r"(?:-----END[A-Z0-9 %+]{0,60}-----)?"
)
# With the margin that a log or a mail puts before each line.
_KEY_IN_A_MARGIN = re.compile(
    r"(?:^[ \t|>#*]{1,8}[A-Za-z0-9+/=]{16,80}[ \t]{0,4}\r?\n){1,60}"
    rf"[ \t|>#*]{{0,8}}-----END{_PRIVATE_KEY}",
    re.MULTILINE,
)
_PUTTY_KEY = re.compile(r"Private-Lines: \d{1,3}(?:\r?\n[A-Za-z0-9+/=]{1,80}(?=\s|\Z)){1,200}")
_END_OF_KEY = re.compile(rf"-----END{_PRIVATE_KEY}")
_LETTERS_OF_KEY = string.ascii_letters + string.digits + "+/=%\r\n\\"

_TOKEN = re.compile(
    r"(?:dapi|dose|dkea|dsapi)(?:[0-9a-f]{16,64}|[0-9A-F]{16,64})(?:-\d+)?"  # Databricks
    r"|DAPI[0-9A-F]{16,64}(?:-\d+)?"
    r"|\b(?:"
    r"(?:AKIA|ASIA|AGPA|AROA)[A-Z0-9]{16}"  # AWS keys
    r"(?:[:/,\"'\t ]{1,4}[A-Za-z0-9+/]{40}(?![\w+/]))?"
    r"|gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_[A-Za-z0-9_]{20,255}"
    r"|gl(?:pat|rt|dt|ptt|cbt)-[A-Za-z0-9_-]{20,64}"
    r"|GOCSPX-[A-Za-z0-9_-]{20,64}|1//0[A-Za-z0-9_-]{20,300}"  # Google
    r"|dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,64}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"
    r"|do[opr]_v1_[0-9a-f]{64}|ATATT3[A-Za-z0-9_=-]{20,400}|AGE-SECRET-KEY-1[A-Z0-9]{16,80}"
    r"|sntrys_[A-Za-z0-9+/=_-]{20,1000}|lin_api_[A-Za-z0-9]{20,64}"
    r"|hf_[A-Za-z0-9]{20,64}"  # Hugging Face
    r"|hv[bsr]\.[A-Za-z0-9_-]{20,300}"  # Vault
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,250}"  # Slack
    r"|AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_.-]{20,2000}"  # Google
    r"|sk-[A-Za-z0-9_-]{20,200}|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,200}"
    r"|NRAK-[A-Z0-9]{24,30}|whsec_[A-Za-z0-9+/=]{24,80}|key-[0-9a-f]{32}(?!\w)"
    r"|(?:figd|ntn|phx|phs|sbp|glc|glsa|dbt[cus]|bkua|CCIPAT|pscale_(?:pw|tkn|oauth)|lin_oauth)"
    r"_[A-Za-z0-9_+/=-]{24,400}"
    r"|(?:tskey-[a-z]{2,12}|pul|sq0(?:atp|csp))-[A-Za-z0-9_-]{20,100}"
    r"|dp\.(?:pt|st|sa|ct|scim|audit)\.[A-Za-z0-9._-]{30,100}"  # Doppler
    r"|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{50,100}"  # Terraform
    r"|pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"  # Airtable
    r"|AKCp[A-Za-z0-9]{40,100}|cmVmdGtu[A-Za-z0-9]{40,100}"  # Artifactory
    r"|(?:bot)?\d{8,10}:AA[A-Za-z0-9_-]{33}"  # Telegram
    r"|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,1000}"
    r"|SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,128}"  # SendGrid
    r"|[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{20,40}"  # client secret of Entra ID
    r"|eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{4,8000}(?:\.[A-Za-z0-9_-]{0,4000})?"  # JWT
    r")"
)

# Base64 of 32 bytes or more: no path, since one would go on behind the equals sign.
_BARE_KEY = re.compile(
    r"(?<![\w+/=.-])(?=[^\s\d]{0,100}\d)[A-Za-z0-9+/]{40,400}={1,2}(?![\w+/=.-])",
)


def hide_tokens(text: str) -> str:
    """Hide whole key blocks, the end of one that was cut, tokens and long keys."""
    text = _KEY_BLOCK.sub(HIDDEN, text)
    if "-----END" in text:
        text = _KEY_IN_A_MARGIN.sub(HIDDEN, text)
    text = _PUTTY_KEY.sub(HIDDEN, text)
    *cut, last = _END_OF_KEY.split(text)
    text = HIDDEN.join([*(each.rstrip(_LETTERS_OF_KEY) for each in cut), last])
    return _BARE_KEY.sub(HIDDEN, _TOKEN.sub(HIDDEN, text))
