"""Tables of labels in every layout, and their photos."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from qana.classes import LABELS
from qana.data.labelled_folder import LabelledFolder, LabelledImage, read_labelled_folder
from qana.errors import DataError

ISIC = ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC")
ISIC_2019 = ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC", "UNK")
DIAGNOSES = {f"ISIC_{index:07d}": label for index, label in enumerate((*LABELS, "nv", "mel"))}
LEVELS = {
    "akiec": (
        "Indeterminate",
        "Indeterminate epidermal proliferations",
        "Solar or actinic keratosis",
    ),
    "bcc": (
        "Malignant",
        "Malignant adnexal epithelial proliferations - Follicular",
        "Basal cell carcinoma",
        "Basal cell carcinoma, Nodular",
    ),
    "bkl": ("Benign", "Benign epidermal proliferations", "Seborrheic keratosis"),
    "df": ("Benign", "Benign soft tissue proliferations - Fibro-histiocytic", "Dermatofibroma"),
    "mel": ("Malignant", "Malignant melanocytic proliferations (Melanoma)", "Melanoma, NOS"),
    "nv": (
        "Benign",
        "Benign melanocytic proliferations",
        "Nevus",
        "Blue nevus",
        "Blue nevus, Cellular",
    ),
    "vasc": ("Benign", "Benign soft tissue proliferations - Vascular"),
}
NAMES_2022 = {
    "akiec": "actinic keratosis",
    "bcc": "basal cell carcinoma",
    "bkl": "pigmented benign keratosis",
    "df": "dermatofibroma",
    "mel": "melanoma",
    "nv": "nevus",
    "vasc": "vascular lesion",
}
PAD = {"akiec": "ACK", "bcc": "BCC", "bkl": "SEK", "mel": "MEL", "nv": "NEV"}
Table = list[list[str]]


def ham(rows: dict[str, str]) -> str:
    lines = [
        f"HAM_{index // 2},{name},{label},histo" for index, (name, label) in enumerate(rows.items())
    ]
    return "\n".join(["lesion_id,image_id,dx,dx_type", *lines, ""])


def isic(
    rows: dict[str, str], columns: Sequence[str] = ISIC, one: str = "1.0", zero: str = "0.0"
) -> str:
    lines = [
        ",".join([name, *(one if column.lower() == label else zero for column in columns)])
        for name, label in rows.items()
    ]
    return "\n".join([",".join(["image", *columns]), *lines, ""])


def make_ham(rows: dict[str, str]) -> Table:
    return [
        ["lesion_id", "image_id", "dx", "dx_type", "age"],
        *(
            [f"HAM_{at}", name, label, "histo", "45.0"]
            for at, (name, label) in enumerate(rows.items())
        ),
    ]


def make_one_hot(rows: dict[str, str], columns: Sequence[str] = ISIC) -> Table:
    names = {"ak": "akiec"}
    return [
        ["image", *columns],
        *(
            [name, *(f"{float(names.get(one.lower(), one.lower()) == label)}" for one in columns)]
            for name, label in rows.items()
        ),
    ]


def make_2019(rows: dict[str, str]) -> Table:
    return make_one_hot(rows, ISIC_2019)


def make_archive(rows: dict[str, str]) -> Table:
    levels = [f"diagnosis_{level}" for level in range(1, 6)]
    return [
        ["isic_id", "attribution", "age_approx", *levels, "image_type", "lesion_id", "melanocytic"],
        *(
            [
                name,
                "a, b",
                "45",
                *(*LEVELS[label], "", "", "", "")[:5],
                "dermoscopic",
                f"IL_{at}",
                "x",
            ]
            for at, (name, label) in enumerate(rows.items())
        ),
    ]


def make_2022(rows: dict[str, str]) -> Table:
    return [
        ["isic_id", "benign_malignant", "diagnosis", "lesion_id"],
        *([name, "", NAMES_2022[label], ""] for name, label in rows.items()),
    ]


def make_pad(rows: dict[str, str]) -> Table:
    return [
        ["patient_id", "lesion_id", "diagnostic", "img_id", "biopsed"],
        *(
            [f"PAT_{at}", "7", PAD.get(label, label), f"{name}.png", "False"]
            for at, (name, label) in enumerate(rows.items())
        ),
    ]


def make_source(rows: dict[str, str]) -> Table:
    return [
        ["image", "lesion_id", "dx", "diagnosis", "sex"],
        *(
            [name, f"BCN_{at}", label, label.upper(), ""]
            for at, (name, label) in enumerate(rows.items())
        ),
    ]


LAYOUTS = (make_ham, make_one_hot, make_2019, make_archive, make_2022, make_pad, make_source)


def write(table: Table, path: Path, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows(table)
    path.write_bytes(file.getvalue().encode(encoding))
    return path


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for name in DIAGNOSES:
        (folder / f"{name}.jpg").write_bytes(name.encode())
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "labels.csv"


def read(images: Path, table: Path, content: str | bytes) -> tuple[LabelledImage, ...]:
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_labelled_folder(images, table).images


def count(folder: LabelledFolder) -> dict[str, int]:
    return dict(Counter(one.reason for one in folder.left_out))


def checked(error: DataError) -> str:
    """Returns the message after checking that it is one sentence that says what to do."""
    message = str(error)
    assert message.isprintable() and message.endswith(".") and ": " in message
    assert len(message) < 400
    assert error.__suppress_context__ or error.__context__ is None
    return message
