"""The API as a process."""

from functools import partial

from api.server import serve
from cli.connection import open_client
from cli.logs import set_up_logs
from cli.ports import LOOPBACK, require_free
from cli.problems import BadInputError
from cli.record_store import migrate_own_file, opened_records
from cli.runtime import stop_event
from lakemend.settings import Settings
from lakemend.startup import require_secure_api


async def serve_api(settings: Settings) -> None:
    """Serve until a signal; raises SettingsError for secrets that are missing or weak."""
    stopping = stop_event()
    if settings.demo and settings.api_host != LOOPBACK:
        remedy = f"Leave it at {LOOPBACK}: in the demo everybody may read."
        raise BadInputError("LAKEMEND_API_HOST", settings.api_host, "not for the demo", remedy)
    require_secure_api(settings)
    require_free("LAKEMEND_API_PORT", settings.api_port, settings.api_host)
    set_up_logs(settings)
    migrate_own_file(settings)
    async with opened_records(settings) as records:
        # it starts without Temporal, and says so at /readyz
        await serve(settings, partial(open_client, settings), records, shutdown=stopping)
