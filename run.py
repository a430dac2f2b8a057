"""Sets up this folder and starts a task: `python3.11 run.py app`, `lite` or `test`.

`app --https` and `lite --https` make a certificate at the first start, because a phone opens its
camera only on https.

`lite` is the app without TensorFlow and torch, and a page that needs them shows a notice. `test`
runs the fast tests, and `test --all` also the slow ones.

It needs only Python 3.11. Packages are installed in .venv, once, and verified by their hashes.
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
HTTPS = "--https"
CERTIFICATE = [
    "--server.sslCertFile=.streamlit/certificate/certificate.pem",
    "--server.sslKeyFile=.streamlit/certificate/key.pem",
]
SYSTEMS = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Windows", "AMD64")}
"""Systems and processors that the akida package exists for."""


def main() -> int:
    """Runs the task that the command line names, and returns its exit code."""
    if sys.version_info[:2] != (3, 11):
        return _refuse("QANA needs Python 3.11: run `python3.11 run.py app`.")
    if len(sys.argv) < 2 or sys.argv[1] not in TASKS:
        return _refuse(
            "Run `python3.11 run.py app`, `python3.11 run.py lite` or `python3.11 run.py test`."
        )
    if (platform.system(), platform.machine()) not in SYSTEMS:
        return _refuse(
            "The akida package exists only for Linux (x86_64, aarch64) and Windows (x86_64). Build "
            "the Docker image instead: `docker build --target light -t qana .`"
        )
    requirements, command = TASKS[sys.argv[1]]
    try:
        _set_up(ROOT / requirements)
    except subprocess.CalledProcessError:
        return _refuse("The packages could not be installed: read the messages of pip above.")
    return _start(command, sys.argv[2:])


def _start(command: list[str], arguments: list[str]) -> int:
    """Starts a task, with a certificate if the arguments ask for https."""
    try:
        if HTTPS in arguments:
            subprocess.run([BIN / "python", "-m", "tools.certificate"], check=True, cwd=ROOT)
            arguments = [*(one for one in arguments if one != HTTPS), *CERTIFICATE]
        return subprocess.call([BIN / "python", *command, *arguments], cwd=ROOT)
    except subprocess.CalledProcessError:
        return _refuse("No certificate could be made: read the message above.")
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
    # Python compiles a module at its first import, and most installed modules are never imported.
    options = ("--disable-pip-version-check", "--no-compile")
    command = [BIN / "python", "-m", "pip", "install", *options, *arguments]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main())
