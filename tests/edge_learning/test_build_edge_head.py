"""An edge head can be made again for other weights with the settings that it has."""

import json
import shutil
from pathlib import Path

import pytest

from qana.classes import LABELS
from qana.edge_learning import build_edge_head as module
from qana.edge_learning.build_edge_head import build_edge_head
from qana.edge_learning.edge_model import load_edge_model
from qana.edge_learning.train_head import HeadSettings
from qana.errors import ModelError
from qana.inference.manifest import find_entry, find_models_folder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_models_folder(), tmp_path / "models"))


def test_the_settings_of_the_present_head_are_kept(
    ham_folder: Path, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "choose_settings", None)  # a search would fail
    entry = find_entry("akd1000", models)
    study = (models / "studies" / "edge.json").read_bytes()
    record = build_edge_head(ham_folder, "akd1000", models, tmp_path, print, keep_settings=True)
    assert HeadSettings.from_record(record) == HeadSettings.from_record(entry.record["edge"])
    assert record["head"]["sha256"] != entry.record["edge"]["head"]["sha256"]  # other photos
    assert record["weights"] == {"akd1000": entry.sha256}
    assert record["command"].endswith("--keep-settings")
    edge = load_edge_model("akd1000", models)
    assert edge.record == record
    assert edge.initial_head.classes == LABELS
    assert min(edge.initial_head.photo_counts) > 0
    assert (models / "studies" / "edge.json").read_bytes() == study


def test_a_model_without_a_head_has_no_settings_to_keep(
    ham_folder: Path, models: Path, tmp_path: Path
) -> None:
    path = models / "manifest.json"
    document = json.loads(path.read_text())
    for record in document["models"]:
        record.pop("edge", None)
    path.write_text(json.dumps(document))
    with pytest.raises(ModelError, match="no edge head yet: run the command without"):
        build_edge_head(ham_folder, "akd1000", models, tmp_path, print, keep_settings=True)
