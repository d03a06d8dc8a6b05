"""Incidents as the records tell of them, and as Temporal does until the first record is written."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from fastapi.concurrency import run_in_threadpool
from temporalio.client import WorkflowHandle
from temporalio.service import RPCError

from api.connection import CALL_TIMEOUT, TemporalConnection, reaching_temporal
from api.problems import UnknownIncidentError
from api.schemas import (
    IncidentDetail,
    IncidentPage,
    IncidentSummary,
    Links,
    detail_fields,
    incident_url,
    summary_fields,
)
from lakemend.incident import IncidentView, Outcome, parse_incident_id
from lakemend.why import Why, why
from records import Records


@dataclass(frozen=True)
class Filters:
    """Which incidents to list; `before` is the ticket of the last one seen."""

    limit: int
    before: str | None
    outcome: Outcome | None
    workspace: str | None
    job_id: str | None
    open_only: bool


@dataclass(frozen=True)
class Incidents:
    """Reads incidents; raises RecordsError when the record store is away."""

    records: Records
    temporal: TemporalConnection
    ui_url: str

    def list_(self, filters: Filters) -> IncidentPage:
        """Return one page, newest first."""
        views = self.records.list_incidents(
            limit=filters.limit + 1,  # one more tells whether there is a next page
            before=filters.before,
            outcome=filters.outcome,
            workspace=filters.workspace,
            job_id=filters.job_id,
            open_only=filters.open_only,
        )
        page = views[: filters.limit]
        return IncidentPage(
            incidents=[IncidentSummary(**summary_fields(view, self._links(view))) for view in page],
            next_cursor=page[-1].ticket if len(views) > filters.limit else None,
        )

    async def get(self, incident_id: str) -> IncidentDetail:
        """Return one incident; raises UnknownIncidentError."""
        return await run_in_threadpool(self._detail, await self._view(incident_id))

    async def why(self, incident_id: str) -> Why:
        """Return the record of its decisions; raises UnknownIncidentError."""
        return why(await self._view(incident_id))

    async def _view(self, incident_id: str) -> IncidentView:
        recorded = await run_in_threadpool(self.records.get_incident, incident_id)
        return recorded or await self._arrived(incident_id)

    def _detail(self, view: IncidentView) -> IncidentDetail:
        return IncidentDetail(
            **summary_fields(view, self._links(view)),
            **detail_fields(view, datetime.now(UTC)),
            ticket_status=self.records.ticket_status(view.ticket) if view.ticket else None,
            audit=self.records.audit_of(view.incident_id),
        )

    async def _arrived(self, incident_id: str) -> IncidentView:
        """Look for an incident that was accepted and has not written its first record yet."""
        client = await self.temporal.client()
        handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(incident_id)
        try:
            async with reaching_temporal():
                found = await handle.describe(rpc_timeout=CALL_TIMEOUT)
        except RPCError as error:
            raise UnknownIncidentError(f"there is no incident {incident_id!r}") from error
        subject = parse_incident_id(incident_id)
        return IncidentView(
            incident_id=incident_id,
            **subject.model_dump(),
            message="accepted; nothing has been read about it yet",
            started_at=found.start_time,
            workflow_run_id=found.run_id or "",
        )

    def _links(self, view: IncidentView) -> Links:
        workflow = f"{self.ui_url}/namespaces/{self.temporal.namespace}/workflows"
        run = f"/{view.workflow_run_id}" if view.workflow_run_id else ""
        return Links(
            api=incident_url(view.incident_id),
            temporal_ui=f"{workflow}/{quote(view.incident_id, safe='')}{run}",
            run_page=view.run_page_url or None,
        )
