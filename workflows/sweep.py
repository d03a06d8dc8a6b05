"""The third way in which a failure arrives: a sweep finds what no message told of.

A schedule for each workspace starts one sweep after the other. What one leaves to the next is its
result, which the schedule hands on: it counts only once the incidents of what was found are there.
"""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.sweep import Look, Reports, SweepActivities, SweepReports
    from lakemend.incident import TASK_QUEUE
    from lakemend.sweep import SWEEP, Findings, Mark, SweepRequest, SweepResult
    from workflows.options import CALL_RETRY, HEARTBEAT, NEWCOMER, workspace_queue
    from workflows.sweep_meter import SweepMeter

# A look ends by itself after four minutes; the calls that it cannot do without may take longer.
LOOK = timedelta(minutes=15)
# With a workspace away for longer the sweep fails, where people see it, and the next one begins.
LOOKING = timedelta(hours=1)
# Fifty starts take a second or two; after a worker's death another one goes on.
REPORT = timedelta(seconds=30)
# By hand: what the first round started has begun before the next ones come.
PAUSE = timedelta(seconds=10)


@workflow.defn(name=SWEEP)
class SweepWorkflow:
    """Looks, and reports what it found as a webhook would have."""

    @workflow.run
    async def run(self, request: SweepRequest) -> SweepResult:
        """Return what was found; a schedule's next sweep goes on from its mark."""
        result = SweepResult(workspace=request.workspace, mark=_last_mark(request))
        meter = SweepMeter(request.workspace)
        for number in range(request.rounds):
            if number:
                await workflow.sleep(PAUSE, summary="until the next round")
            findings = await _look(request, result.mark)
            started = () if request.dry_run else await _report(findings)
            result = result.and_then(findings, started)
            meter.count(findings, started)
            if not findings.behind:
                break
        for note in result.notes:
            workflow.logger.warning("sweep.noted: %s", note)
        workflow.set_current_details(result.in_words)
        return result


def _last_mark(request: SweepRequest) -> Mark | None:
    """Return where the schedule's last sweep stopped; one by hand begins anew."""
    if request.since is not None or not workflow.has_last_completion_result():
        return None
    last = workflow.get_last_completion_result(SweepResult)
    return last.mark if last else None


async def _look(request: SweepRequest, mark: Mark | None) -> Findings:
    return await workflow.execute_activity_method(
        SweepActivities.look_for_failures,
        Look(workspace=request.workspace, mark=mark, since=request.since),
        summary="Look for failed runs that no message told of",
        task_queue=workspace_queue(request.workspace),
        start_to_close_timeout=LOOK,
        schedule_to_close_timeout=LOOKING,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=CALL_RETRY,
        priority=NEWCOMER,
    )


async def _report(findings: Findings) -> tuple[str, ...]:
    if not findings.found:
        return ()
    started = await workflow.execute_activity_method(
        SweepReports.report_found,
        Reports(workspace=findings.workspace, runs=findings.found),
        summary=f"Start the incidents of {len(findings.found)} runs",
        task_queue=TASK_QUEUE,
        start_to_close_timeout=REPORT,
        retry_policy=CALL_RETRY,
    )
    return tuple(started)
