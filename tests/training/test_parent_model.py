"""The parent of a network is the float form of a deployed network."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tf_keras")

from qana.classes import LABELS
from qana.errors import ModelError
from qana.imaging import read_image, to_input
from qana.inference.manifest import find_entry, find_models_folder
from qana.training.parent_model import ParentModel


def test_the_parent_is_the_deployed_network_before_quantization(classifier, samples) -> None:
    parent = ParentModel("akida2-large")
    photos = np.stack([to_input(read_image(one.path), parent.input_size) for one in samples])
    found = parent.predict_probabilities(photos)
    assert found.shape == (len(samples), len(LABELS))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)
    answers = [classifier.classify(read_image(one.path)).top[0][0] for one in samples]
    same = [LABELS[row.argmax()] == answer for row, answer in zip(found, answers, strict=True)]
    assert np.mean(same) > 0.8


def test_a_missing_or_changed_parent_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no model 'nobody'"):
        ParentModel("nobody")
    manifest = json.loads((find_models_folder() / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    absent = ParentModel("akida2-large", tmp_path)  # the file is not read yet
    with pytest.raises(ModelError, match=r"float\.h5 is missing"):
        _ = absent.network
    (tmp_path / find_entry("akida2-large").record["keras"]["float"]["file"]).write_bytes(b"another")
    with pytest.raises(ModelError, match="does not match the manifest"):
        _ = absent.network
