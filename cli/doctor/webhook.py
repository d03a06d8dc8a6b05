"""Whether a webhook would reach the API and be let in."""

import httpx

from cli.doctor.finding import Finding, fine, warning, wrong
from cli.ports import LOOPBACK
from lakemend.errors import SettingsError
from lakemend.settings import Settings
from lakemend.startup import require_secure_api

PART = "Webhook"
_TIMEOUT_SECONDS = 5
_ONLY_HERE = frozenset({LOOPBACK, "localhost", "::1"})


async def check_webhook(settings: Settings) -> list[Finding]:
    """Return the secrets, the API's own health and whether Databricks could reach it."""
    return [_secrets(settings), await _health(settings), _address(settings)]


def _secrets(settings: Settings) -> Finding:
    try:
        require_secure_api(settings)
    except SettingsError as error:
        remedy = "Set it in the environment or in .env; `lakemend up` makes its own."
        return wrong(PART, str(error), remedy)
    return fine(PART, "credentials for webhooks and tokens are set")


async def _health(settings: Settings) -> Finding:
    host = LOOPBACK if settings.api_host in {"0.0.0.0", "::"} else settings.api_host  # noqa: S104 compared, not bound
    url = f"http://{host}:{settings.api_port}/readyz"
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
            answer = await client.get(url)
    except httpx.HTTPError as error:
        remedy = "Start it: `lakemend api`, or everything at once with `lakemend up`."
        return wrong(PART, f"{url} does not answer ({type(error).__name__})", remedy)
    if answer.is_success:
        return fine(PART, f"the API is ready at {url}")
    remedy = "Its answer names the part that it misses; see that part above."
    return wrong(PART, f"the API is not ready: {answer.text[:200]}", remedy)


def _address(settings: Settings) -> Finding:
    if settings.api_host not in _ONLY_HERE:
        return fine(PART, f"the API listens on {settings.api_host}")
    remedy = (
        "Databricks must reach it: put a reverse proxy with TLS in front of it, or set "
        "LAKEMEND_API_HOST=0.0.0.0. The notification destination is "
        "https://YOUR-HOST/databricks-monitor"
    )
    return warning(PART, f"the API listens on {settings.api_host} only", remedy)
