"""`lakemend config`: what is in force."""

from cli.output import Format, OutputOption, console, say, say_json, table
from cli.runtime import current_settings
from lakemend.startup import describe


def config(output: OutputOption = Format.TABLE) -> None:
    """Print the settings in force, secrets masked.

    Each with where its value comes from: environment, .env, or default.
    """
    in_force = describe(current_settings())
    if output is Format.JSON:
        say_json([row._asdict() for row in in_force])
        return
    console().print(table(["Variable", "Value", "From"], in_force))
    say("Temporal's own connection (TEMPORAL_ADDRESS, …): see `lakemend doctor`.")
