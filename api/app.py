"""The HTTP application."""

from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline
from temporalio.client import Client

from api.answers import install_problem_handlers
from api.breaker_survey import BreakerSurvey
from api.connection import Connector, TemporalConnection
from api.console.site import serve_console
from api.credentials import Credentials
from api.deps import Parts, require_reader
from api.headers import AnswerHeaders
from api.parameters import API, require_known_parameters
from api.routers import (
    alerts,
    circuit_breakers,
    events,
    gates,
    health,
    incidents,
    jobs,
    metrics,
    operator,
    playbooks,
    storms,
    webhooks,
)
from api.tokens import token_verifier
from lakemend.playbook_set import load_all_playbooks
from lakemend.settings import Settings
from lakemend.startup import require_secure_api
from records import Records


def create_app(settings: Settings, temporal: Client | Connector, records: Records) -> FastAPI:
    """Put the application together; it starts without Temporal and says so at `/readyz`.

    Raises SettingsError where secrets are missing or could be guessed, PlaybookError for a playbook
    that is wrong.
    """
    require_secure_api(settings)
    app = FastAPIOffline(
        title="Lakemend",
        summary="Recovers failed Databricks jobs",
        version="0.1.0",
        redoc_url=None,
        static_url="/docs-files",
    )
    connection = TemporalConnection(temporal)
    app.state.parts = Parts(
        settings=settings,
        temporal=connection,
        survey=BreakerSurvey(connection),
        records=records,
        credentials=_credentials(settings),
        tokens=token_verifier(settings),
        playbooks=load_all_playbooks(settings.playbooks_dir),
    )
    install_problem_handlers(app)
    app.add_middleware(AnswerHeaders)
    app.include_router(health.router)
    app.include_router(webhooks.router)
    app.include_router(alerts.router)
    app.include_router(metrics.router, dependencies=[Depends(require_reader)])
    readers = [Depends(require_reader), Depends(require_known_parameters)]
    for noun in (incidents, jobs, circuit_breakers, gates, storms, playbooks, events, operator):
        app.include_router(noun.router, prefix=API, dependencies=readers)
    serve_console(app)
    return app


def _credentials(settings: Settings) -> Credentials:
    pairs = [(each.user, each.password.get_secret_value()) for each in settings.webhook_credentials]
    return Credentials(pairs, [key.get_secret_value() for key in settings.api_keys])
