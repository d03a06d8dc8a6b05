"""The live stream of the audit trail."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.deps import CurrentParts
from api.openapi import UNAUTHORIZED, UNPROCESSABLE
from api.stream import follow_audit

_LARGEST_SEQUENCE = 2**63 - 1

router = APIRouter(prefix="/events", tags=["events"], responses={**UNAUTHORIZED, **UNPROCESSABLE})

Sequence = Annotated[int | None, Query(ge=0, le=_LARGEST_SEQUENCE)]
LastEventId = Annotated[int | None, Header(alias="Last-Event-ID", ge=0, le=_LARGEST_SEQUENCE)]


@router.get("", response_class=EventSourceResponse)
async def stream_events(
    parts: CurrentParts, after: Sequence = None, last_event_id: LastEventId = None
) -> AsyncIterator[ServerSentEvent]:
    """Follow what happens to incidents and breakers (server-sent events).

    A client that reconnects sends `Last-Event-ID` and misses nothing; `?after=0` begins with the
    first event ever, neither begins with the next one.
    """
    begin = after if last_event_id is None else last_event_id
    async for event in follow_audit(parts.records, begin, parts.closing):
        yield event
