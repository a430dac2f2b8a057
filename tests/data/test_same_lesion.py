"""Photos of one lesion are found in the data sets, stored and grouped."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from qana.cli.main import main
from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE, Photo
from qana.data.same_lesion import (
    SameLesion,
    group_photos,
    read_same_lesion_pairs,
    read_same_lesions,
    write_same_lesions,
)
from qana.data.same_lesion_search import find_same_lesions, get_least_inliers
from qana.data.sources import SOURCES, read_sources
from qana.errors import DataError
from qana.imaging import read_image
from tests.doubles.changed_photos import CHANGES, count_matches, images

__all__ = ["images"]

DATA = Path(__file__).parents[3] / "shared" / "data"
KNOWN = DATA / "ham10000_same_lesion.csv"


@pytest.fixture
def photos(tmp_path: Path, images: list[np.ndarray]) -> list[Photo]:
    """Eight lesions with a photo each, and another photo of the first three under another id."""
    found = []
    for number, image in enumerate(images[:8]):
        found.append(_write_photo(tmp_path, f"a_{number}", image))
        if number < 3:
            found.append(_write_photo(tmp_path, f"b_{number}", CHANGES["all"](image)))
    return found


def _write_photo(folder: Path, name: str, image: np.ndarray, lesion_id: str = "") -> Photo:
    path = folder / f"{name}.png"
    cv2.imwrite(str(path), image[..., ::-1])
    return Photo(name, lesion_id or f"lesion_{name}", "nv", "", None, "unknown", "back", path, None)


def test_the_search_finds_the_pairs(photos: list[Photo], tmp_path: Path) -> None:
    found = find_same_lesions(photos, tmp_path)
    assert [(pair.image_a, pair.image_b) for pair in found] == [
        ("a_0", "b_0"),
        ("a_1", "b_1"),
        ("a_2", "b_2"),
    ]


def test_the_search_leaves_out_known_pairs(photos: list[Photo], tmp_path: Path) -> None:
    same = [
        _write_photo(tmp_path, p.image_id, read_image(p.path), lesion_id=p.image_id[2:])
        for p in photos
    ]
    assert find_same_lesions(same, tmp_path) == []


def test_stored_pairs_are_candidates_again(
    photos: list[Photo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no vote proposes and what is no pair any more."""
    monkeypatch.setattr("qana.data.same_lesion_search.find_similar_photos", lambda *_: [])
    stored = [("b_1", "a_1"), ("a_0", "a_1"), ("a_0", "a photo that is not here")]
    found = find_same_lesions(photos, tmp_path, stored)
    assert [(pair.image_a, pair.image_b) for pair in found] == [("a_1", "b_1")]


@pytest.mark.parametrize(
    ("a", "b", "least"),
    [
        (("ham10000", DERMOSCOPIC), ("ham10000", DERMOSCOPIC), 6),
        (("ham10000", DERMOSCOPIC), ("milk10k", CLOSE_UP), 6),
        (("bcn20000", DERMOSCOPIC), ("ham10000", DERMOSCOPIC), 7),
        (("milk10k", DERMOSCOPIC), ("milk10k", DERMOSCOPIC), 7),
        (("isic2017", DERMOSCOPIC), ("isic2017", DERMOSCOPIC), 8),
        (("milk10k", CLOSE_UP), ("pad_ufes_20", SMARTPHONE), 10),
    ],
)
def test_each_kind_of_pair_has_its_least_number(
    a: tuple[str, str], b: tuple[str, str], least: int, photos: list[Photo]
) -> None:
    first, second = (replace(photos[0], source=source, image_type=kind) for source, kind in (a, b))
    assert get_least_inliers(first, second) == get_least_inliers(second, first) == least


def test_an_interrupted_search_continues(
    photos: list[Photo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = find_same_lesions(photos, tmp_path / "runs")
    next((tmp_path / "runs").rglob("inliers_0.npz")).unlink()

    def fail(image: np.ndarray) -> None:
        raise AssertionError("the features are there already")

    monkeypatch.setattr("qana.data.same_lesion_search.extract_local_features", fail)
    assert find_same_lesions(photos, tmp_path / "runs") == whole


def test_an_unreadable_photo_is_named(photos: list[Photo], tmp_path: Path) -> None:
    photos[3].path.write_bytes(b"no photo")
    with pytest.raises(DataError, match=photos[3].path.name):
        find_same_lesions(photos, tmp_path)


def test_photos_are_grouped_by_pairs_lesions_and_files(tmp_path: Path) -> None:
    def make(name: str, lesion_id: str, value: int, patient_id: str | None = None) -> Photo:
        image = np.full((8, 8, 3), value, np.uint8)
        photo = _write_photo(tmp_path, name, image, lesion_id=lesion_id)
        return replace(photo, patient_id=patient_id)

    photos = [
        make("a", "1", 1),
        make("b", "2", 2),
        make("c", "2", 3),
        make("d", "3", 4),
        make("e", "4", 4),  # the same file as d
        make("f", "5", 5, "patient"),
        make("g", "6", 6, "patient"),
        make("h", "7", 7),
    ]
    groups = group_photos(photos, [("c", "a"), ("h", "a photo that is not here")])
    assert groups == dict(zip("abcdefgh", "aaaddffh", strict=True))


def test_pairs_are_stored(tmp_path: Path) -> None:
    pairs = [SameLesion("b", "isic2017", "c", "milk10k", 9), SameLesion("a", "x", "b", "x", 12)]
    write_same_lesions(pairs, tmp_path / "pairs.csv")
    assert read_same_lesions(tmp_path / "pairs.csv") == sorted(pairs)
    assert read_same_lesion_pairs(tmp_path / "pairs.csv") == [("a", "b"), ("b", "c")]


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is missing"):
        read_same_lesions(tmp_path / "pairs.csv")


def test_the_stored_table_is_sound() -> None:
    pairs = read_same_lesions()
    assert pairs == sorted(pairs)
    assert len({(pair.image_a, pair.image_b) for pair in pairs}) == len(pairs)
    assert all(pair.image_a < pair.image_b for pair in pairs)
    assert {pair.source_a for pair in pairs} | {pair.source_b for pair in pairs} <= set(SOURCES)


@pytest.mark.skipif(not KNOWN.is_file(), reason="the data sets are not here")
def test_known_pairs_are_stored_and_found_again() -> None:
    stored = {(pair.image_a, pair.image_b): pair.inliers for pair in read_same_lesions()}
    rows = [line.split(",") for line in KNOWN.read_text().splitlines()[1:]]
    known = [tuple(sorted((row[0], row[3]))) for row in rows]
    found = [pair for pair in known if pair in stored]
    assert len(found) >= 27
    photos = {photo.image_id: photo for photo in read_sources(DATA / "ham10000")}
    for a, b in found[::7]:
        counted = count_matches(read_image(photos[a].path), read_image(photos[b].path))
        assert counted == stored[a, b], (a, b)


def test_the_command_writes_the_table(
    photos: list[Photo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pairs of data sets that are not searched stay."""
    monkeypatch.setattr("qana.data.sources.read_sources", lambda root: photos)
    out = tmp_path / "pairs.csv"
    other = SameLesion("other_a", "isic2017", "other_b", "isic2017", 30)
    write_same_lesions([other, SameLesion("a_3", "ham10000", "a_4", "ham10000", 9)], out)
    options = ["--data", str(tmp_path), "--out", str(out), "--runs", str(tmp_path)]
    assert main(["same-lesions", *options]) == 0
    written = read_same_lesions(out)
    assert [pair.image_a for pair in written] == ["a_0", "a_1", "a_2", "other_a"]
    assert other in written
