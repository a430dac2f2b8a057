"""A report, a picture, a gate or an edge head of other weights is outdated."""

import json
from pathlib import Path

import pytest
from PIL import Image

from qana.reports import measurement_steps, protocol_steps
from qana.reports.outdated_files import (
    explain_outdated_edge_head,
    explain_outdated_gate,
    explain_outdated_learning,
    explain_outdated_pictures,
    explain_outdated_same_lesion,
)
from qana.reports.recorded_weights import (
    find_present_weights,
    make_picture_record,
    read_origin,
    read_picture_weights,
)
from tests.doubles.measurement_doubles import make_step, models

__all__ = ["models"]


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
        record[key]["weights"] = find_present_weights(step.models)[step.models[0]]
        path.write_text(json.dumps(document))
        assert "does not name" not in (explain(step) or "")
        record[key]["weights"] = {step.models[0]: "1"}
        path.write_text(json.dumps(document))
        assert "earlier weights" in (explain(step) or "")


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


def test_a_report_on_several_models_is_checked_for_each(models: Path, monkeypatch) -> None:
    monkeypatch.setattr(
        "qana.reports.outdated_files.has_present_split", lambda entry: entry.name == "akida2-large"
    )
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
