from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakemend.redaction import HIDDEN, redact, trim

# Each secret is made of parts, so that no scanner takes this file for a leak.
HEX = "0123456789abcdef" * 2
WORD = "Tr0ub4dorHorseBattery"

SECRETS = {
    "databricks token": ("login with dapi{s} failed", HEX),
    "databricks token with suffix": ("token=dapi{s}-2", HEX),
    "named token": ("DATABRICKS_TOKEN={s}", WORD),
    "json token": ('{{"access_token": "{s}", "type": "Bearer"}}', WORD),
    "escaped json": ('{{\\"client_secret\\":\\"{s}\\"}}', WORD),
    "python dict": ("{{'password': '{s}'}}", WORD),
    "quoted value with spaces": ('password="{s} and more"', WORD),
    "bearer header": ("Authorization: Bearer {s}", WORD * 2),
    "basic header": ("authorization: Basic {s}==", WORD),
    "jdbc password": ("jdbc:sqlserver://h:1433;user=etl;password={s};encrypt=true", WORD),
    "jdbc query password": ("jdbc:postgresql://h/db?user=u&password={s}&ssl=true", WORD),
    "jdbc oracle": ("jdbc:oracle:thin:scott/{s}@host:1521/x", WORD),
    "url credentials": ("postgresql://etl:{s}@db.internal:5432/dw", WORD),
    "mongo srv": ("mongodb+srv://user:{s}@cluster0.example.net", WORD),
    "azure connection string": (
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey={s}==;EndpointSuffix=core",
        WORD * 3,
    ),
    "service bus": ("Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey={s}=", WORD),
    "spark conf key": ("fs.azure.account.key.acct.dfs.core.windows.net={s}==", WORD * 2),
    "sas url": ("https://a.blob.core.windows.net/c?sv=2022&sr=c&sig={s}%3D&se=2024", WORD),
    "signed s3 url": ("https://b.s3.amazonaws.com/k?X-Amz-Signature={s}&X-Amz-Date=1", HEX * 2),
    "signed gcs url": ("https://storage.googleapis.com/b/o?X-Goog-Signature={s}", HEX * 2),
    "aws key id": ("using {s} for s3", "AKIA" + "ABCDEFGHIJKLMNOP"),
    "aws secret": ("aws_secret_access_key = {s}", WORD + "/abc+def/ghi"),
    "session token": ("AWS_SESSION_TOKEN: {s}", WORD * 4),
    "github token": ("git clone failed: ghp_{s}", WORD + "0123456789abcdef"),
    "gitlab token": ("glpat-{s}", WORD),
    "slack token": ("xoxb-{s}", "123456789012-" + WORD),
    "google key": ("AIza{s}", "B" * 35),
    "openai key": ("sk-{s}", WORD * 2),
    "jwt": ("got eyJhbGciOiJIUzI1NiJ9.{s}.c2ln", "eyJzdWIiOiIxMjM0In0" + WORD),
    "private key": ("-----BEGIN RSA PRIVATE KEY-----\n{s}\n-----END RSA PRIVATE KEY-----", WORD),
    "cut private key": ("-----BEGIN PRIVATE KEY-----\n{s}", WORD * 3),
    "api key header": ("x-api-key: {s}", WORD),
    "pwd": ("Server=tcp:h;Uid=u;Pwd={s};", WORD),
}


@pytest.mark.parametrize(("text", "secret"), SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_does_not_survive(text: str, secret: str):
    redacted = redact(text.format(s=secret))

    assert secret not in redacted
    assert HIDDEN in redacted


@pytest.mark.parametrize(
    "text",
    [
        "java.lang.OutOfMemoryError: Java heap space",
        "FATAL: password authentication failed for user etl",
        "The provided token has expired. Request id 0259adb6-101f-0041-0660-43f672000000",
        "Path does not exist: abfss://raw@acct.dfs.core.windows.net/in/2024",
        "https://adb-1.azuredatabricks.net/?o=1#job/2/run/3",
        "Connect to db.example.com:5432 failed: connect timed out",
    ],
)
def test_words_of_a_failure_stay(text: str):
    assert redact(text) == text


def test_the_name_of_a_secret_stays():
    assert redact(f"password={WORD}; host=db") == f"password={HIDDEN}; host=db"


@given(st.text())
def test_redaction_takes_any_text(text: str):
    assert isinstance(redact(text), str)


@given(st.text(max_size=60))
def test_redacting_twice_is_redacting_once(text: str):
    once = redact(f"password={text}")

    assert redact(once) == once


@pytest.mark.parametrize(
    "piece",
    ["a-", "token", "password=", "eyJ", "://a:", "-----BEGIN PRIVATE KEY-----", "?sig=", "bearer "],
)
def test_redaction_time_grows_with_the_text_only(piece: str):
    text = piece * (100_000 // len(piece))

    started = process_time()
    redact(text)

    assert process_time() - started < 2


def test_a_short_text_is_not_trimmed():
    assert trim("short", 10) == "short"


def test_a_long_text_keeps_head_and_tail():
    trimmed = trim("first " + "x" * 10_000 + " last", 200)

    assert len(trimmed) == 200
    assert trimmed.startswith("first")
    assert trimmed.endswith("last")
    assert "9811 characters left out" in trimmed


@given(st.text(), st.integers(min_value=-5, max_value=200))
def test_a_trimmed_text_is_never_longer_than_its_limit(text: str, limit: int):
    assert len(trim(text, limit)) <= max(limit, 0)
