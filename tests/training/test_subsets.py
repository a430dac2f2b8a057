"""The photos of a training run: those of other diagnoses, and plain skin."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from qana.data.photo import Photo
from qana.data.split_check import EXCLUDED, SUBSETS
from qana.errors import DataError
from qana.training import subsets
from qana.training.build_views import build_views
from qana.training.recipe import Recipe
from qana.training.skin_frames import load_skin_frames
from qana.training.subsets import Subsets, read_labelled_subsets

OTHER = ("SCC", "SCCKA", "INF")
"""Diagnoses of none of the seven classes."""


@pytest.fixture
def photos(samples) -> list[Photo]:
    """For each subset, a nevus and a photo of each other diagnosis."""
    base = Photo("", "", None, "", None, "unknown", "", samples[0].path, None, "milk10k")
    return [
        replace(base, image_id=f"{name}-{word}", label=label, diagnosis=word)
        for name in (*SUBSETS, EXCLUDED)
        for word, label in (("NV", "nv"), *((word, None) for word in OTHER))
    ]


@pytest.fixture
def read(photos: list[Photo], monkeypatch: pytest.MonkeyPatch):
    """Reads the photos, with the diagnoses to teach."""
    monkeypatch.setattr(subsets, "find_sources", lambda _root: {"milk10k": Path("milk")})
    monkeypatch.setattr(subsets, "read_source", lambda _name, _folder: photos)
    monkeypatch.setattr(
        subsets,
        "split_sources",
        lambda found: {
            name: [one for one in found if one.image_id.startswith(name)]
            for name in (*SUBSETS, EXCLUDED)
        },
    )
    return lambda *taught: read_labelled_subsets(Path(), ("milk10k",), taught)


def test_other_diagnoses_are_left_out(read) -> None:
    for part in read().values():
        assert [one.label for one in part] == ["nv"]


def test_taught_diagnoses_are_in_training_and_in_no_score(read) -> None:
    found = read(("scc", "akiec"), ("SCCKA", "akiec"))
    classes = [(one.diagnosis, one.label) for one in found["train"]]
    assert classes == [("NV", "nv"), ("SCC", "akiec"), ("SCCKA", "akiec")]
    for name in ("validation", "test", EXCLUDED):
        assert [one.label for one in found[name]] == ["nv"]


def test_new_fields_keep_the_digest_of_recipes_without_them() -> None:
    recipe = Recipe("one")
    assert recipe.digest() == replace(recipe, taught=None, plain_skin=None).digest()
    digests = {
        one.digest()
        for one in (
            recipe,
            replace(recipe, taught=(("SCC", "akiec"),)),
            replace(recipe, plain_skin=0.1),
        )
    }
    assert len(digests) == 3


def test_skin_frames_show_no_lesion(samples, tmp_path: Path) -> None:
    photo, mask = np.full((225, 300, 3), 200, np.uint8), np.zeros((225, 300), np.uint8)
    photo[60:180, 80:180], mask[60:180, 80:180] = 20, 255
    for path, image in ((tmp_path / "photo.png", photo), (tmp_path / "mask.png", mask)):
        cv2.imwrite(str(path), image)
    one = Photo("1", "1", "nv", "", None, "", "", tmp_path / "photo.png", tmp_path / "mask.png")
    without = replace(one, mask=None)
    frames = load_skin_frames([without, one, one, without], 60)
    assert frames.shape == (2, 60, 80, 3) and frames.min() > 190
    with pytest.raises(DataError, match="plain skin"):
        load_skin_frames([without], 60)


def test_only_a_network_that_imitates_sees_plain_skin() -> None:
    frames = np.zeros((2, 40, 53, 3), np.uint8)
    loaded = Subsets(
        (), (), (), frames, frames, np.zeros(2, int), frames, np.zeros(2, int), skin_frames=frames
    )
    imitating = Recipe("one", ancestor="akida2-large", plain_skin=0.1)
    views = build_views(loaded, imitating, None, Path("runs"), print)
    assert views.plain_skin == 0.1 and views.skin_frames is frames
    with pytest.raises(ValueError, match="no label"):
        build_views(loaded, replace(imitating, ancestor=None), None, Path("runs"), print)
