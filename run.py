"""Sets up this folder and starts a task: `python3.11 run.py app`, `lite` or `test`.

`lite` is the app without TensorFlow and torch: a page that needs them says so. `test` runs the
tests; `test --all` adds those that train, convert large networks or walk every size and theme.

Needs nothing but Python 3.11. Packages are installed in .venv, once, and checked by their hashes.
"""

import hashlib
import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent
HOME = ROOT / ".venv"
BIN = HOME / ("Scripts" if os.name == "nt" else "bin")
STREAMLIT = ["-m", "streamlit", "run", "streamlit_app.py"]
TASKS = {
    "app": ("requirements.txt", STREAMLIT),
    "lite": ("requirements-lite.txt", STREAMLIT),
    "test": ("requirements-dev.txt", ["-m", "pytest"]),
}
"""The packages and the Python command of each task."""
SYSTEMS = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Windows", "AMD64")}
"""Systems and processors that the akida package exists for."""


def main() -> int:
    """Runs the task that the command line names, and returns its exit code."""
    if sys.version_info[:2] != (3, 11):
        return _refuse("QANA needs Python 3.11: run `python3.11 run.py app`.")
    if len(sys.argv) < 2 or sys.argv[1] not in TASKS:
        return _refuse("Name a task: `python3.11 run.py app`, or lite or test in place of app.")
    if (platform.system(), platform.machine()) not in SYSTEMS:
        return _refuse(
            "QANA needs Linux on x86_64 or aarch64, or Windows on x86_64: the akida package exists "
            "for no other system. There, build the image: `docker build --target light -t qana .`"
        )
    requirements, command = TASKS[sys.argv[1]]
    try:
        _set_up(ROOT / requirements)
    except subprocess.CalledProcessError:
        return _refuse("The packages could not be installed: see the messages of pip above.")
    try:
        return subprocess.call([BIN / "python", *command, *sys.argv[2:]], cwd=ROOT)
    except KeyboardInterrupt:
        return 0


def _refuse(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return 2


def _set_up(requirements: Path) -> None:
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    stamp = HOME / f"{requirements.stem}.{wanted}"
    if stamp.is_file():
        return
    venv.create(HOME, with_pip=True)
    _pip("--require-hashes", "-r", str(requirements))
    stamp.touch()


def _pip(*arguments: str) -> None:
    # Python compiles a module when it is first imported: most of what is installed never is.
    options = ("--disable-pip-version-check", "--no-compile")
    command = [BIN / "python", "-m", "pip", "install", *options, *arguments]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
