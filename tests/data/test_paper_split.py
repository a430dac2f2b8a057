"""The paper's split follows its protocol, and its leak is measured correctly."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import read_split
from qana.data.paper_split import (
    COPIES,
    SplitRow,
    load_split_images,
    make_paper_split,
    read_paper_split,
    write_paper_split,
)
from qana.data.photo import Photo
from qana.data.split_overlap import measure_overlap
from qana.imaging import read_image, to_input


def test_the_stored_split_has_the_published_size() -> None:
    rows = read_paper_split()
    assert len(rows) == 16_429
    assert Counter(row.subset for row in rows) == {"train": 13_143, "test": 3_286}
    originals = {row.image_id for row in rows if row.copy == 0}
    assert originals == set(read_split())
    assert sum(row.copy > 0 for row in rows) == sum(COPIES.values())
    assert len({(row.image_id, row.copy) for row in rows}) == len(rows)


def test_the_split_does_not_depend_on_the_order_of_the_photos(
    ham_folder: Path, tmp_path: Path
) -> None:
    photos = read_ham10000(ham_folder)
    rows = make_paper_split(photos, {"df": 25})
    assert rows == make_paper_split(photos[::-1], {"df": 25})
    assert rows != make_paper_split(photos, {"df": 25}, seed=1)
    assert len(rows) == len(photos) + 25
    copies = Counter(row.image_id for row in rows if row.copy)
    assert set(copies.values()) == {2, 3}
    write_paper_split(rows, tmp_path / "paper.csv")
    assert read_paper_split(tmp_path / "paper.csv") == rows


def _photo(tmp_path: Path, name: str, lesion: str, label: str, content: str) -> Photo:
    path = tmp_path / f"{name}.jpg"
    path.write_text(content)
    return Photo(name, lesion, label, "histo", 50.0, "male", "back", path, None)


def test_each_kind_of_overlap_is_counted(tmp_path: Path) -> None:
    photos = [
        _photo(tmp_path, "a", "1", "mel", "a"),
        _photo(tmp_path, "b", "1", "mel", "b"),
        _photo(tmp_path, "c", "2", "nv", "c"),
        _photo(tmp_path, "d", "3", "nv", "c"),
    ]
    rows = [
        SplitRow("a", 0, "train"),
        SplitRow("a", 1, "test"),  # its own source is in training
        SplitRow("b", 0, "test"),  # its lesion is
        SplitRow("c", 0, "train"),
        SplitRow("d", 0, "test"),  # the bytes of another lesion's photo are
    ]
    overlap = measure_overlap(rows, photos)
    assert overlap.test_images == 3
    assert overlap.own_source == pytest.approx(1 / 3)
    assert overlap.own_source_not_nevi == pytest.approx(1 / 2)
    assert overlap.own_lesion == pytest.approx(2 / 3)
    assert overlap.identical_images == pytest.approx(1 / 3)


def test_a_copy_is_a_changed_view_and_always_the_same(ham_folder: Path) -> None:
    photos = read_ham10000(ham_folder)
    name = photos[0].image_id
    rows = [SplitRow(name, copy, "train") for copy in (0, 1, 2, 1)]
    images = load_split_images(rows, photos, 40)
    assert images.shape == (4, 40, 40, 3) and images.dtype == np.uint8
    np.testing.assert_array_equal(images[0], to_input(read_image(photos[0].path), 40))
    np.testing.assert_array_equal(images[1], images[3])
    assert (images[1] != images[2]).any() and (images[0] != images[1]).any()
