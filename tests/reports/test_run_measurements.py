"""Steps run once for the present weights, and the failure of one does not stop the others."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from qana.cli.main import main
from qana.inference.manifest import find_models_folder
from qana.reports import measurement_steps, protocol_steps
from qana.reports.measurement_step import Duration, MeasurementStep, Need
from qana.reports.outdated_files import (
    explain_outdated_edge_head,
    explain_outdated_gate,
    explain_outdated_learning,
    explain_outdated_pictures,
    explain_outdated_reports,
    explain_outdated_same_lesion,
)
from qana.reports.recorded_weights import (
    find_present_weights,
    make_picture_record,
    read_origin,
    read_picture_weights,
)
from qana.reports.run_measurements import Status, run_measurements

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


def run(*steps: MeasurementStep, force: bool = False) -> dict[str, tuple[Status, str]]:
    lines: list[str] = []
    results = run_measurements(steps, {}, force, lines.append)
    return {one.step.name: (one.status, one.reason) for one in results}


def count_runs(models: Path, name: str) -> int:
    return json.loads((models / "protocols" / f"{name}.json").read_text())["runs"]


def change_weights(models: Path, name: str) -> None:
    path = models / "manifest.json"
    document = json.loads(path.read_text())
    for record in document["models"]:
        if record["name"] == name:
            record["sha256"] = "0" * 64
    path.write_text(json.dumps(document))


def test_a_step_runs_once_for_the_same_weights(models: Path) -> None:
    step = make_step("a")
    assert run(step)["a"][0] == Status.MEASURED
    assert run(step)["a"] == (Status.SKIPPED, "Its files belong to the present weights.")
    assert count_runs(models, "a") == 1
    assert run(step, force=True)["a"][0] == Status.MEASURED
    change_weights(models, "akd1000")
    assert run(step)["a"][0] == Status.SKIPPED
    change_weights(models, "akida2")
    assert run(step)["a"][0] == Status.MEASURED
    assert count_runs(models, "a") == 3


def test_a_failure_does_not_stop_the_others(models: Path) -> None:
    broken = make_step("a", "import sys; print('much'); sys.exit('There is no photo.')")
    found = run(broken, make_step("b", after=("a",)), make_step("c"))
    assert found["a"] == (Status.FAILED, "Exit code 1: There is no photo.")
    assert found["b"] == (Status.SKIPPED, "It needs the results of a.")
    assert found["c"][0] == Status.MEASURED


def test_a_command_that_writes_nothing_has_failed(models: Path) -> None:
    status, reason = run(make_step("a", "print('done')"))["a"]
    assert status == Status.FAILED
    assert "models/protocols/a.json is missing or damaged" in reason


def test_a_step_is_repeated_after_a_step_that_it_takes_results_from(models: Path) -> None:
    first, second, third = make_step("a"), make_step("b", after=("a",)), make_step("c")
    run(first, second, third)
    (models / "protocols" / "a.json").unlink()
    statuses = {name: status for name, (status, _) in run(first, second, third).items()}
    assert statuses == {"a": "measured", "b": "measured", "c": "skipped"}


def test_unmet_needs_are_one_sentence(models: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(models))
    found = run(
        make_step("a", sources=("ham10000", "pad_ufes_20")), make_step("b", needs=(Need.CHROMIUM,))
    )
    assert found["a"][0] == found["b"][0] == Status.SKIPPED
    assert "HAM10000, PAD-UFES-20: give --data" in found["a"][1]
    assert found["b"][1] == "It needs chromium."


def test_progress_names_each_step_and_what_its_command_prints(models: Path) -> None:
    lines: list[str] = []
    list(run_measurements([make_step("a"), make_step("b")], {}, False, lines.append))
    assert lines[0] == "[1/2] a: the step a (seconds)"
    assert lines[1] == "wrote a"
    assert lines[2].startswith("[1/2] a: measured. It took")
    assert lines[3].startswith("[2/2] b")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({}, "does not name the weights of akida2"),
        ({"weights": {"akd1000": "1"}}, "does not name the weights of akida2"),
        ({"weights": {"akida2": "1"}}, "belongs to earlier weights of akida2"),
        ({"model": "akida2", "sha256": "1"}, "belongs to earlier weights of akida2"),
        ({"weights": None, "command": "other"}, "does not name the weights"),
        ({"command": "other"}, "does not name the weights"),
    ],
)
def test_a_report_on_other_weights_is_outdated(models: Path, document, reason: str) -> None:
    (models / "protocols").mkdir()
    (models / "protocols" / "a.json").write_text(json.dumps(document))
    step = make_step("a")
    assert reason in (step.explain_outdated(step) or "")


def test_a_report_of_another_command_is_outdated(models: Path) -> None:
    (models / "protocols").mkdir()
    document = {"command": "measure a --quickly", "weights": find_present_weights()}
    (models / "protocols" / "a.json").write_text(json.dumps(document))
    step = make_step("a")
    assert "another command: measure a --quickly" in (step.explain_outdated(step) or "")


def test_gate_and_edge_head_name_the_weights_that_they_were_fitted_to(models: Path) -> None:
    steps = {step.name: step for step in measurement_steps.list_steps()}
    path = models / "manifest.json"
    document = json.loads(path.read_text())
    for name, key, explain in (
        ("gate-akida2", "gate", explain_outdated_gate),
        ("edge", "edge", explain_outdated_edge_head),
    ):
        step = steps[name]
        record = next(one for one in document["models"] if one["name"] == step.models[0])
        record[key] |= {"weights": find_present_weights(step.models)}
        record[key] |= {"command": step.format_command()}
        path.write_text(json.dumps(document))
        found = explain(step)
        assert found is None or "studies/edge.json is missing" in found
        record[key]["weights"] = {step.models[0]: "1"}
        path.write_text(json.dumps(document))
        assert "earlier weights" in (explain(step) or "")


def test_a_gate_needs_photographs_without_a_lesion(tmp_path: Path) -> None:
    step = protocol_steps.make_gate_step("akida2")
    data = {source: tmp_path for source in (*step.sources, "data")}
    assert "tools.outlier_photos DIR` and give --outliers" in (step.explain_unmet_need(data) or "")
    folders = data | {"outliers": tmp_path / "photos"}
    assert step.explain_unmet_need(folders) is None
    assert step.fill_command(folders)[-2:] == ["--outliers", str(tmp_path / "photos")]
    assert step.format_command().endswith("--model akida2 --outliers DIR")


def test_a_report_on_another_edge_head_is_outdated(models: Path) -> None:
    step = next(one for one in protocol_steps.list_protocol_steps() if one.name == "learning")
    document = {
        "command": step.format_command(),
        "weights": find_present_weights(),
        "edge": {"sha256": "1"},
    }
    (models / "protocols").mkdir()
    (models / "protocols" / "learning.json").write_text(json.dumps(document))
    assert "another edge head" in (explain_outdated_learning(step) or "")


def test_a_report_on_several_models_is_checked_for_each(models: Path) -> None:
    weights = find_present_weights()
    document = {"models": {"akida2": {"sha256": weights["akida2"]}, "akd1000": {"sha256": "1"}}}
    (models / "protocols").mkdir()
    (models / "protocols" / "same-lesion.json").write_text(json.dumps(document))
    found = [
        explain_outdated_same_lesion(protocol_steps.make_same_lesion_step(name)) or ""
        for name in ("akida2", "akd1000", "akida2-large")
    ]
    assert not found[0]
    assert "earlier weights of akd1000" in found[1]
    assert not found[2]  # its training left such photos out
    del document["models"]["akd1000"]
    (models / "protocols" / "same-lesion.json").write_text(json.dumps(document))
    step = protocol_steps.make_same_lesion_step("akd1000")
    assert "does not name the weights of akd1000" in (explain_outdated_same_lesion(step) or "")


def test_a_picture_names_its_networks(tmp_path: Path) -> None:
    path, weights = tmp_path / "picture.webp", {"akida2": "1" * 64}
    Image.new("RGB", (8, 8)).save(path, exif=make_picture_record(weights))
    assert read_picture_weights(path) == weights
    Image.new("RGB", (8, 8)).save(path)
    assert read_picture_weights(path) == {}
    step = make_step("a")
    assert "is missing or damaged" in (explain_outdated_pictures(step) or "")


def test_the_origin_of_a_single_report() -> None:
    origin = read_origin({"command": "c", "model": "akida2", "sha256": "1"})
    assert (origin.command, origin.weights) == ("c", {"akida2": "1"})


def test_the_command_lists_and_skips(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "--list", "--only", "lesion", "cards"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines if not line.startswith(" ")]
    assert names == ["lesion", "cards"]
    assert main(["measure", "--only", "dance"]) == 2
    assert "There is no step 'dance': choose among gate-akida2" in capsys.readouterr().err
    assert main(["measure", "--only", "paper-clinical", "--force"]) == 0
    told = capsys.readouterr()
    assert "skipped" in told.out
    assert "give --data a folder that holds all of them" in told.out
    assert main(["measure", "--data", "nowhere"]) == 2


def test_the_exit_code_tells_of_a_failure(
    models: Path, monkeypatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = (make_step("a", "import sys; sys.exit('There is no photo.')"), make_step("b"))
    monkeypatch.setattr("qana.cli.measure.list_steps", lambda: steps)
    assert main(["measure"]) == 2
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[:2] == ["a", "failed"]
    assert first.endswith("Exit code 1: There is no photo.  [models/protocols/a.json]")
    assert second.split()[:2] == ["b", "measured"]
