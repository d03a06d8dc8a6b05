"""What each cause means for a recovery: layer, playbook, remedy, and the words for people."""

from functools import cache

from pydantic import BaseModel, ConfigDict, TypeAdapter

from lakemend.diagnosis import Cause, Layer, Remedy
from lakemend.knowledge import KNOWLEDGE, read_yaml

_FILE = KNOWLEDGE / "causes.yaml"


class CauseFacts(BaseModel):
    """One row of `knowledge/causes.yaml`.

    `error_type` names the playbook and is empty where there is none. `follows` lists causes of
    which this one is a usual consequence: when one of them was found too, it is the root.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    layer: Layer
    error_type: str = ""
    remedy: Remedy
    explanation: str
    follows: tuple[Cause, ...] = ()


@cache
def cause_table() -> dict[Cause, CauseFacts]:
    """Read the table once; a cause without a row, or a row without a cause, is an error."""
    raw = read_yaml(_FILE)
    table = TypeAdapter(dict[Cause, CauseFacts]).validate_python(raw)
    missing = set(Cause) - set(table)
    if missing:
        raise ValueError(f"{_FILE.name} lacks {sorted(missing)}")
    return table
