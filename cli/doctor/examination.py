"""All checks of `lakemend doctor`, in the order in which a person would look."""

from collections.abc import AsyncGenerator, Callable

from cli.doctor.finding import Finding
from cli.doctor.records import check_records
from cli.doctor.sweep import check_sweeps
from cli.doctor.temporal import check_temporal
from cli.doctor.webhook import check_webhook
from cli.doctor.workspace import check_workspaces
from lakemend.settings import Settings


async def examine(settings: Settings, show: Callable[[Finding], None] | None) -> list[Finding]:
    """Return all findings; `show` gets each as soon as it is there."""
    findings: list[Finding] = []
    async for finding in _checks(settings):
        findings.append(finding)
        if show:
            show(finding)
    return findings


async def _checks(settings: Settings) -> AsyncGenerator[Finding]:
    for finding in await check_workspaces(settings):
        yield finding
    async for finding in check_temporal(settings):
        yield finding
    for finding in await check_sweeps(settings):
        yield finding
    for finding in await check_records(settings):
        yield finding
    for finding in await check_webhook(settings):
        yield finding
