"""Check that the lock file fits pyproject.toml, is pinned with hashes, and names no address."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
UV = Path(sys.executable).with_name("uv")
COMPILE = "pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header"


def compiled_again() -> str:
    """Resolve with the lock as preference: a lock that fits comes back unchanged."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / LOCK.name
        copy.write_text(LOCK.read_text())
        command = [str(UV), *COMPILE.split(), "--group", "dev", "pyproject.toml", "-o", str(copy)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return copy.read_text()


def problems() -> list[str]:
    """Say what is wrong with the lock file, a sentence each."""
    text = LOCK.read_text()
    pinned = re.findall(r"^[a-z0-9][^\n]*==[^\n]*(?:\n    --hash=\S+(?: \\)?)*", text, re.MULTILINE)
    found = [f"{entry.split()[0]} has no hash" for entry in pinned if "--hash" not in entry]
    if re.search(r"https?://", text):
        found.append("an address stands in the lock file")
    if compiled_again() != text:
        found.append("the lock file does not fit pyproject.toml")
    return found


if __name__ == "__main__":
    found = problems()
    if found:
        sys.exit("requirements.lock: " + "; ".join(found) + " (remedy: make lock)")
