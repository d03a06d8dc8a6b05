"""What no file may say. The patterns are put together so that this file does not say it either."""

import re

import pytest

# `/root/.ipykernel` is where Databricks runs notebook cells: it stands in real traces
MACHINE_PATH = re.compile(
    "|".join(rf"(?<![\w.~}}-])/{name}/" for name in ("work", "root(?!/\\.ipykernel)", "home"))
)
REGISTRY = re.compile(
    "|".join(
        re.escape(".".join(host))
        for host in (
            ("pypi", "org"),
            ("files", "pythonhosted"),
            ("registry", "npmjs"),
            ("proxy", "golang"),
        )
    )
)
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error")))


def finds(pattern: re.Pattern[str], texts: dict[str, str]) -> list[str]:
    return [
        f"{path}:{number}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_path_of_one_machine(texts: dict[str, str]) -> None:
    assert finds(MACHINE_PATH, texts) == []


def test_no_file_names_a_package_registry(texts: dict[str, str]) -> None:
    assert finds(REGISTRY, texts) == []


def test_nothing_unfinished_is_left_in_the_source(sources: dict[str, str]) -> None:
    assert finds(UNFINISHED, sources) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (MACHINE_PATH, 'open("' + "/root" + '/x")'),
        (MACHINE_PATH, "see " + "/home" + "/me/x"),
        (REGISTRY, "index-url = " + "pypi" + ".org/simple"),
        (UNFINISHED, "# " + "TO" + "DO later"),
    ],
)
def test_each_pattern_finds_what_it_is_for(pattern: re.Pattern[str], line: str) -> None:
    assert finds(pattern, {"file": f"fine\n{line}"}) == ["file:2"]
