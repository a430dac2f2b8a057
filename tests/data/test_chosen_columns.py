"""With `--map`, the column of classes is found by its name, or several that fit are named."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from qana.classes import LABELS
from qana.data.labelled_folder import read_labelled_folder
from qana.errors import DataError
from tests.doubles.label_tables import DIAGNOSES, checked, images, table, write

__all__ = ["images", "table"]
LABEL_OF = dict(DIAGNOSES)


def write_map(path: Path, keys: Sequence[str], labels: Sequence[str] = LABELS) -> Path:
    path.write_text("".join(f"{key},{label}\n" for key, label in zip(keys, labels, strict=True)))
    return path


@pytest.mark.parametrize("name", ["label", "Target", "CLASS", "ground_truth", "disease", "y"])
@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_column_with_the_name_of_classes_comes_first(images, table, name: str, place) -> None:
    rng = random.Random(place)
    rows = [["image_id", "fold", "biopsy"]]
    rows += [[one, str(rng.randrange(7)), "1"] for one in DIAGNOSES]
    rows[0].insert(place, name)
    for row in rows[1:]:
        row.insert(place, str(LABELS.index(LABEL_OF[row[0]])))
    mapped = write_map(table.with_name("map.csv"), [str(at) for at in range(7)])
    found = read_labelled_folder(images, write(rows, table), mapped)
    assert {one.image_id: one.label for one in found.images} == DIAGNOSES


@pytest.mark.parametrize("values", [("1", "0"), ("True", "False"), ("yes", "no"), ("x", "y")])
@pytest.mark.parametrize("names", [("biopsy", "bad"), ("label", "target"), ("a", "b", "c")])
def test_columns_that_fit_alike_are_named(images, table, values, names) -> None:
    rows = [["image_id", *names]]
    rows += [
        [one, *(values[(at + number) % 2] for number in range(len(names)))]
        for at, one in enumerate(DIAGNOSES)
    ]
    mapped = write_map(table.with_name("map.csv"), values, ("mel", "nv"))
    with pytest.raises(DataError) as caught:
        read_labelled_folder(images, write(rows, table), mapped)
    message = checked(caught.value)
    assert all(repr(name) in message for name in names[:3]) and "fit alike" in message


def test_columns_of_equal_values_and_of_a_few_are_no_rivals(images, table) -> None:
    rows = [["image_id", "what", "again", "notes"]]
    rows += [
        [one, f"{label} x", f"{label} x", "mel x" if at == 0 else "fine"]
        for at, (one, label) in enumerate(DIAGNOSES.items())
    ]
    mapped = write_map(table.with_name("map.csv"), [f"{label} x" for label in LABELS])
    found = read_labelled_folder(images, write(rows, table), mapped)
    assert {one.image_id: one.label for one in found.images} == DIAGNOSES


def test_a_map_that_fits_no_known_column_reads_the_one_that_it_fits(images, table) -> None:
    rows = [["image_name", "diagnosis", "target"]]
    rows += [[one, "unknown", str(int(label == "mel"))] for one, label in DIAGNOSES.items()]
    mapped = write_map(table.with_name("map.csv"), ("1", "0"), ("mel", "nv"))
    found = read_labelled_folder(images, write(rows, table), mapped)
    expected = {one: "mel" if label == "mel" else "nv" for one, label in DIAGNOSES.items()}
    assert {one.image_id: one.label for one in found.images} == expected


@pytest.mark.parametrize("own", [False, True])
def test_two_columns_of_photo_ids_are_named(images, table, own: bool) -> None:
    names = list(DIAGNOSES)
    rows = [["clinic", "derm", "label"]]
    rows += [
        [one, other, LABEL_OF[other]] for one, other in zip(names, reversed(names), strict=True)
    ]
    mapped = write_map(table.with_name("map.csv"), LABELS) if own else None
    with pytest.raises(DataError, match=r"'clinic' and 'derm' .* image_id") as caught:
        read_labelled_folder(images, write(rows, table), mapped)
    checked(caught.value)


@pytest.mark.parametrize("name", ["bild", "foto_nr", "ISIC"])
def test_a_column_of_ids_of_another_name_is_named(images, table, name: str) -> None:
    rows = [[name, "dx", "lesion_id"], *([one, LABEL_OF[one], "HAM_1"] for one in DIAGNOSES)]
    with pytest.raises(DataError, match=f"name the column '{name}' image_id") as caught:
        read_labelled_folder(images, write(rows, table))
    checked(caught.value)


def test_a_table_without_a_header_is_named(images, table) -> None:
    rows = [[one, label] for one, label in DIAGNOSES.items()]
    with pytest.raises(DataError, match="has no header: put the names") as caught:
        read_labelled_folder(images, write(rows, table))
    checked(caught.value)


@pytest.mark.parametrize("name", ["bcn_filename", "DDI_file", "isic_id", "file_path"])
def test_columns_of_ids_of_further_sets(images, table, name: str) -> None:
    rows = [[name, "lesion_id", "diagnosis"]]
    rows += [[f"{one}.jpg", f"L_{one}", label.upper()] for one, label in DIAGNOSES.items()]
    found = read_labelled_folder(images, write(rows, table))
    assert {one.image_id: one.label for one in found.images} == DIAGNOSES
