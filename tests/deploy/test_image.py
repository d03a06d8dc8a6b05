import re
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTION = re.compile(r"^([A-Z]+) +((?:.*\\\n)*.*)$", re.MULTILINE)
INSTRUCTIONS: list[tuple[str, str]] = INSTRUCTION.findall(DOCKERFILE)


def of_kind(kind: str) -> list[str]:
    return [rest for name, rest in INSTRUCTIONS if name == kind]


def pinned(lock: str) -> dict[str, str]:
    """Each requirement of a lock file with its hashes, without the comments."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^ +#.*\n?", "", text, flags=re.MULTILINE).strip())
    return {entry.split("==")[0]: entry.strip() for entry in entries}


def test_every_stage_starts_from_a_pinned_image() -> None:
    bases = of_kind("FROM")

    assert len(bases) == 2
    assert all(re.match(r"python:3\.11\.\d+-slim-\w+", base) for base in bases)


def test_image_ends_as_an_ordinary_user_with_a_health_check() -> None:
    assert of_kind("USER")[-1] == "10001:10001"
    assert "/healthz" in of_kind("HEALTHCHECK")[-1]


def test_image_installs_by_hash_alone() -> None:
    installs = [part for run in of_kind("RUN") for part in run.split("&&") if "uv pip" in part]

    assert installs
    assert all("--require-hashes" in part or "--no-deps" in part for part in installs)


def test_image_and_setup_use_the_same_uv() -> None:
    version = re.search(r"UV_VERSION := (\S+)", (ROOT / "Makefile").read_text(encoding="utf-8"))

    assert version is not None
    assert of_kind("ARG") == [f"UV_VERSION={version[1]}"]


def test_image_holds_what_the_tests_ran_with_and_no_test_tools() -> None:
    image, tested = pinned("deploy/requirements.lock"), pinned("requirements.lock")

    assert image.items() <= tested.items()
    assert not {"pytest", "ruff", "pyright"} & set(image)


def test_build_sees_every_file_that_the_image_copies() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = [line.removeprefix("!") for line in ignore if line.startswith("!")]
    copied = [rest.split()[0] for rest in of_kind("COPY") if not rest.startswith("--from")]

    for source in copied:
        assert source == "." or any(fnmatch(source, pattern) for pattern in allowed), source


def test_build_sees_every_file_that_the_wheel_holds() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    included = re.search(r"only-include = \[(.*)\]", project)

    assert included is not None
    for name in re.findall(r'"([^"]+)"', included[1]):
        assert f"!{name}\n" in ignore or f"!{name}/**\n" in ignore, name
