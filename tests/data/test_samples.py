"""Every sample has its thumbnail, its attribution and the outlines of its lesion."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from qana.classes import COMMON, LABELS
from qana.data.balanced_subset import SUBSET_FOLDER
from qana.data.collect_samples import THUMBNAILS
from qana.data.lesion_masks import OUTLINE_SIZE, fill_outlines, trace_outlines
from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE
from qana.data.same_lesion import read_same_lesion_pairs
from qana.data.samples import (
    load_all_samples,
    load_paired_samples,
    load_phone_samples,
    load_samples,
)
from qana.data.source_names import TITLES
from qana.data.source_splits import read_source_splits
from qana.imaging import read_image


def test_each_sample_has_its_own_thumbnail_and_attribution() -> None:
    samples = load_all_samples()
    assert sorted(path.stem for path in THUMBNAILS.iterdir()) == sorted(s.image_id for s in samples)
    for sample in samples:
        assert "CC BY" in sample.attribution
        assert sample.attribution.startswith(TITLES[sample.source])
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


def test_samples_of_all_image_types_show_the_common_classes() -> None:
    assert [sample.label for sample in load_samples()] == [x for x in LABELS for _ in range(3)]
    assert [sample.label for sample in load_phone_samples()] == list(COMMON)
    assert {sample.image_type for sample in load_phone_samples()} == {SMARTPHONE}
    pairs = load_paired_samples()
    assert [sample.label for sample in pairs] == [label for label in COMMON for _ in range(2)]
    for first, second in zip(pairs[::2], pairs[1::2], strict=True):
        assert (first.image_type, second.image_type) == (DERMOSCOPIC, CLOSE_UP)
        assert first.lesion_id == second.lesion_id


def test_every_sample_can_be_read_and_has_enough_pixels() -> None:
    for sample in load_all_samples():
        assert min(read_image(sample.path).shape[:2]) >= 128, sample.image_id


def test_a_photo_without_stored_outlines_has_none(samples) -> None:
    assert replace(samples[0], image_id="ISIC_0000000").outlines is None


@pytest.mark.parametrize("shown", ["samples", "balanced subset"])
def test_no_network_has_seen_the_lesions_that_test_it(shown: str) -> None:
    names = {
        "samples": [sample.image_id for sample in load_all_samples()],
        "balanced subset": [file.stem.partition("_")[2] for file in SUBSET_FOLDER.iterdir()],
    }[shown]
    pairs = read_same_lesion_pairs()
    subset_of = {
        name: part for split in read_source_splits().values() for name, part in split.items()
    }
    assert {subset_of[name] for name in names} == {"test"}
    partners = {
        subset_of.get(other, "test")
        for pair in pairs
        for one, other in (pair, pair[::-1])
        if one in names
    }
    assert partners <= {"test"}
