"""Lines of a configuration file, `spark.authenticate.secret value`, as no sentence looks."""

import re

from lakemend.redaction.hiding import Shape, hide
from lakemend.redaction.pieces import ENDING, NEEDLES, WORDS

# What a message says of such a name; only the last word of a line is in question.
_SAID = (
    r"(?:is|was|not|missing|found|required|expired|invalid|null|none|true|false|set|unset|changed"
    r"|failed|unknown|absent|empty|rejected|denied|wrong|incorrect|unavailable|undefined"
    r"|unsupported|deprecated|ignored|specified|provided|configured|value|option)\b"
)

_LINE = re.compile(
    r"(?P<name>^[ \t]{0,40}(?=[a-z][\w\-]{0,60}\.\w)[\w.\-]{1,160}?"
    rf"(?:(?:{WORDS}){ENDING}(?:\.[\w.\-]{{1,120}}\.(?:net|com|cn|us))?|\.(?:auth|pass))"
    r"[ \t]{1,40})"
    rf"(?!\{{\{{secrets/|{_SAID}|[=:\-])(?P<value>\S{{1,4000}})(?=[ \t]{{0,40}}$)",
    re.IGNORECASE | re.MULTILINE,
)

_SHAPES = (Shape((*NEEDLES, ".auth"), _LINE),)


def hide_conf_lines(text: str) -> str:
    """Hide the values, however short and plain they are."""
    return hide(text, _SHAPES)
