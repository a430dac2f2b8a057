"""`qana similar` on few photos: files, record and report belong together."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qana.cli.main import main
from qana.data.photo import Photo
from qana.data.samples import Sample, load_paired_samples
from qana.explanation.reference_cases import ReferenceCases
from qana.inference.manifest import find_entry, find_models_folder
from qana.inference.model_store import hash_file
from qana.reports.neighbour_facts import describe_neighbours


def make_photo(sample: Sample) -> Photo:
    base = Photo(
        sample.image_id, sample.lesion_id, sample.label, "", None, "unknown", "", sample.path, None
    )
    return replace(base, source=sample.source, image_type=sample.image_type)


def test_the_command_writes_what_belongs_together(
    samples: Sequence[Sample],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("torch")
    folder = tmp_path / "models"
    ignored = shutil.ignore_patterns("*.quantized.h5", "akd1000*", "akida2-large*")
    shutil.copytree(find_models_folder(), folder, ignore=ignored)
    monkeypatch.setenv("QANA_MODELS", str(folder))
    written: list[ReferenceCases] = []

    def keep(cases: ReferenceCases) -> None:
        written.append(cases)

    monkeypatch.setattr(ReferenceCases, "write", keep)
    photos = [make_photo(sample) for sample in samples]
    pairs = [make_photo(sample) for sample in load_paired_samples()]
    parts: dict[str, Any] = {"train": photos[:14], "validation": photos[14:18]}
    parts |= {"test": [*photos[18:], *pairs[:2]]}
    monkeypatch.setattr(
        "qana.training.subsets.read_labelled_subsets", lambda _folder, _sources: parts
    )
    assert main(["similar", "--data", str(tmp_path), "--model", "akida2"]) == 0
    (cases,) = written
    record = find_entry("akida2").record["cases"]
    assert record["photos"] == len(cases.ids) == 14
    assert record["sha256"] == hash_file(folder / record["file"])
    assert {row["image_type"] for row in record["neighbours"]} >= {"dermoscopic"}
    document = json.loads((folder / "akida2.cases.json").read_text())
    assert (
        document["command"]
        == record["command"]
        == ("python -m qana similar --data DIR --model akida2")
    )
    assert document["sha256"] == record["weights"] == find_entry("akida2").sha256
    assert document["neighbours"]["akida"] == record["neighbours"]
    printed = capsys.readouterr().out
    assert "Mean share at 5 with imagenet features" in printed
    assert "of the float network it would be" in describe_neighbours(find_entry("akida2"))
