"""The worker's metrics, as Prometheus reads them: ours and those of the Temporal SDK."""

from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from cli.problems import BadInputError
from lakemend.settings import Settings


def metered_runtime(settings: Settings) -> Runtime | None:
    """Return a runtime that shows metrics; None, for the usual one, if no address is set.

    Raises BadInputError for an address that cannot be listened on.
    """
    address = settings.metrics_address
    if address is None:
        return None
    metrics = PrometheusConfig(
        bind_address=address, counters_total_suffix=True, durations_as_seconds=True
    )
    try:
        return Runtime(telemetry=TelemetryConfig(metrics=metrics))
    except (RuntimeError, ValueError) as error:
        remedy = "Choose a free port; each worker of a machine needs one of its own."
        raise BadInputError("LAKEMEND_METRICS_ADDRESS", address, str(error), remedy) from error
