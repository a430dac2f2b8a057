"""The light installation: no TensorFlow, no torch, and every page opens."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from qana.errors import explain_missing_package

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def seen() -> dict[str, dict]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "doubles" / "light_double.py")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_every_page_opens(seen) -> None:
    for name, page in seen["pages"].items():
        assert not page["faults"], (name, page["faults"])
        assert page["title"], name


def test_what_it_leaves_out_is_told_in_one_sentence(seen) -> None:
    assert "the light version does not install" in seen["answers"]["explain"]
    assert "`python3.11 run.py app`" in seen["answers"]["explain"]


def test_a_command_that_needs_more_says_so_in_one_line() -> None:
    code = (
        "import sys; sys.path.insert(0, '.'); from tests.doubles.light_double import Absent; "
        "sys.meta_path.insert(0, Absent()); from qana.cli.main import main; "
        "sys.exit(main(['train', '--data', '.']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "the light version does not install" in done.stderr.splitlines()[-1]


def test_a_missing_part_of_the_project_is_no_light_installation() -> None:
    with pytest.raises(ModuleNotFoundError), explain_missing_package():
        import qana.no_such_part  # noqa: F401
