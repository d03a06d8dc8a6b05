"""Whether every part that the API needs can be reached."""

from fastapi.concurrency import run_in_threadpool

from api.connection import TemporalConnection
from api.problems import AwayError
from api.schemas import Readiness
from lakemend.errors import RecordsError
from records import Records

_OK = "ok"


async def check_readiness(temporal: TemporalConnection, records: Records) -> Readiness:
    """Ask both; an answer takes a few seconds at most."""
    parts = {
        "temporal": await _check_temporal(temporal),
        "records": await run_in_threadpool(_check_records, records),
    }
    return Readiness(ready=all(state == _OK for state in parts.values()), parts=parts)


async def _check_temporal(temporal: TemporalConnection) -> str:
    try:
        await temporal.check()
    except AwayError as error:
        return error.detail
    return _OK


def _check_records(records: Records) -> str:
    try:
        records.ping()
    except RecordsError as error:
        return str(error)
    return _OK
