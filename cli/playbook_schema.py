"""The JSON schema of a playbook file, with each action's own parameters: editors complete them."""

from typing import Any

from lakemend.actions import ACTIONS
from lakemend.playbook import Playbook

JsonSchema = dict[str, Any]


def playbook_schema() -> JsonSchema:
    """Return the schema (draft 2020-12) that a playbook file must satisfy."""
    schema = Playbook.model_json_schema()
    definitions: JsonSchema = schema["$defs"]
    # computed from the file's text when it is loaded
    schema["properties"].pop("content_hash")
    for name, kind in ACTIONS.items():
        parameters = kind.parameters.model_json_schema()
        definitions.update(parameters.pop("$defs", {}))
        definitions[f"with_{name}"] = parameters
    step: JsonSchema = definitions["Step"]
    step["properties"]["action"]["enum"] = list(ACTIONS)
    step["allOf"] = [_parameters_of(name) for name in ACTIONS]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _parameters_of(action: str) -> JsonSchema:
    return {
        "if": {"properties": {"action": {"const": action}}},
        "then": {"properties": {"with": {"$ref": f"#/$defs/with_{action}"}}},
    }
