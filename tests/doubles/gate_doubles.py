"""Inputs and pictures for a gate, and a models folder to change."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qana.data.photo import Photo
from qana.data.samples import Sample
from qana.imaging import to_input
from qana.inference.manifest import find_models_folder


def inputs_of(pictures: list[np.ndarray], size: int) -> np.ndarray:
    return np.stack([to_input(picture, size) for picture in pictures])


def png(picture: np.ndarray, path: Path) -> Path:
    Image.fromarray(picture).save(path)
    return path


@pytest.fixture
def models_copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_models_folder(), tmp_path / "models"))


def make_sample_photos(samples: Sequence[Sample]) -> list[Photo]:
    """Makes photos of a data set from the samples, each of a lesion of its own, without a mask."""
    return [
        Photo(s.image_id, s.image_id, s.label, "histo", None, "male", "back", s.path, None)
        for s in samples
    ]
