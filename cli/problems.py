"""What ends a command: each knows its exit code and says what to do about it."""

OK = 0
WRONG = 1
BAD_INPUT = 2

_LONGEST_VALUE = 300


class CommandError(Exception):
    """Something is wrong that the command was to deal with: exit code 1."""

    exit_code = WRONG

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}\n{remedy}" if remedy else problem)


class BadInputError(CommandError):
    """An argument, option or variable is wrong: exit code 2, with field, value and remedy."""

    exit_code = BAD_INPUT

    def __init__(self, field: str, value: object, problem: str, remedy: str) -> None:
        self.field = field
        self.value = value
        super().__init__(f"{field}={_shown(value)}: {problem}", remedy)


def _shown(value: object) -> str:
    """Bound a value and hide secrets: whoever gives a text for a file has it in a log of commands.

    Redaction takes a while to load, and most commands have no bad input.
    """
    from lakemend.redaction import excerpt  # noqa: PLC0415

    return excerpt(str(value), _LONGEST_VALUE)
