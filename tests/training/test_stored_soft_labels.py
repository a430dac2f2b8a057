"""Soft labels that are stored with the project."""

from pathlib import Path

import numpy as np

from qana.data.photo import Photo
from qana.training.stored_soft_labels import read_stored_soft_labels, write_stored_soft_labels


def make_photos(*names: str) -> list[Photo]:
    return [
        Photo(name, name, "nv", "", None, "unknown", "", Path(f"{name}.jpg"), None)
        for name in names
    ]


def test_stored_labels_come_back_for_the_same_photos_only(tmp_path) -> None:
    photos = make_photos("a", "b", "c")
    labels = np.random.default_rng(0).dirichlet(np.ones(7), (2, 3)).astype(np.float16)
    path = tmp_path / "new" / "labels.npz"
    assert read_stored_soft_labels(path, photos) is None
    write_stored_soft_labels(path, photos, labels)
    np.testing.assert_array_equal(read_stored_soft_labels(path, photos), labels)
    for others in (make_photos("a", "c", "b"), make_photos("a", "b"), make_photos("a", "b", "d")):
        assert read_stored_soft_labels(path, others) is None
