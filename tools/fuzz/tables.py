"""Ways in: CSVs. Labels of a folder, metadata of HAM10000 and PAD-UFES-20, stored splits."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from qana.classes import LABELS
from qana.data.ham10000 import METADATA, read_ham10000
from qana.data.labelled_folder import read_labelled_folder
from qana.data.lesion_split import make_split, read_split
from qana.data.pad_ufes_20 import METADATA as PAD_METADATA
from qana.data.pad_ufes_20 import read_pad_ufes
from qana.data.paper_split import read_paper_split
from tools.fuzz import raw
from tools.fuzz.chance import Chance

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


def labels(chance: Chance, folder: Path) -> Callable[[], None]:
    """Labels beside photos, in HAM10000's layout or ISIC's."""
    if chance.happens(0.5):
        table = [["image_id", "dx", "lesion_id"]]
        table += [[name, LABELS[at], f"HAM_{at}"] for at, name in enumerate(PICTURES)]
    else:
        table = [["image", *(label.upper() for label in LABELS), "UNK"]]
        table += [
            [name, *(f"{float(at == place)}" for place in range(len(LABELS))), "0.0"]
            for at, name in enumerate(PICTURES)
        ]
    images = _pictures(folder, "jpg")
    (folder / "labels.csv").write_bytes(_written(chance, table))
    return lambda: _all(read_labelled_folder(images, folder / "labels.csv"))


def ham10000(chance: Chance, folder: Path) -> Callable[[], None]:
    """The metadata of HAM10000, and the split that is dealt by it."""
    table = [["lesion_id", "image_id", "dx", "dx_type", "age", "sex", "localization"]]
    table += [
        [f"HAM_{at}", name, LABELS[at], "histo", "45.0", "male", "back"]
        for at, name in enumerate(PICTURES)
    ]
    _pictures(folder, "jpg")
    (folder / METADATA).write_bytes(_written(chance, table))
    return lambda: _all(make_split(read_ham10000(folder)))


def pad_ufes(chance: Chance, folder: Path) -> Callable[[], None]:
    """The metadata of PAD-UFES-20."""
    table = [["patient_id", "lesion_id", "diagnostic", "fitspatrick", "img_id"]]
    kinds = ("ACK", "BCC", "MEL", "NEV", "SCC")
    table += [
        [f"PAT_{at}", str(at), kinds[at], "2.0", f"{name}.png"] for at, name in enumerate(PICTURES)
    ]
    _pictures(folder, "png")
    (folder / PAD_METADATA).write_bytes(_written(chance, table))
    return lambda: _all(read_pad_ufes(folder))


def splits(chance: Chance, folder: Path) -> Callable[[], None]:
    """Which photo is in which part, as stored."""
    paper = chance.happens(0.5)
    table = [["image_id", "copy", "subset"] if paper else ["image_id", "subset"]]
    parts = ("train", "validation", "test", "train", "train")
    table += [
        [name, *(["0"] if paper else []), part] for name, part in zip(PICTURES, parts, strict=True)
    ]
    path = folder / "split.csv"
    path.write_bytes(_written(chance, table))
    return lambda: _all(read_paper_split(path) if paper else read_split(path))


def _all(found: object) -> None:
    """Nothing is read lazily."""
    if not found:
        raise AssertionError("nothing was found, and nothing said")


def _pictures(folder: Path, ending: str) -> Path:
    images = folder / "images"
    images.mkdir()
    for name in PICTURES:
        (images / f"{name}.{ending}").write_bytes(name.encode())
    return images


def _written(chance: Chance, table: Table) -> bytes:
    """A CSV of a table with a few cells, rows or columns changed, in an odd dialect or encoding."""
    for _ in range(chance.randint(1, 3)):
        _change(chance, table)
    file = io.StringIO()
    delimiter = "," if chance.happens(0.9) else chance.choice(";\t|")
    ending = chance.choice(("\n", "\r\n", "\n", "\r"))
    csv.writer(file, delimiter=delimiter, lineterminator=ending).writerows(table)
    encoding = "utf-8" if chance.happens(0.85) else chance.choice(("utf-16", "utf-8-sig", "cp037"))
    data = file.getvalue().encode(encoding, errors="replace")
    return raw.mutated(chance, data) if chance.happens(0.3) else data


def _change(chance: Chance, table: Table) -> None:
    row = chance.randrange(len(table))
    cells = table[row]
    at = chance.randrange(len(cells)) if cells else 0
    what = chance.randrange(7)
    if what == 0 and cells:
        del cells[at]
    elif what == 1:
        cells.insert(at, chance.choice(CELLS))
    elif what == 2 and len(table) > 1:
        del table[row]
    elif what == 3:
        table.insert(row, list(cells))
    elif what == 4:
        other = table[chance.randrange(len(table))]
        table[row] = list(other)
    elif cells:
        cells[at] = chance.choice(CELLS)
