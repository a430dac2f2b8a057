"""Generates CSV files: labels of a folder, metadata of HAM10000 and PAD-UFES-20, splits."""

import csv
import io
from pathlib import Path

from qana.classes import LABELS
from qana.data.ham10000 import METADATA, read_ham10000
from qana.data.labelled_folder import read_labelled_folder
from qana.data.lesion_split import make_split, read_split
from qana.data.pad_ufes_20 import METADATA as PAD_METADATA
from qana.data.pad_ufes_20 import read_pad_ufes
from qana.data.paper_split import read_paper_split
from tools.fuzz import raw
from tools.fuzz.input_kinds import Target
from tools.fuzz.random_generator import RandomGenerator

Table = list[list[str]]
PICTURES = tuple(f"ISIC_{number:07}" for number in range(5))
CELLS = (
    *(
        "",
        " ",
        "0",
        "1",
        "1.0",
        "-1",
        "nan",
        "inf",
        "1e999",
        "1,5",
        "NaN",
        "None",
        "x",
        "nv",
        "MEL",
    ),
    *('"', "'", "\0", "a\nb", "\r", "a,b", "é", "\ufeff", "\u2028", "=1+1", "../x", "/etc/passwd"),
    *(
        "A" * 200_000,
        "9" * 5000,
        "image_id",
        "dx",
        "lesion_id",
        "unk",
        "ISIC_0000000.jpg",
        "a" * 300,
    ),
)


def generate_labels(rng: RandomGenerator, folder: Path) -> Target:
    """Generates labels of a folder in the layout of HAM10000 or ISIC."""
    if rng.draw_bool(0.5):
        table = [["image_id", "dx", "lesion_id"]]
        table += [[name, LABELS[at], f"HAM_{at}"] for at, name in enumerate(PICTURES)]
    else:
        table = [["image", *(label.upper() for label in LABELS), "UNK"]]
        table += [
            [name, *(f"{float(at == place)}" for place in range(len(LABELS))), "0.0"]
            for at, name in enumerate(PICTURES)
        ]
    images = _write_pictures(folder, "jpg")
    (folder / "labels.csv").write_bytes(_encode_table(rng, table))
    return lambda: _check_not_empty(read_labelled_folder(images, folder / "labels.csv").images)


def generate_ham10000(rng: RandomGenerator, folder: Path) -> Target:
    """Generates metadata of HAM10000, which the target reads and splits."""
    table = [["lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization"]]
    table += [
        [f"HAM_{at}", name, LABELS[at], "histo", "45.0", "male", "back"]
        for at, name in enumerate(PICTURES)
    ]
    _write_pictures(folder, "jpg")
    (folder / METADATA).write_bytes(_encode_table(rng, table))
    return lambda: _check_not_empty(make_split(read_ham10000(folder)))


def generate_pad_ufes(rng: RandomGenerator, folder: Path) -> Target:
    """Generates metadata of PAD-UFES-20."""
    table = [["patient_id", "lesion_id", "diagnostic", "fitspatrick", "img_id"]]
    kinds = ("ACK", "BCC", "MEL", "NEV", "SCC")
    table += [
        [f"PAT_{at}", str(at), kinds[at], "2.0", f"{name}.png"] for at, name in enumerate(PICTURES)
    ]
    _write_pictures(folder, "png")
    (folder / PAD_METADATA).write_bytes(_encode_table(rng, table))
    return lambda: _check_not_empty(read_pad_ufes(folder))


def generate_split(rng: RandomGenerator, folder: Path) -> Target:
    """Generates a stored split."""
    paper = rng.draw_bool(0.5)
    table = [["image_id", "copy", "subset"] if paper else ["image_id", "subset"]]
    parts = ("train", "validation", "test", "train", "train")
    table += [
        [name, *(["0"] if paper else []), part] for name, part in zip(PICTURES, parts, strict=True)
    ]
    path = folder / "split.csv"
    path.write_bytes(_encode_table(rng, table))
    return lambda: _check_not_empty(read_paper_split(path) if paper else read_split(path))


def _check_not_empty(records: object) -> None:
    """Checks that a reader that accepts a file finds something in it."""
    if not records:
        raise AssertionError("the reader found nothing and raised no error")


def _write_pictures(folder: Path, ending: str) -> Path:
    images = folder / "images"
    images.mkdir()
    for name in PICTURES:
        (images / f"{name}.{ending}").write_bytes(name.encode())
    return images


def _encode_table(rng: RandomGenerator, table: Table) -> bytes:
    """Encodes a table as CSV with a few mutations and at times an unusual dialect or encoding."""
    for _ in range(rng.randint(1, 3)):
        _mutate_table(rng, table)
    file = io.StringIO()
    delimiter = "," if rng.draw_bool(0.9) else rng.choice(";\t|")
    ending = rng.choice(("\n", "\r\n", "\n", "\r"))
    csv.writer(file, delimiter=delimiter, lineterminator=ending).writerows(table)
    encoding = "utf-8" if rng.draw_bool(0.85) else rng.choice(("utf-16", "utf-8-sig", "cp037"))
    data = file.getvalue().encode(encoding, errors="replace")
    return raw.mutate(rng, data) if rng.draw_bool(0.3) else data


def _mutate_table(rng: RandomGenerator, table: Table) -> None:
    row = rng.randrange(len(table))
    cells = table[row]
    at = rng.randrange(len(cells)) if cells else 0
    what = rng.randrange(7)
    if what == 0 and cells:
        del cells[at]
    elif what == 1:
        cells.insert(at, rng.choice(CELLS))
    elif what == 2 and len(table) > 1:
        del table[row]
    elif what == 3:
        table.insert(row, list(cells))
    elif what == 4:
        other = table[rng.randrange(len(table))]
        table[row] = list(other)
    elif cells:
        cells[at] = rng.choice(CELLS)
