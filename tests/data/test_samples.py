"""Every sample has its thumbnail, its attribution and the outlines of its lesion."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from qana.data.balanced_subset import SUBSET_FOLDER
from qana.data.collect_samples import THUMBNAILS
from qana.data.lesion_masks import OUTLINE_SIZE, fill_outlines, trace_outlines
from qana.data.lesion_split import read_split
from qana.data.same_lesion import read_same_lesion_pairs
from qana.data.samples import load_samples


def test_each_sample_has_its_own_thumbnail(samples) -> None:
    assert sorted(path.stem for path in THUMBNAILS.iterdir()) == sorted(s.image_id for s in samples)
    for sample in samples:
        small = Image.open(THUMBNAILS / f"{sample.image_id}.webp").convert("RGB")
        photo = Image.open(sample.path).convert("RGB").resize(small.size)
        difference = np.abs(np.asarray(small, np.float32) - np.asarray(photo, np.float32))
        assert difference.mean() < 5, sample.image_id


def test_each_sample_has_the_outlines_of_its_lesion(samples) -> None:
    for sample in samples:
        assert sample.outlines, sample.image_id
        mask = fill_outlines(sample.outlines, OUTLINE_SIZE)
        assert 0.01 < mask.mean() < 1
        traced = fill_outlines(trace_outlines(mask), OUTLINE_SIZE)
        assert (traced != mask).mean() < 0.01
        assert "CC BY-NC" in sample.attribution


def test_a_photo_without_stored_outlines_has_none(samples) -> None:
    assert replace(samples[0], image_id="ISIC_0000000").outlines is None


@pytest.mark.parametrize("shown", ["samples", "balanced subset"])
def test_no_network_has_seen_the_lesions_that_test_it(shown: str) -> None:
    names = {
        "samples": [sample.image_id for sample in load_samples()],
        "balanced subset": [file.stem.partition("_")[2] for file in SUBSET_FOLDER.iterdir()],
    }[shown]
    subset_of, pairs = read_split(), read_same_lesion_pairs()
    assert {subset_of[name] for name in names} == {"test"}
    partners = {
        subset_of.get(other, "test")
        for pair in pairs
        for one, other in (pair, pair[::-1])
        if one in names
    }
    assert partners <= {"test"}
