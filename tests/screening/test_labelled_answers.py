"""A batch counts photos as `qana evaluate` does, also where rows have no diagnosis."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from qana.data.labelled_folder import read_labelled_folder
from qana.screening.labelled_answers import join_labels
from qana.screening.photo_answer import PhotoAnswer
from qana.screening.photo_collection import ChosenFile, collect_photos
from qana.screening.rows import make_lost_row

TABLES = {
    "one has none": ("a,mel\nb,\n", 1, {"no diagnosis": 1}),
    "first row has none": ("a,\na,mel\nb,nv\n", 2, {"listed twice": 1}),
    "copy has none": ("a,mel\ncopy,\nb,nv\n", 2, {"copy of another photo": 1}),
    "two diagnoses": ("a,mel\ncopy,nv\nb,nv\n", 1, {"equal photos with different labels": 2}),
    "two and none": (
        "a,mel\ncopy,nv\na,\nb,nv\n",
        1,
        {"equal photos with different labels": 2, "listed twice": 1},
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_row_without_a_diagnosis_contradicts_none(name: str, tmp_path: Path, samples) -> None:
    rows, kept, left_out = TABLES[name]
    one, other = (sample.path.read_bytes() for sample in samples[:2])
    photos = {"a.jpg": one, "copy.jpg": one, "b.jpg": other}
    table = f"image_id,dx\n{rows}".encode()
    chosen = [ChosenFile(path, data) for path, data in photos.items()]
    labels = collect_photos([*chosen, ChosenFile("labels.csv", table)]).find_labels()
    answers = [
        PhotoAnswer(
            make_lost_row(path, "", "akida2", "", "", hashlib.sha256(data).hexdigest()),
            np.full(7, 1 / 7),
        )
        for path, data in photos.items()
    ]
    joined = join_labels(answers, labels)
    assert len(joined.labels) == kept
    assert dict(joined.left_out) == left_out
    for path, data in photos.items():
        (tmp_path / path).write_bytes(data)
    (tmp_path / "labels.csv").write_bytes(table)
    folder = read_labelled_folder(tmp_path, tmp_path / "labels.csv")
    assert len(folder.images) == kept
