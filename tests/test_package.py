"""The package, its lock files and its public names."""

import json
import os
import re
import runpy
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

import qana
from qana.cli.main import COMMANDS, main

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SAMPLE = ROOT / "assets" / "samples" / "ISIC_0025904.jpg"
LOCKS = {
    "requirements-lite.txt": ("app",),
    "requirements.txt": ("app", "full", "evaluate"),
    "requirements-dev.txt": ("app", "full", "evaluate", "screen", "sign", "dev"),
}
FIVE_LINES = """
import json, sys
import qana
photo = qana.read_image(sys.argv[1])
classifier = qana.load_classifier("akida2")
diagnosis = qana.diagnose(photo, classifier)
heat = qana.explain(diagnosis)
heavy = {"tensorflow", "torch", "streamlit", "scipy", "pandas"} & set(sys.modules)
print(json.dumps([diagnosis.status, diagnosis.top[0][0], heat.shape, sorted(heavy)]))
"""
WITHOUT_AKIDA = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "akida":
            raise ModuleNotFoundError(name=name)
sys.meta_path.insert(0, Absent())
import qana
try:
    qana.load_classifier()
except qana.UserError as error:
    print(error)
from qana.cli.main import main
sys.exit(main(["predict", "photo.jpg"]))
"""

MEASURE = """
import json, resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
"""Runs a command and prints its processor time in seconds, which no other process changes, and its
memory in KiB. A process of its own, since a child counts the memory of its parent until it runs."""


def run_python(*arguments: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=120, check=False
    )


def read_pins(name: str) -> dict[str, tuple[str, int]]:
    """Version and number of hashes of each requirement; a system may have a version of its own."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^([\w.-]+)==([^\s;]+)([^\n]*(?:\n +--hash=[^\n]+)*)", text, re.MULTILINE)
    return {name: (version, rest.count("--hash=sha256:")) for name, version, rest in blocks}


def list_direct(extras: tuple[str, ...]) -> set[str]:
    """Names of the packages that pyproject.toml asks for itself."""
    wanted = list(PROJECT["project"]["dependencies"])
    for extra in extras:
        wanted += PROJECT["project"]["optional-dependencies"].get(extra, ())
        wanted += PROJECT["dependency-groups"].get(extra, ())
    return {re.split(r"[^\w.-]", one, maxsplit=1)[0] for one in wanted} - {"qana"}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_pins_what_pyproject_asks_for_and_has_all_hashes(name: str) -> None:
    pins = read_pins(name)
    assert list_direct(LOCKS[name]) <= set(pins)
    assert [pin for pin, (_, hashes) in pins.items() if not hashes] == []
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    requirements = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert all(re.match(r"[\w.-]+==\S+ ", line) for line in requirements)
    assert not any("//" in line or "index" in line for line in lines)


def test_exact_pins_of_pyproject_are_those_of_the_lock_files() -> None:
    pins = read_pins("requirements-dev.txt")
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    exact = re.findall(r'"([\w-]+)==([\w.]+)[";]', text)
    assert len(exact) > 5
    assert [name for name, version in exact if pins[name][0] != version] == []


def test_a_smaller_lock_file_has_the_versions_of_a_larger_one() -> None:
    lite, full, dev = (read_pins(name).items() for name in LOCKS)
    assert lite < full < dev


def test_the_light_lock_file_has_no_training_framework() -> None:
    heavy = {"tensorflow", "tf-keras", "torch", "cnn2snn", "quantizeml", "scikit-learn", "scipy"}
    assert not heavy & set(read_pins("requirements-lite.txt"))


def test_every_public_name_is_there() -> None:
    assert [name for name in qana.__all__ if not hasattr(qana, name)] == []
    assert set(dir(qana)) == set(qana.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = qana.nothing


def test_the_import_alone_is_quick_and_loads_nothing_else() -> None:
    code = "import sys, qana; print(sorted({'akida', 'numpy', 'cv2', 'PIL'} & set(sys.modules)))"
    assert run_python("-c", code).stdout.strip() == "[]"
    code = (
        "from time import process_time; start = process_time(); import qana; "
        "print(process_time() - start)"
    )
    assert min(float(run_python("-c", code).stdout) for _ in range(3)) < 0.1


def test_without_akida_there_is_one_sentence() -> None:
    done = run_python("-c", WITHOUT_AKIDA)
    assert done.returncode == 2
    assert done.stdout.strip() == done.stderr.strip()
    assert "exists for Linux on x86_64 and aarch64 and for Windows" in done.stdout


def test_run_py_refuses_a_system_without_akida_in_one_sentence(monkeypatch, capsys) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr(sys, "argv", ["run.py", "lite"])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(ROOT / "run.py"), run_name="__main__")
    assert stopped.value.code == 2
    assert "The akida package exists only for" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_lists_its_arguments(name: str, capsys) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([name, "--help"])
    assert stopped.value.code == 0
    assert f"usage: qana {name}" in capsys.readouterr().out


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The programs of an empty environment into which the project was installed.

    They find the models that were installed with them, and check their signature.
    """
    home = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(home, with_pip=True)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([programs / "python", "-m", "pip", "install", "-q", ROOT], check=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("QANA_MODELS", raising=False)
        yield programs


@pytest.mark.slow  # downloads packages
def test_an_installed_package_works_from_any_folder(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed / "python", "-c", FIVE_LINES, SAMPLE],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    assert json.loads(done.stdout) == ["classified", "mel", [128, 128], []]
    listed = subprocess.run(
        [installed / "qana", "models", "--json"], capture_output=True, cwd=tmp_path, check=True
    )
    names = [one["name"] for one in json.loads(listed.stdout)["models"]]
    assert {"akida2", "akd1000"} <= set(names)
    packages = subprocess.run(
        [installed / "python", "-m", "pip", "list"], capture_output=True, text=True, check=True
    ).stdout.lower()
    assert "tensorflow" not in packages
    assert "torch" not in packages


@pytest.mark.slow
def test_a_cold_prediction_takes_a_second_and_120_mb(installed: Path) -> None:
    command = (str(installed / "qana"), "predict", str(SAMPLE))
    done = [run_python("-c", MEASURE, *command) for _ in range(3)]
    used = [json.loads(one.stdout) for one in done]
    assert min(seconds for seconds, _ in used) < 1
    assert max(kilobytes for _, kilobytes in used) < 120 * 1024


@pytest.mark.slow
def test_a_wrong_file_ends_an_installed_command_with_2(installed: Path, tmp_path: Path) -> None:
    command = [installed / "qana", "predict", tmp_path / "none.jpg"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
