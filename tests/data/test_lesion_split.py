"""No lesion and no photo is in two subsets."""

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from qana.classes import LABELS
from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import check_split, make_split, read_split
from qana.data.photo import Photo
from qana.data.samples import Sample
from qana.errors import DataError


@pytest.fixture
def photos(tmp_path: Path) -> list[Photo]:
    """Returns 20 lesions of each class, every second one with two photos."""
    result = []
    for label in LABELS:
        for lesion in range(20):
            for shot in range(1 + lesion % 2):
                path = tmp_path / f"{label}{lesion}_{shot}.jpg"
                path.write_bytes(path.name.encode())
                lesion_id = f"L_{label}_{lesion}"
                photo = Photo(path.stem, lesion_id, label, "histo", 50, "male", "back", path, None)
                result.append(photo)
    return result


def test_all_photos_of_a_lesion_are_in_one_subset(photos: list[Photo]) -> None:
    split = make_split(photos)
    check_split(photos, split)
    lesions = Counter(
        (photo.label, subset)
        for photo in {photo.lesion_id: photo for photo in photos}.values()
        for subset in [split[photo.image_id]]
    )
    for label in LABELS:
        assert [lesions[label, subset] for subset in ("train", "validation", "test")] == [14, 2, 4]


def test_the_split_does_not_depend_on_the_order_of_the_rows(photos: list[Photo]) -> None:
    assert make_split(photos) == make_split(photos[::-1])


def test_a_lesion_in_two_subsets_is_found(photos: list[Photo]) -> None:
    split = make_split(photos)
    split["mel1_0"], split["mel1_1"] = "train", "test"
    with pytest.raises(DataError, match=r"leaks.*mel1_0 \(train\) and mel1_1 \(test\)"):
        check_split(photos, split)


def test_identical_photos_stay_in_one_subset(photos: list[Photo]) -> None:
    by_id = {photo.image_id: photo for photo in photos}
    pairs = [(f"{label}{n}_0", f"{label}{n + 1}_0") for label in LABELS for n in range(0, 20, 2)]
    for original, copy in pairs:
        shutil.copy(by_id[original].path, by_id[copy].path)
    split = make_split(photos)
    check_split(photos, split)
    assert all(split[original] == split[copy] for original, copy in pairs)
    split["nv2_0"], split["nv3_0"], split["nv3_1"] = "train", "test", "test"
    with pytest.raises(DataError, match=r"leaks.*nv2_0 \(train\) and nv3_0 \(test\)"):
        check_split(photos, split)


def test_a_lesion_with_two_diagnoses_is_refused(photos: list[Photo]) -> None:
    wrong = replace(photos[0], lesion_id="L_mel_1")
    with pytest.raises(DataError, match="2 diagnoses"):
        make_split([*photos, wrong])


def test_the_stored_split_holds_ham10000_and_its_samples_are_of_test_lesions(
    samples: tuple[Sample, ...],
) -> None:
    split = read_split()
    assert len(split) == 10_015
    assert {split[sample.image_id] for sample in samples} == {"test"}
    assert Counter(sample.label for sample in samples) == dict.fromkeys(LABELS, 3)


def test_the_official_layout_is_read(ham_folder: Path) -> None:
    photos = read_ham10000(ham_folder)
    assert len(photos) == 70
    assert photos[0].label == "akiec"
    assert photos[1].path.parent.name == "HAM10000_images_part_2"


def _without_image(folder: Path) -> None:
    (folder / "HAM10000_images_part_1" / "TEST_0000000.jpg").unlink()


def _without_metadata(folder: Path) -> None:
    (folder / "HAM10000_metadata.csv").unlink()


def _without_column(folder: Path) -> None:
    path = folder / "HAM10000_metadata.csv"
    path.write_text(path.read_text().replace("lesion_id", "lesion"))


def _with_unknown_diagnosis(folder: Path) -> None:
    path = folder / "HAM10000_metadata.csv"
    path.write_text(path.read_text().replace("akiec", "acne"))


def _with_an_age_of_words(folder: Path) -> None:
    path = folder / "HAM10000_metadata.csv"
    path.write_text(path.read_text().replace(",50,", ",fifty,", 1))


def _with_an_open_quote(folder: Path) -> None:
    path = folder / "HAM10000_metadata.csv"
    path.write_text(path.read_text() + '"A')


@pytest.mark.parametrize("text", ["", "image_id,subset\n", "image,subset\na,train\n", "\xff\xfe"])
def test_a_damaged_split_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lesion.csv"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(DataError, match=r"lesion\.csv"):
        read_split(path)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_with_an_age_of_words, "is 'fifty', not a number"),
        (_with_an_open_quote, "close every quote"),
        (_without_image, "1 of 70 images are missing"),
        (_without_metadata, "HAM10000_metadata.csv is missing"),
        (_without_column, "lacks the column lesion_id"),
        (_with_unknown_diagnosis, "diagnosis 'acne'"),
        (shutil.rmtree, "There is no folder"),
    ],
)
def test_each_fault_of_the_folder_is_named(
    ham_folder: Path, tmp_path: Path, spoil, sentence: str
) -> None:
    folder = tmp_path / "ham"
    shutil.copytree(ham_folder, folder)
    spoil(folder)
    with pytest.raises(DataError, match=sentence):
        read_ham10000(folder)
