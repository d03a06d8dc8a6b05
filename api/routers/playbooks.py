"""Which error types Lakemend knows what to do about."""

from fastapi import APIRouter

from api.deps import CurrentParts
from api.openapi import UNAUTHORIZED
from api.schemas import PlaybookList, PlaybookSummary

router = APIRouter(tags=["playbooks"], responses=UNAUTHORIZED)


@router.get("/supported-error-types")
def list_supported_error_types(parts: CurrentParts) -> PlaybookList:
    """List the playbooks by error type."""
    settings = parts.settings
    playbooks = [
        PlaybookSummary.of(
            playbook,
            settings.auto_remediation_max_retries,
            health_checks=settings.health_check_enabled,
        )
        for playbook in parts.playbooks.values()
    ]
    return PlaybookList(total_playbooks=len(playbooks), playbooks=playbooks)
