"""What differs between two pieces of JSON, by path."""

from typing import Any, cast

from simulator.records import Json


def differences(before: Any, after: Any, path: str = "") -> Json:
    """Give `{path: [before, after]}` for every value that is not the same; None for a missing one.

    A path looks like `tasks.0.new_cluster.node_type_id`.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        return _of_objects(cast("Json", before), cast("Json", after), path)
    if isinstance(before, list) and isinstance(after, list):
        old, new = cast("list[Any]", before), cast("list[Any]", after)
        return _of_objects(
            {str(place): value for place, value in enumerate(old)},
            {str(place): value for place, value in enumerate(new)},
            path,
        )
    return {} if before == after else {path: [before, after]}


def _of_objects(before: Json, after: Json, path: str) -> Json:
    found: Json = {}
    for key in sorted({*before, *after}):
        below = f"{path}.{key}" if path else key
        found.update(differences(before.get(key), after.get(key), below))
    return found
