"""Steps that write a report in a moment, and a models folder for them."""

import shutil
from pathlib import Path

import pytest

from qana.inference.manifest import find_models_folder
from qana.reports.measurement_step import Duration, MeasurementStep
from qana.reports.outdated_files import explain_outdated_reports

REPORT = "models/protocols/{}.json"
WRITE = """
import json, os, pathlib, sys
from qana.reports.recorded_weights import find_present_weights
name, command = sys.argv[1:3]
path = pathlib.Path(os.environ["QANA_MODELS"], "protocols", name + ".json")
path.parent.mkdir(exist_ok=True)
runs = json.loads(path.read_text())["runs"] + 1 if path.exists() else 1
path.write_text(json.dumps({"command": command, "weights": find_present_weights(), "runs": runs}))
print("wrote", name)
"""


@pytest.fixture
def models(tmp_path: Path, monkeypatch) -> Path:
    """A models folder with the present manifest alone."""
    shutil.copy(find_models_folder() / "manifest.json", tmp_path)
    monkeypatch.setenv("QANA_MODELS", str(tmp_path))
    return tmp_path


class WritingStep(MeasurementStep):
    """A step that records the command that its report names."""

    def format_command(self) -> str:
        return f"measure {self.name}"


def make_step(name: str, code: str = WRITE, **more) -> MeasurementStep:
    command = ("python", "-c", code, name, f"measure {name}")
    return WritingStep(
        name,
        f"the step {name}",
        (REPORT.format(name),),
        ("akida2",),
        command,
        Duration.SECONDS,
        explain_outdated_reports,
        **more,
    )
