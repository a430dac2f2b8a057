"""Steps run once for the present weights, and the failure of one does not stop the others."""

import json
from pathlib import Path

import pytest

from qana.cli.main import main
from qana.reports import protocol_steps
from qana.reports.measurement_step import MeasurementStep, Need
from qana.reports.run_measurements import Status, run_measurements
from tests.doubles.measurement_doubles import make_step, models

__all__ = ["models"]


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


def test_a_gate_needs_photographs_without_a_lesion(tmp_path: Path) -> None:
    step = protocol_steps.make_gate_step("akida2")
    data = {source: tmp_path for source in (*step.sources, "data")}
    assert "tools.outlier_photos DIR` and give --outliers" in (step.explain_unmet_need(data) or "")
    folders = data | {"outliers": tmp_path / "photos"}
    assert step.explain_unmet_need(folders) is None
    assert step.fill_command(folders)[-2:] == ["--outliers", str(tmp_path / "photos")]
    assert step.format_command().endswith("--model akida2 --outliers DIR")


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
