"""What an error means to somebody at a terminal: what is wrong, what to do, and the exit code."""

from temporalio.service import RPCError

from api.problems import ApiError, UnknownWorkspaceError
from cli.problems import BAD_INPUT, CommandError
from lakemend.errors import LakemendError, PlaybookError, RecordsError, SettingsError
from simulator.scenario import ScenarioError

ANOTHER_WORKSPACE = "Name one of them, or add it to LAKEMEND_WORKSPACES."


def ending_of(error: Exception) -> CommandError | None:
    """Return how the command ends; None for an error that nobody foresaw."""
    match error:
        case CommandError():
            return error
        case LakemendError():
            return _of_domain_error(error)
        case ApiError():
            return _of_api_error(error)
        case ScenarioError():
            return _wrong_scenario(error)
        case RPCError():
            remedy = "`lakemend doctor` tells what cannot be reached."
            return CommandError(f"Temporal did not take the call: {error.message}", remedy)
        case _:
            return None


def _of_api_error(error: ApiError) -> CommandError:
    if not isinstance(error, UnknownWorkspaceError):
        return CommandError(error.detail, "`lakemend doctor` looks at every part.")
    ending = CommandError(f"--workspace: {error.detail}", ANOTHER_WORKSPACE)
    ending.exit_code = BAD_INPUT
    return ending


def _wrong_scenario(error: ScenarioError) -> CommandError:
    ending = CommandError(str(error), "docs/simulator.md tells what a scenario may hold.")
    ending.exit_code = BAD_INPUT
    return ending


def _of_domain_error(error: LakemendError) -> CommandError:
    ending = CommandError(str(error), "`lakemend doctor` looks at every part.")
    match error:
        case SettingsError():
            ending.remedy = "Set it in the environment or in .env; docs/configuration.md tells how."
            ending.exit_code = BAD_INPUT
        case PlaybookError():
            ending.remedy = "`lakemend playbook schema` prints what a file may hold."
            ending.exit_code = BAD_INPUT
        case RecordsError():
            ending.remedy = "Run `lakemend migrate`, or check LAKEMEND_DATABASE_URL."
        case _:
            pass
    return ending
