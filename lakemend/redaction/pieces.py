"""Pieces of which the patterns for names and values are made."""

_SEPARATED = r"[_.\-]?"
_KEYS = (
    rf"(?:api|access|account|private|secret|shared{_SEPARATED}access|storage|encryption|signing"
    rf"|master|subscription){_SEPARATED}key"
)

# A word within a name that tells of a secret.
WORDS = (
    r"(?=[pcsmtae_.\-])"  # quick to refuse at most letters
    r"(?:password|passwd|passphrase|passwort|contrase[nñ]a|senha|mot de passe|pwd|secret|token"
    r"|credential|sharedaccesssignature|connection[_.\-]?string|[_.\-]pass"
    rf"|{_KEYS})"
)

# A text that holds none of these holds no such word.
NEEDLES = (
    *("pass", "contrase", "senha", "mot de", "pwd", "secret", "token", "credential", "key"),
    *("sharedaccess", "connectionstring", "connection_", "connection-", "connection."),
)

# What may follow the word within the name: `key_id`, `secretAccessKey`.
ENDING = r"(?:[_.\-]?(?:access)?[_.\-]?(?:key|id|value|text)){0,2}"

QUOTES = r"[\"'\\]{0,3}"
ASSIGNED = rf"{QUOTES}\s{{0,4}}(?:=>|->|[=:\uff1a])\s{{0,4}}"

# A closed quotation, a braced value, or all up to what ends a value or begins the next pair.
VALUE = (
    r"(?!\{\{secrets/)(?P<value>"
    r"\\\"(?:(?!\\\")[^\n]){1,4000}(?:\\\")?"
    r"|\"(?:[^\"\\\n]|\\.){1,4000}\"?"
    r"|'(?:[^'\\\n]|\\.){1,4000}'?"
    r"|\{[^{}\n]{1,500}\}"
    r"|(?:[^\s,;&\"'<>)\]}]|[,;&](?![\s,;&\"'<>)\]}]|[\w.\-]{1,60}\s?(?:=|:|->)|\Z)){1,4000}"
    r")"
)
