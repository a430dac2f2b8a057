"""A row that cannot be used costs only itself, and missing values are no names."""

import itertools
from pathlib import Path

import pytest

from qana.data.labelled_folder import (
    CONTRADICTION,
    COPY,
    LISTED_TWICE,
    NO_DIAGNOSIS,
    TWO_LABELS,
    UNCLEAR,
    read_labelled_folder,
)
from tests.doubles.label_tables import (
    DIAGNOSES,
    ISIC,
    LAYOUTS,
    count,
    images,
    make_ham,
    make_one_hot,
    table,
    write,
)

__all__ = ["images", "table"]
MISSING_VALUES = ("", "NA", "NaN", "nan", "NULL", "None", "n/a", "<NA>", "-", "#N/A")


@pytest.mark.parametrize("cell", MISSING_VALUES)
def test_a_missing_lesion_id_is_no_lesion(images: Path, table: Path, cell: str) -> None:
    for rows in (
        [["image_id", "dx", "lesion_id"], *([*one, cell] for one in DIAGNOSES.items())],
        [
            ["img_id", "diagnostic", "lesion_id", "patient_id"],
            *([*one, cell, "PAT_1"] for one in DIAGNOSES.items()),
        ],
    ):
        found = read_labelled_folder(images, write(rows, table))
        assert [one.lesion_id for one in found.images] == list(DIAGNOSES)


@pytest.mark.parametrize("cell", MISSING_VALUES)
def test_a_missing_patient_is_no_patient(images: Path, table: Path, cell: str) -> None:
    rows = [["image_id", "dx", "lesion_id", "patient_id"]]
    rows += [[*one, f"L{at}", cell] for at, one in enumerate(DIAGNOSES.items())]
    found = read_labelled_folder(images, write(rows, table))
    assert [one.lesion_id for one in found.images] == [f"L{at}" for at in range(len(DIAGNOSES))]


@pytest.mark.parametrize("cell", MISSING_VALUES)
@pytest.mark.parametrize("columns", [("dx",), ("diagnosis_1", "diagnosis_3"), ("diagnosis",)])
def test_a_missing_diagnosis_is_none(images: Path, table: Path, cell: str, columns) -> None:
    rows = [
        ["image_id", *columns],
        *([name, *[label] * len(columns)] for name, label in DIAGNOSES.items()),
    ]
    rows[4][1:] = [cell] * len(columns)
    found = read_labelled_folder(images, write(rows, table))
    assert len(found.images) == len(DIAGNOSES) - 1
    assert count(found) == {NO_DIAGNOSIS: 1}


@pytest.mark.parametrize("at", [1, 4, 9])
@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["0"] * 7, NO_DIAGNOSIS),
        (["0.0"] * 7, NO_DIAGNOSIS),
        ([""] * 7, NO_DIAGNOSIS),
        (["NaN"] * 7, NO_DIAGNOSIS),
        (["NA"] * 7, NO_DIAGNOSIS),
        (["1", "1", *["0"] * 5], UNCLEAR),
        (["0.5", "0.5", *["0"] * 5], UNCLEAR),
        (["1", "-1", *["0"] * 5], UNCLEAR),
        (["2", *["0"] * 6], UNCLEAR),
        (["1", *["x"] * 6], UNCLEAR),
    ],
)
def test_a_row_without_exactly_one_class_is_left_out(images, table, at, cells, reason) -> None:
    rows = make_one_hot(DIAGNOSES)
    rows[at][1:] = cells
    found = read_labelled_folder(images, write(rows, table))
    assert len(found.images) == len(DIAGNOSES) - 1
    assert [(one.image_id, one.reason) for one in found.left_out] == [(rows[at][0], reason)]


@pytest.mark.parametrize("name", ["score_weight", "male", "biopsied", "validation"])
def test_a_column_that_is_1_beside_a_class_is_no_class(images, table, name: str) -> None:
    rows = make_one_hot(DIAGNOSES, (*ISIC, "Wart"))
    rows[2][1:] = ["0"] * 8
    rows[3][1:] = [*["0"] * 7, "1"]
    rows = [[*row, str(number % 2)] for number, row in enumerate(rows)]
    rows[0][-1], rows[2][-1] = name, "1"
    found = read_labelled_folder(images, write(rows, table))
    assert count(found) == {NO_DIAGNOSIS: 1, "class Wart": 1}


@pytest.mark.parametrize("make", LAYOUTS)
def test_a_second_row_without_a_diagnosis_contradicts_nothing(images, table, make) -> None:
    rows = make({name: label for name, label in DIAGNOSES.items() if label not in ("df", "vasc")})
    keep = ("image", "image_id", "isic_id", "img_id")
    for first in (True, False):
        blank = [cell if name in keep else "" for name, cell in zip(rows[0], rows[1], strict=True)]
        at = 1 if first else len(rows)
        found = read_labelled_folder(images, write([*rows[:at], blank, *rows[at:]], table))
        assert len(found.images) == len(rows) - 1
        assert count(found) == {LISTED_TWICE: 1}


def test_a_copy_without_a_diagnosis_contradicts_nothing(images: Path, table: Path) -> None:
    (images / "copy.jpg").write_bytes((images / "ISIC_0000003.jpg").read_bytes())
    for rows in itertools.permutations([*make_ham(DIAGNOSES)[3:5], ["x", "copy", "", "", ""]]):
        found = read_labelled_folder(images, write([make_ham({})[0], *rows], table))
        assert len(found.images) == 2
        assert [(one.image_id, one.reason) for one in found.left_out] == [("copy", COPY)]


def test_one_photo_with_two_labels_is_listed_once(images: Path, table: Path) -> None:
    name = "ISIC_0000003"
    rows = [*make_ham(DIAGNOSES), ["x", f"{name}.JPG", "nv", "", ""], ["x", name, "mel", "", ""]]
    found = read_labelled_folder(images, write(rows, table))
    assert len(found.images) == len(DIAGNOSES) - 1
    assert [(one.image_id, one.reason) for one in found.left_out] == [(name, TWO_LABELS)]
    (images / "copy.jpg").write_bytes((images / f"{name}.jpg").read_bytes())
    found = read_labelled_folder(images, write([*rows, ["x", "copy", "df", "", ""]], table))
    assert count(found) == {CONTRADICTION: 2}


def test_a_class_that_is_not_known_is_marked(images: Path, table: Path) -> None:
    rows = make_ham(DIAGNOSES)
    rows[1][2], rows[2][2] = "SCC", "Wolkenfleck"
    found = read_labelled_folder(images, write(rows, table))
    assert [(one.reason, one.known) for one in found.left_out] == [
        ("class SCC", True),
        ("class Wolkenfleck", False),
    ]
