"""Pieces of which the patterns for names and values are made."""

_SEPARATED = r"[_.\-]?"
_KEYS = (
    rf"(?:api|access|account|private|secret|shared{_SEPARATED}access|storage|encryption|signing|functions"
    rf"|master|subscription|license|application|integration){_SEPARATED}key"
)

# A word within a name that tells of a secret.
WORDS = (
    r"(?=[pcsmtaefkli_.\-п密口パ비])"  # quick to refuse at most letters
    r"(?:password|passwd|passphrase|passwort|kennwort|contrase[nñ]a|senha|mot de passe"
    r"|пароль|密码|口令|パスワード|비밀번호|passcode|storepass|pwd|secret|token"
    r"|credential|sharedaccesssignature|connection[_.\-]?string|[_.\-]pass"
    rf"|{_KEYS})"
)

# A text that holds none of these holds no such word.
NEEDLES = (
    *("pass", "contrase", "senha", "mot de", "pwd", "secret", "token", "credential", "key"),
    *("kennwort", "пароль", "密码", "口令", "パスワード", "비밀번호"),
    *("sharedaccess", "connectionstring", "connection_", "connection-", "connection."),
)

# What may follow the word within the name: `key_id`, `secretAccessKey`.
ENDING = r"(?:[_.\-]?(?:access)?[_.\-]?(?:key|id|value|text)){0,2}"

# Signs are written encoded too, for an address, in JSON, or in HTML.
_ENCODED_QUOTE = r"&quot;|&#3[49];|%(?:25)?2[27]|\\u002[27]"
QUOTES = rf"(?:[\"'\\]|{_ENCODED_QUOTE}){{0,8}}"
BLANK = r"(?:\s|%20)"
EQUALS = r"(?:=|%(?:25)?3D|\\u003d|&#61;)"
COLON = r"(?:[:\uff1a]|%(?:25)?3A|\\u003a|&#58;)"
# `password: >-` of YAML, and a line that goes on.
_NEXT_LINE = r"(?:(?:[|>][+\-]?\d?|\\)[ \t]{0,4}\r?\n[ \t]{0,40})?"
_SIGN = rf"(?:=>|->|{EQUALS}|{COLON})"
ASSIGNED = rf"{QUOTES}(?:{BLANK}{{0,4}}|[ \t]{{5,40}}){_SIGN}{BLANK}{{0,4}}{_NEXT_LINE}"

# `b'value'`, `SecretStr('value')`
LITERAL = r"(?:[a-z_][\w.]{0,40}\(\s{0,4})?[ubrfn]{0,2}"

# A reference names a secret and is none; a schema tells the type of a column.
_TYPE = (
    r"(?:string|integer|int|long|bigint|double|binary|boolean|date|timestamp|struct|null|none)"
    r"(?![^\s,;)\]}>])"
)

# What is said of a secret: `Invalid token: token has expired`.
_STATE = r"(?:token has|expired|revoked|missing|malformed)(?![^\s,;)\]}>.])"

# A closed quotation, a braced value, or all up to what ends a value or begins the next pair.
VALUE = (
    rf"(?!\{{\{{secrets/|{_TYPE}|{_STATE})(?P<value>"
    r"[&!][\w./\-]{1,60}[ \t]{1,4}[^\s,;&=\"'<>)\]}]{1,4000}"  # an anchor or a tag of YAML
    rf"|{LITERAL}(?:\"\"\"(?:(?!\"\"\")[\s\S]){{1,4000}}(?:\"\"\")?|"
    rf"(?P<mark>\\{{1,7}}[\"']|{_ENCODED_QUOTE})(?:(?!(?P=mark))[^\n]){{1,4000}}(?:(?P=mark))?"
    r"|\"(?:[^\"\\\n]|\\.){1,4000}\"?"
    r"|'(?:[^'\\\n]|\\.){1,4000}'?)"
    r"|\{(?:[^{}\n]|\}\}(?=\w)){1,500}\}"
    r"|(?:[^\s,;&\"'<>)\]}]|[,;&](?![\s,;&\"'<>)\]}]|[\w.\-]{1,60}\s?(?:=|:|->)|\Z)){1,4000}"
    r")"
)
