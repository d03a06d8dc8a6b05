import json
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, ValidationError

from cli.embedded import DYNAMIC_CONFIG
from lakemend.settings import VARIABLES

ROOT = Path(__file__).parents[2]
Services = dict[str, dict[str, Any]]

OURS = {"api", "worker", "records-migration"}
# the embedded server's, which a deployment does not have
EMBEDDED_ONLY = {"LAKEMEND_TEMPORAL_PORT", "LAKEMEND_UI_PORT"}
# what Temporal's clients read: temporalio.envconfig
TEMPORAL_CLIENT = {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"}


def is_one_shot(service: dict[str, Any]) -> bool:
    return service["restart"].startswith("on-failure")


def specification() -> Draft202012Validator:
    """The Compose specification's schema, as check-jsonschema ships it."""
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    return Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))


def test_file_fits_the_compose_specification(compose: dict[str, Any]) -> None:
    specification().validate(compose)  # pyright: ignore[reportUnknownMemberType] - untyped library


def test_misspelt_key_does_not_fit_the_compose_specification(compose: dict[str, Any]) -> None:
    wrong = deepcopy(compose)
    wrong["services"]["api"]["helthcheck"] = {}

    with pytest.raises(ValidationError, match="helthcheck"):
        specification().validate(wrong)  # pyright: ignore[reportUnknownMemberType] - as above


def test_every_service_is_watched_or_ends_by_itself(services: Services) -> None:
    # the image of `api` brings its own check
    unwatched = {
        name
        for name, service in services.items()
        if not is_one_shot(service) and "test" not in service.get("healthcheck", {})
    }

    assert unwatched == {"api"}
    assert "HEALTHCHECK" in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


def test_dependencies_wait_until_the_other_is_ready(services: Services) -> None:
    for service in services.values():
        for other, wait in service.get("depends_on", {}).items():
            done = "service_completed_successfully"
            ready = done if is_one_shot(services[other]) else "service_healthy"
            assert wait == {"condition": ready}, other


def test_no_service_runs_as_root_or_gains_rights(services: Services) -> None:
    for service in services.values():
        assert int(service["user"].partition(":")[0]) > 0
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert not service.get("privileged", False)


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_containers_cannot_write_their_own_files(services: Services, name: str) -> None:
    assert services[name]["read_only"]
    assert services[name]["tmpfs"] == ["/tmp:mode=1777"]


def test_images_are_pinned_to_a_full_version(services: Services) -> None:
    for service in services.values():
        version = service["image"].partition(":")[2].partition("-")[0].split(".")
        assert len(version) >= 2, service["image"]
        assert all(part.isdigit() for part in version), service["image"]


def test_temporals_schema_tool_is_of_the_servers_version(services: Services) -> None:
    server = services["temporal"]["image"].partition(":")[2]

    assert services["temporal-schema"]["image"] == f"temporalio/admin-tools:{server}"
    assert services["temporal-namespace"]["image"] == f"temporalio/admin-tools:{server}"


def test_ports_are_published_on_loopback_only(services: Services) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]

    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_worker_and_api_can_be_scaled(services: Services) -> None:
    assert not any("container_name" in service for service in services.values())
    assert "ports" not in services["worker"]


def test_the_server_has_the_settings_of_the_embedded_one() -> None:
    text = (ROOT / "deploy" / "temporal" / "dynamicconfig.yaml").read_text(encoding="utf-8")
    configured = yaml.safe_load(text)

    for name, value in DYNAMIC_CONFIG.items():
        assert configured[name] == [{"value": value, "constraints": {}}]


def test_mounted_files_exist(services: Services) -> None:
    mounts = [
        volume.split(":")[0]
        for service in services.values()
        for volume in service.get("volumes", [])
        if volume.startswith(".")
    ]

    assert mounts
    assert all((ROOT / mount).exists() for mount in mounts)


def test_secrets_come_from_the_environment_and_have_no_default(
    services: Services, interpolations: dict[str, set[str]]
) -> None:
    words = ("PASSWORD", "PWD", "TOKEN", "SECRET", "KEY", "CREDENTIALS")
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in words):
                assert value is None or value.startswith("${"), name
    for name, rests in interpolations.items():
        if any(word in name for word in words):
            assert all(rest.startswith(":?") for rest in rests), name


def test_our_services_are_given_only_variables_that_exist(services: Services) -> None:
    for name in OURS:
        unknown = set(services[name]["environment"]) - set(VARIABLES) - TEMPORAL_CLIENT
        assert not unknown, name


def test_every_setting_reaches_the_service_that_needs_it(services: Services) -> None:
    passed = set(services["api"]["environment"]) | set(services["worker"]["environment"])

    assert passed - TEMPORAL_CLIENT == set(VARIABLES) - EMBEDDED_ONLY


def test_only_the_worker_holds_the_workspace_token(services: Services) -> None:
    holders = {
        name
        for name, service in services.items()
        if "DATABRICKS_TOKEN" in service.get("environment", {})
    }

    assert holders == {"worker"}


def test_example_environment_asks_for_all_that_is_required(
    interpolations: dict[str, set[str]],
) -> None:
    lines = (ROOT / "deploy" / "env.example").read_text(encoding="utf-8").splitlines()
    asked = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    required = {
        name for name, rests in interpolations.items() if any(r.startswith(":?") for r in rests)
    }

    assert required <= set(asked)
    assert set(asked.values()) == {""}
