"""Every check by name, from the one table that lists them: `lakemend.checks`."""

from importlib import import_module

from activities.checks.check import Check
from lakemend.checks import CheckName
from lakemend.names import class_name


def _check(name: CheckName) -> Check:
    kind: type[Check] = getattr(import_module(f"activities.checks.{name}"), class_name(name))
    return kind()


CHECKS: dict[str, Check] = {name.value: _check(name) for name in CheckName}
