"""Sets up this folder and starts what is asked for: `python3.11 run.py app`, `lite` or `test`.

`lite` is the app without TensorFlow and torch: what needs them says so.

Needs nothing but Python 3.11. What it installs stays in .venv; a second start installs nothing.
"""

import hashlib
import os
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


def main() -> int:
    """Runs one task with the arguments after its name; returns its exit code."""
    if sys.version_info[:2] != (3, 11):
        return _refuse("QANA needs Python 3.11: run `python3.11 run.py app`.")
    if len(sys.argv) < 2 or sys.argv[1] not in TASKS:
        return _refuse("Say what to start: `python3.11 run.py app`, or lite or test in its place.")
    requirements, command = TASKS[sys.argv[1]]
    try:
        _set_up(ROOT / requirements)
    except subprocess.CalledProcessError:
        return _refuse("The packages could not be installed: read what pip says above.")
    try:
        return subprocess.call([BIN / "python", *command, *sys.argv[2:]], cwd=ROOT)
    except KeyboardInterrupt:
        return 0


def _refuse(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return 2


def _set_up(requirements: Path) -> None:
    wanted = "".join(path.read_text() for path in sorted(ROOT.glob("requirements*.txt")))
    stamp = HOME / f"{requirements.stem}.{hashlib.sha256(wanted.encode()).hexdigest()[:12]}"
    if stamp.is_file():
        return
    venv.create(HOME, with_pip=True)
    _pip("-r", str(requirements))
    # Both builds of OpenCV own the same folder and the last one installed wins: it must be the
    # headless one, which needs no graphics library of the system.
    headless = next(line for line in wanted.splitlines() if line.startswith("opencv-python-headl"))
    _pip("--force-reinstall", "--no-deps", headless)
    stamp.touch()


def _pip(*arguments: str) -> None:
    # Python compiles a module when it is first imported: most of what is installed never is.
    options = ("--disable-pip-version-check", "--no-compile")
    command = [BIN / "python", "-m", "pip", "install", *options, *arguments]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
