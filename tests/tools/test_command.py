"""A tool that cannot start says why in one sentence."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qana.inference.manifest import find_models_folder
from tools.command import run_command

ROOT = Path(__file__).parents[2]
KEY = ROOT / "assets" / "models_key.pem"


def test_changed_models_are_one_sentence(tmp_path: Path) -> None:
    models = shutil.copytree(find_models_folder(), tmp_path / "models")
    with (models / "akida2.md").open("a") as card:
        card.write("changed")
    done = subprocess.run(
        [sys.executable, "-m", "tools.soak", "--out", str(tmp_path / "soak.json")],
        cwd=ROOT,
        env=os.environ | {"QANA_MODELS": str(models), "QANA_MODELS_KEY": str(KEY)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2 and not (tmp_path / "soak.json").exists()
    assert done.stderr.count("\n") == 1 and "akida2.md" in done.stderr, done.stderr


def test_a_stopped_tool_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    def stop() -> int:
        raise KeyboardInterrupt

    assert run_command(stop) == 130
    assert capsys.readouterr().err == "Stopped.\n"
