"""The images: a fixed base, a user without rights, nothing written but temporary files.

No container runs here. The steps of the image `light` run in a virtual environment, and the app in
it as another user, who can write to one folder only.
"""

import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAGES = ("light", "full")


def read_instructions() -> dict[str, list[str]]:
    """The instructions of each stage, by its name; a continued line is one instruction."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    stages: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("FROM "):
            name = line.rpartition(" AS ")[2]
            stages[name] = []
        stages[name].append(" ".join(line.split()))
    return stages


INSTRUCTIONS = read_instructions()


def test_the_base_is_fixed_by_its_digest_and_has_the_python_of_the_project() -> None:
    wanted = (ROOT / ".python-version").read_text().strip()
    base = INSTRUCTIONS["base"][0]
    assert re.fullmatch(r"FROM python:3\.11\.\d+-slim-bookworm@sha256:[0-9a-f]{64} AS base", base)
    assert wanted.startswith("3.11")
    assert [INSTRUCTIONS[stage][0] for stage in STAGES] == [f"FROM base AS {s}" for s in STAGES]


@pytest.mark.parametrize("stage", STAGES)
def test_the_app_runs_as_a_user_without_rights(stage: str) -> None:
    assert INSTRUCTIONS[stage][-1] == "USER qana"
    made = [one for one in INSTRUCTIONS["base"] if one.startswith("RUN useradd")]
    assert made == ["RUN useradd --uid 10001 --create-home qana"]
    # All files belong to root: the app can change none of them.
    assert not [one for one in INSTRUCTIONS[stage] if "chown" in one or "chmod" in one]


@pytest.mark.parametrize("stage", STAGES)
def test_packages_are_installed_by_their_hashes(stage: str) -> None:
    installs = [one for one in INSTRUCTIONS[stage] if "pip install" in one]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    lock = installs[0].rpartition(" ")[2]
    assert f"COPY {lock} ./" in INSTRUCTIONS[stage]
    assert (ROOT / lock).is_file()


@pytest.fixture(scope="module")
def image() -> Iterator[Path]:
    """The files of the image `light`, with its packages in `.image`, owned by root."""
    # Outside pytest's own folder, which other users may not enter.
    home = Path(tempfile.mkdtemp(prefix="qana-image-"))
    home.chmod(0o755)
    folder = Path(shutil.copytree(ROOT, home / "app", ignore=_ignore))
    venv.create(folder / ".image", with_pip=True, symlinks=True)
    python = folder / ".image" / "bin" / "python"
    step = next(one for one in INSTRUCTIONS["light"] if "pip install" in one)
    words = [str(python), *step.removeprefix("RUN python ").split(), "--quiet", "--no-compile"]
    subprocess.run(words, check=True, cwd=folder)
    yield folder
    shutil.rmtree(home)


def _ignore(folder: str, names: list[str]) -> set[str]:
    """What `.dockerignore` leaves out."""
    rules = (ROOT / ".dockerignore").read_text().split()
    inside = Path(folder).relative_to(ROOT)
    return {
        name
        for name in names
        for rule in rules
        if fnmatch(str(inside / name), rule) or fnmatch(name, rule.removeprefix("**/"))
    }


@pytest.mark.slow  # downloads packages
@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="needs another user",
)
def test_the_light_image_answers_and_writes_only_temporary_files(image: Path) -> None:
    user = pwd.getpwnam("nobody")
    # Python may lie in a folder of root: this user may read everything, and write nothing.
    become = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    become += ["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
    become += ["--bounding-set=-all,+dac_read_search", "--no-new-privs"]
    temporary = image.parent / "tmp"
    temporary.mkdir()
    os.chown(temporary, user.pw_uid, user.pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    python = image / ".image" / "bin" / "python"
    # The engine keeps nothing: not even Streamlit's own settings have a home to be written to.
    environment = {
        "PATH": f"{python.parent}:/usr/bin:/bin",
        "TMPDIR": str(temporary),
        "HOME": "/nonexistent",
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    def _run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
        command = [*become, str(python), *arguments]
        return subprocess.run(
            command, cwd=image, env=environment, capture_output=True, text=True, check=False
        )

    last = next(one for one in INSTRUCTIONS["base"] if one.startswith("CMD"))
    words = re.findall(r'"([^"]+)"', last)
    words = [*become, str(python), *words[1:], "--server.port", str(port)]
    process = subprocess.Popen(words, cwd=image, env=environment)
    start = time.time()
    try:
        health = f"http://127.0.0.1:{port}/_stcore/health"
        for _ in range(120):
            try:
                assert urllib.request.urlopen(health, timeout=5).status == 200
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.5)
        done = _run(["-m", "qana", "predict", "assets/samples/ISIC_0025904.jpg"])
        assert done.returncode == 0, done.stderr
        # Neither the app's files nor anything else: this user can write to one folder only.
        done = _run(["-c", "open('models/light.json', 'a')"])
        assert "PermissionError" in done.stderr
    finally:
        process.terminate()
        process.wait(30)
    changed = [p for p in image.rglob("*") if p.is_file() and p.stat().st_mtime > start]
    assert changed == []
