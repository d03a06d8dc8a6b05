"""Check that both lock files fit pyproject.toml, are pinned with hashes, and name no address."""

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")
COMPILE = "pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header"


@dataclass(frozen=True)
class Lock:
    """A lock file, and how it is compiled besides what both have in common (see Makefile)."""

    path: str
    options: str

    @property
    def text(self) -> str:
        return (ROOT / self.path).read_text()

    def compiled_again(self) -> str:
        """Resolve with the lock as preference: a lock that fits comes back unchanged."""
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "requirements.lock"
            copy.write_text(self.text)
            arguments = f"{COMPILE} {self.options} pyproject.toml --output-file {copy}"
            command = [str(UV), *arguments.split()]
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            return copy.read_text()


LOCKS = (
    Lock("requirements.lock", "--group dev"),
    Lock("deploy/requirements.lock", "--no-annotate --constraint requirements.lock"),
)
PINNED = re.compile(r"^[a-z0-9][^\n]*==[^\n]*(?:\n    --hash=\S+(?: \\)?)*", re.MULTILINE)


def problems(lock: Lock) -> list[str]:
    """Say what is wrong with a lock file, a sentence each."""
    pinned: list[str] = PINNED.findall(lock.text)
    found = [f"{entry.split()[0]} has no hash" for entry in pinned if "--hash" not in entry]
    if re.search(r"https?://", lock.text):
        found.append("an address stands in the lock file")
    if lock.compiled_again() != lock.text:
        found.append("the lock file does not fit pyproject.toml")
    return [f"{lock.path}: {problem}" for problem in found]


if __name__ == "__main__":
    found = [problem for lock in LOCKS for problem in problems(lock)]
    if found:
        sys.exit("; ".join(found) + " (remedy: make lock)")
