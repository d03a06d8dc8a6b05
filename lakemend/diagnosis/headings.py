"""The names at the head of a message: `java.net.ConnectException: …`, `[PATH_NOT_FOUND] …`.

Whose exception it is tells whose words follow. The classes of platforms and libraries speak of
themselves; `Exception` and classes that nobody knows may be raised by anybody, to say anything.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from lakemend.diagnosis import Cause, Remedy
from lakemend.diagnosis.causes import cause_table
from lakemend.diagnosis.name_table import known_names

_HEADING = re.compile(
    r"(?<![\w.$'\"`])(?P<name>(?:[A-Za-z_]\w{0,40}[.$]){0,12}+[A-Z_]\w{0,80}?"
    r"(?:Exception|Error|Failure|Failed|Fault|Timeout|Exit)|(?:java\.lang\.)?+Exception|Throwable)"
    r"(?=\s?:|\(['\"]|\s?$)"
    r"|^\W{0,12}(?:Caused by: |Exception in thread \S{1,60} )?"
    r"(?P<class>(?:[a-z_]\w{0,40}\.){1,12}[A-Z]\w{1,80}):\s"
    r"|(?:^\W{0,12}|:\s|\[|(?i:reason|code|cause)[\"']?\s?[:=]\s?[\"']?)"
    r"(?P<code>[A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){1,12})(?=[.\w]{0,80}\s?[:(\]]|$)"
)

# Exceptions that programs raise with a message of their own.
_ANYBODYS = frozenset(
    {
        "Exception",
        "RuntimeException",
        "RuntimeError",
        "IllegalStateException",
        "IllegalArgumentException",
        "AssertionError",
        "SystemExit",
        "Throwable",
        "UserException",
        "ValueError",
        "KeyError",
        "IndexError",
        "TypeError",
        "AttributeError",
        "NameError",
        "LookupError",
    }
)

# Where the classes of platforms and libraries live.
_PUBLIC_PACKAGES = re.compile(
    r"(?:shaded\.|repackaged\.)?(?:java|javax|scala|sbt|oracle|snowflake|google|azure|botocore|boto3"
    r"|pyspark|py4j|delta|databricks|requests|urllib3|http|httpx|aiohttp|ssl|socket|grpc|asyncio"
    r"|concurrent|multiprocessing|numpy|pandas|pyarrow|pymysql|psycopg2|pymongo|sqlalchemy|mlflow"
    r"|dagster|dbt|ray|dask|distributed|kafka|redis|fsspec|s3fs|gcsfs|adlfs|_internal"
    r"|org\.(?:apache|postgresql|mariadb|jets3t|elasticsearch|mongodb|eclipse|xerial"
    r"|spark_project|sparkproject|datanucleus|springframework|codehaus)"
    r"|com\.(?:databricks|microsoft|azure|amazon|amazonaws|google|mysql|oracle|ibm|sap|exasol|mongodb"
    r"|datastax|teradata|clickhouse|esotericsoftware|simba|snowflake|sun|fasterxml|zaxxer|qcloud|aliyun|alibaba)"
    r"|io\.(?:grpc|netty|delta|lakefs|confluent|trino|unitycatalog"
    r"|fabric8|kubernetes)|net\.snowflake|software\.amazon)"
    r"[.$]"
)


@dataclass(frozen=True, slots=True)
class Heading:
    """A name in a line, from `start` to `end`; `is_anybodys` when no platform vouches for it."""

    name: str
    start: int
    end: int
    is_anybodys: bool

    @property
    def needs_a_person(self) -> bool:
        """Whether the name alone says that only a person can help."""
        known = known_names().get(self.name)
        if known is None or known.cause is Cause.UNKNOWN:
            return False
        return cause_table()[known.cause].remedy is Remedy.PERSON


@lru_cache(maxsize=512)
def headings(line: str) -> tuple[Heading, ...]:
    """Find the names of errors that a message follows, or that end the line."""
    return tuple(_heading(found) for found in _HEADING.finditer(line))


def _heading(found: re.Match[str]) -> Heading:
    group = found.lastgroup or "name"
    whole = found[group]
    name = re.split(r"[.$]", whole)[-1]
    is_anybodys = group != "code" and (
        name in _ANYBODYS or not (name in known_names() or _PUBLIC_PACKAGES.match(whole))
    )
    return Heading(name, found.start(group), found.end(group), is_anybodys)
