"""The parameters a run was started with, to be passed again."""

from activities.reading.values import part, parts
from activities.workspace import Json


def original_parameters(run: Json) -> Json:
    """Return the overrides of a run as a repair or a new run takes them.

    Repairs were seen not to carry them over (apache/airflow issue 64828). A value equal to its
    default was no override: sending it would pin a default that the job may have changed since.
    """
    overridden = {
        each["name"]: each["value"]
        for each in parts(run, "job_parameters")
        if each.get("value") is not None and each["value"] != each.get("default")
    }
    legacy = {name: value for name, value in part(run, "overriding_parameters").items() if value}
    return legacy | ({"job_parameters": overridden} if overridden else {})
