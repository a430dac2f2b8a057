"""Writes requirements*.txt from pyproject.toml: `python -m tools.lock`.

Needs uv, which nothing else here does: `.venv/bin/pip install uv`. The pins in the files stay where
pyproject allows them; `python -m tools.lock --upgrade` moves them to the newest releases.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = {
    "requirements-dev.txt": (
        "--extra",
        "app",
        "--extra",
        "full",
        "--extra",
        "screen",
        "--extra",
        "sign",
        "--group",
        "dev",
    ),
    "requirements.txt": ("--extra", "app", "--extra", "full"),
    "requirements-lite.txt": ("--extra", "app"),
}
"""What each file holds beside the base. The largest comes first and binds the others."""
HEADERS = {
    "requirements-dev.txt": "The app, all commands, tests and tools",
    "requirements.txt": "The app and all commands",
    "requirements-lite.txt": "The app and what runs on Akida alone: no TensorFlow, no torch",
}
ARM = "(platform_machine == 'aarch64' and sys_platform == 'linux')"
INTEL = "(platform_machine == 'x86_64' and sys_platform == 'linux')"
WINDOWS = "platform_machine == 'AMD64' and sys_platform == 'win32'"
EVERYWHERE = "(sys_platform == 'linux' or (sys_platform == 'win32'))"
SHORTER = {
    "python_full_version < '3.12' and ": "",
    " and platform_python_implementation == 'CPython'": "",
    "implementation_name != 'PyPy' and ": "",
    f"({ARM} or {INTEL})": "sys_platform == 'linux'",
    f"{ARM} or {INTEL}": "sys_platform == 'linux'",
    WINDOWS: "sys_platform == 'win32'",
}
"""Markers as uv writes them for the systems of pyproject.toml, and what they come to there."""
PURE = ("fonttools",)
"""Packages of which only the wheel in plain Python is locked, because it needs a fifth of the disk
space. The compiled parts are for the design of fonts; a PDF needs none of them."""
OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--annotation-style=line",
    "--quiet",
)


def main() -> int:
    """Writes the three files, and returns an exit code."""
    largest = ROOT / next(iter(LOCKS))
    for name, extras in LOCKS.items():
        path = ROOT / name
        bound = () if path == largest else ("--constraints", str(largest))
        command = ("-m", "uv", "pip", "compile", "pyproject.toml", *OPTIONS, *extras, *bound)
        done = subprocess.run(
            (sys.executable, *command, *sys.argv[1:], "--output-file", path), cwd=ROOT, check=False
        )
        if done.returncode:
            return done.returncode
        header = f"# {HEADERS[name]}. Made by `python -m tools.lock` from pyproject.toml.\n"
        lock = shorten_markers(path.read_text(encoding="utf-8"))
        for package in PURE:
            lock = keep_one_hash(lock, package, _hash_pure_wheel)
        path.write_text(header + lock, encoding="utf-8")
    return 0


def keep_one_hash(lock: str, package: str, get_hash: Callable[[str], str]) -> str:
    """Keeps one of the hashes of a package, so that pip installs this archive alone.

    Args:
        lock: a requirements file as uv writes it.
        package: name of the package.
        get_hash: gives the SHA-256 of the archive for "NAME==VERSION", 64 hex digits.

    Raises:
        ValueError: the file does not lock the package, or not with this hash.
    """
    found = re.search(rf"^({package}==\S+).*\\\n((?: +--hash=.*\n)+)", lock, flags=re.MULTILINE)
    if not found:
        raise ValueError(f"{package} is not locked")
    line = f"    --hash=sha256:{get_hash(found[1])}\n"
    if line.strip() not in found[2]:
        raise ValueError(f"{package} is not locked with the hash of this archive")
    return lock[: found.start(2)] + line + lock[found.end(2) :]


def _hash_pure_wheel(pin: str) -> str:
    """Downloads the wheel in plain Python of a package, and returns its SHA-256."""
    kind = ("--only-binary=:all:", "--platform=any", "--abi=none", "--implementation=py")
    with tempfile.TemporaryDirectory() as folder:
        command = ("-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, *kind, pin)
        subprocess.run((sys.executable, *command), check=True)
        (wheel,) = Path(folder).glob("*-none-any.whl")
        return hashlib.sha256(wheel.read_bytes()).hexdigest()


def shorten_markers(lock: str) -> str:
    """Drops from each requirement the marker that all have in common.

    Args:
        lock: a requirements file as uv writes it.

    Returns:
        The same file. A requirement that pyproject.toml limits to some systems keeps that limit,
        so that pip leaves it out elsewhere.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    direct = [*project["dependencies"], *(line for extra in extras for line in extra)]
    limits = {
        re.split(r"[=<>~]", line, maxsplit=1)[0]: line.partition(";")[2].strip()
        for line in direct
        if ";" in line
    }

    def rewrite(match: re.Match[str]) -> str:
        name, pin, marker = match.groups()
        for longer, shorter in SHORTER.items():
            marker = marker.replace(longer, shorter)
        marker = limits.get(name, "") if marker == EVERYWHERE else marker
        return f"{name}=={pin}" + (f" ; {marker}" if marker else "") + " \\"

    return re.sub(r"^([\w.\[\]-]+)==(\S+) ; (.+) \\$", rewrite, lock, flags=re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main())
