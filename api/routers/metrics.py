"""What Prometheus scrapes from the API; the counters are the workers'."""

from datetime import UTC, datetime

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.breaker_metrics import exposition
from api.deps import CurrentParts
from api.openapi import UNAUTHORIZED, UNAVAILABLE

router = APIRouter(tags=["health"], responses={**UNAUTHORIZED, **UNAVAILABLE})


@router.get("/metrics", response_class=Response)
async def get_metrics(parts: CurrentParts) -> Response:
    """Read how breakers and gates stand, in the text format of Prometheus."""
    seen = await parts.survey.look()
    shown = exposition(seen.breakers, seen.gates, datetime.now(UTC))
    return Response(shown, media_type=CONTENT_TYPE_LATEST)
