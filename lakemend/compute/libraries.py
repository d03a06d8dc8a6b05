"""Libraries as the platform writes them: which package, which version, and what to fall back to."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from lakemend.errors import InvalidRequestError

Json = dict[str, Any]

_SEED = Path(__file__).with_name("library_versions.yaml")
_PYPI = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?P<extras>\[[^\]]*\])?(?:==(?P<version>\S+))?")
_WHEEL = re.compile(r"(?P<folder>.*/)(?P<name>[^/-]+)-(?P<version>[^/-]+)(?P<rest>-[^/]+\.whl)")


@dataclass(frozen=True)
class Package:
    """What a library is a version of; `version` is empty where none is pinned."""

    kind: str
    name: str
    version: str = ""


def package_of(library: Mapping[str, Any]) -> Package | None:
    """Read a PyPI, Maven or wheel library; None for what has no version to change.

    Shapes: databricks-sdk compute.Library.
    """
    if library.get("pypi"):
        match = _PYPI.fullmatch(str(library["pypi"]["package"]).replace(" ", ""))
        found = match and Package("pypi", _plain(match["name"]), match["version"] or "")
        return found or None
    if library.get("maven"):
        group, _, version = str(library["maven"]["coordinates"]).rpartition(":")
        return Package("maven", group, version)
    match = _WHEEL.fullmatch(str(library.get("whl") or ""))
    return Package("whl", _plain(match["name"]), match["version"]) if match else None


def with_version(library: Mapping[str, Any], version: str) -> Json:
    """Return the same library in another version; index, exclusions and folder stay."""
    changed = cast("Json", json.loads(json.dumps(library)))
    if "pypi" in changed:
        match = _PYPI.fullmatch(changed["pypi"]["package"].replace(" ", ""))
        named = f"{match['name']}{match['extras'] or ''}" if match else changed["pypi"]["package"]
        changed["pypi"]["package"] = f"{named}=={version}"
    elif "maven" in changed:
        group = changed["maven"]["coordinates"].rpartition(":")[0]
        changed["maven"]["coordinates"] = f"{group}:{version}"
    else:
        changed["whl"] = _WHEEL.sub(rf"\g<folder>\g<name>-{version}\g<rest>", changed["whl"])
    return changed


def fallbacks(library: Mapping[str, Any], declared: Sequence[str] = ()) -> list[str]:
    """Return the versions to try instead, nearest first: those below the one that failed.

    Without a pinned version the whole list is tried. Nothing for a package without a list.
    """
    package = package_of(library)
    if package is None:
        return []
    listed = list(declared) or _seed().get(package.name, [])
    if not package.version:
        return listed
    now = _order(package.version)
    return [version for version in listed if _order(version) < now]


def choose_failed(
    failed: Sequence[Mapping[str, Any]], package: str, declared: Sequence[str] = ()
) -> Json:
    """Return the failed library to replace: the named package, or the first with a fallback.

    Raises InvalidRequestError when there is none.
    """
    for library in failed:
        known = package_of(library)
        wanted = known is not None and package in {"", known.name}
        if wanted and fallbacks(library, declared):
            return dict(library)
    names = ", ".join(described(each) for each in failed) or "no library"
    problem = f"{names} failed, and there is no further version to fall back to"
    raise InvalidRequestError("install_library_version", problem)


def described(library: Mapping[str, Any]) -> str:
    """Name it like `pandas 2.1.0`."""
    package = package_of(library)
    if package is None:
        return str(next(iter(library.values()), "a library"))[:200]
    return f"{package.name} {package.version}".strip()


def _plain(name: str) -> str:
    """PyPI takes `-`, `_` and `.` for the same (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


@cache
def _seed() -> dict[str, list[str]]:
    raw: dict[str, list[Any]] = yaml.safe_load(_SEED.read_bytes())
    return {name: [str(version) for version in versions] for name, versions in raw.items()}
