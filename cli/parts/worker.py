"""The worker as a process."""

from cli.connection import connect
from cli.logs import set_up_logs
from cli.metrics import metered_runtime
from cli.record_store import migrate_own_file, opened_records
from cli.runtime import stop_event
from lakemend.playbook_set import load_all_playbooks
from lakemend.settings import Settings
from lakemend.startup import require_workspaces
from worker import run_worker


async def serve_worker(settings: Settings) -> None:
    """Work until a signal.

    Raises SettingsError without a workspace to recover jobs in, PlaybookError for a wrong playbook.
    """
    stopping = stop_event()
    require_workspaces(settings)
    playbooks = load_all_playbooks(settings.playbooks_dir)
    set_up_logs(settings)
    migrate_own_file(settings)
    client = await connect(settings, metered_runtime(settings))
    async with opened_records(settings) as records:
        await run_worker(settings, client, records, shutdown=stopping, playbooks=playbooks)
