"""Photos of one lesion are found by their pixels and grouped, and others are not."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from qana.cli.main import main
from qana.data.local_features import LocalFeatures, count_inliers, extract_local_features
from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE, Photo
from qana.data.same_lesion import (
    SameLesion,
    group_photos,
    read_same_lesion_pairs,
    read_same_lesions,
    write_same_lesions,
)
from qana.data.same_lesion_search import LEAST_HAM10000, find_same_lesions, get_least_inliers
from qana.data.samples import Sample
from qana.data.similar_photos import find_similar_photos
from qana.data.sources import SOURCES, read_sources
from qana.errors import DataError
from qana.imaging import read_image

DATA = Path(__file__).parents[3] / "shared" / "data"
LEAST = LEAST_HAM10000
KNOWN = DATA / "ham10000_same_lesion.csv"


def _turn(image: np.ndarray, degrees: float, scale: float) -> np.ndarray:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    return cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REFLECT)


def _recolour(image: np.ndarray) -> np.ndarray:
    changed = image.astype(np.float32) * (0.8, 1.0, 1.15) + (20, -10, 5)
    return changed.clip(0, 255).astype(np.uint8)


def _compress(image: np.ndarray) -> np.ndarray:
    data = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, 50))[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))


def _shrink(image: np.ndarray) -> np.ndarray:
    return cv2.resize(image, (200, 150), interpolation=cv2.INTER_AREA)


CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "turned": lambda image: _turn(image, 130, 1.0),
    "closer": lambda image: _turn(image, 10, 1.5),
    "cropped": lambda image: image[20:-30, 40:-10],
    "recoloured": _recolour,
    "compressed": _compress,
    "shrunk": _shrink,
    "all": lambda image: _compress(_shrink(_recolour(_turn(image, -75, 1.2)))),
}


@pytest.fixture(scope="module")
def images(samples: tuple[Sample, ...]) -> list[np.ndarray]:
    """Photos of different lesions."""
    return [read_image(sample.path) for sample in samples]


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


def _count(a: np.ndarray, b: np.ndarray) -> int:
    return count_inliers(extract_local_features(a), extract_local_features(b))


@pytest.mark.parametrize("change", CHANGES)
def test_changed_photos_match(change: str, images: list[np.ndarray]) -> None:
    counts = [_count(image, CHANGES[change](image)) for image in images]
    assert np.mean([count >= LEAST for count in counts]) >= 0.9, counts


def test_photos_of_other_lesions_do_not_match(images: list[np.ndarray]) -> None:
    features = [extract_local_features(image) for image in images]
    counts = [count_inliers(a, b) for a, b in combinations(features, 2)]
    assert max(counts) < LEAST


@pytest.mark.parametrize(("height", "inliers"), [(5, 0), (150, 20)])
def test_features_on_one_line_do_not_match(height: int, inliers: int) -> None:
    """The marks of a ruler and a hair are no lesion."""
    random = np.random.default_rng(0)
    places = np.full((20, 4), 10.0, np.float32)
    places[:, :2] = random.uniform(0, 1, (20, 2)) * (250, height)
    descriptors = random.integers(0, 255, (20, 128), np.uint8)
    features = LocalFeatures(places, descriptors)
    assert count_inliers(features, features) == inliers


def test_surrounds_do_not_match() -> None:
    surround = np.zeros((225, 300, 3), np.uint8)
    cv2.circle(surround, (150, 112), 100, (200, 170, 160), -1)
    assert _count(surround, surround) == 0


def test_photos_without_features_match_nothing(images: list[np.ndarray]) -> None:
    plain = np.full((225, 300, 3), 180, np.uint8)
    assert _count(plain, images[0]) == 0
    assert _count(plain, plain) == 0
    features = [extract_local_features(plain)] * 2
    assert find_similar_photos(features, ["a", "b"], ["x", "x"], 5, lambda share: None) == []


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
        counted = _count(read_image(photos[a].path), read_image(photos[b].path))
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
