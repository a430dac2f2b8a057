"""Labels of every layout and dialect are read."""

import itertools
import random
import unicodedata
from pathlib import Path

import pytest

from qana.classes import LABELS
from qana.data.labelled_folder import read_labelled_folder
from tests.doubles.label_tables import (
    DIAGNOSES,
    ISIC,
    LAYOUTS,
    PAD,
    Table,
    ham,
    images,
    isic,
    make_pad,
    read,
    table,
    write,
)

__all__ = ["images", "table"]


def test_ham_layout(images: Path, table: Path) -> None:
    found = read(images, table, ham(DIAGNOSES))
    assert {image.image_id: image.label for image in found} == DIAGNOSES
    assert [image.lesion_id for image in found[:3]] == ["HAM_0", "HAM_0", "HAM_1"]
    assert all(image.path == images / f"{image.image_id}.jpg" for image in found)


def test_layouts_agree_apart_from_lesions(images: Path, table: Path) -> None:
    by_dx = read(images, table, ham(DIAGNOSES))
    by_one_hot = read(images, table, isic(DIAGNOSES))
    assert [(i.image_id, i.path, i.label) for i in by_dx] == [
        (i.image_id, i.path, i.label) for i in by_one_hot
    ]
    assert [i.lesion_id for i in by_one_hot] == list(DIAGNOSES)


@pytest.mark.parametrize(
    "content",
    [
        isic(DIAGNOSES, one="1", zero="0"),
        isic(DIAGNOSES, columns=sorted(ISIC)),
        isic(DIAGNOSES, columns=[name.lower() for name in reversed(ISIC)]),
        isic(DIAGNOSES, columns=(*ISIC, "UNK")),
        isic(DIAGNOSES).replace(",", " , "),
        "\ufeff" + isic(DIAGNOSES).replace("\n", "\r\n"),
        "\n".join(
            f'"{line.replace(",", chr(34) + "," + chr(34))}"' for line in isic(DIAGNOSES).split()
        ),
        "\n,,,\n" + isic(DIAGNOSES).replace("\n", ",,\n\n"),
        isic({f"{name}.JPG": label for name, label in DIAGNOSES.items()}),
        "\n".join(f"x,{line}" for line in isic(DIAGNOSES).split()),
    ],
    ids=[
        "integers",
        "sorted",
        "lower",
        "unk",
        "spaces",
        "bom-crlf",
        "quoted",
        "blank",
        "extension",
        "extra",
    ],
)
def test_isic_layout_tolerates(images: Path, table: Path, content: str) -> None:
    assert read(images, table, content) == read(images, table, isic(DIAGNOSES))


def test_ham_layout_tolerates(images: Path, table: Path) -> None:
    content = "\ufeff DX ,Image_ID\r\n nv , ISIC_0000001.jpg \r\n\r\nMEL,ISIC_0000000"
    found = read(images, table, content)
    assert [(i.image_id, i.label, i.lesion_id) for i in found] == [
        ("ISIC_0000001", "nv", "ISIC_0000001"),
        ("ISIC_0000000", "mel", "ISIC_0000000"),
    ]


def test_order_is_that_of_the_csv(images: Path, table: Path) -> None:
    backwards = dict(reversed(DIAGNOSES.items()))
    assert [i.image_id for i in read(images, table, ham(backwards))] == list(backwards)


def test_empty_lesion_falls_back_to_the_image(images: Path, table: Path) -> None:
    content = "image_id,dx,lesion_id\nISIC_0000001,nv,\nISIC_0000002,nv\n"
    assert [i.lesion_id for i in read(images, table, content)] == ["ISIC_0000001", "ISIC_0000002"]


def test_subfolders_and_extensions(tmp_path: Path, table: Path) -> None:
    names = ["part_1/a.JPG", "part_2/b.jpeg", "part_2/deep/er/c.PNG", "d.tif", "e.webp", "f.HEIC"]
    others = ["part_1/._a.JPG", ".cache/b.jpeg", "c.txt", "g.jpg"]
    folder = tmp_path / "images"
    for name in names + others:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "d.jpg").mkdir()
    found = read(folder, table, ham(dict.fromkeys("abcdef", "nv")))
    assert [i.path.relative_to(folder).as_posix() for i in found] == names


def test_id_with_a_dot_is_kept(tmp_path: Path, table: Path) -> None:
    (tmp_path / "scan.1.jpg").touch()
    assert read(tmp_path, table, ham({"scan.1": "nv"}))[0].image_id == "scan.1"


@pytest.mark.parametrize("make", LAYOUTS)
def test_each_layout_gives_the_same_photos(images: Path, table: Path, make) -> None:
    wanted = DIAGNOSES if make is not make_pad else {k: v for k, v in DIAGNOSES.items() if v in PAD}
    found = read_labelled_folder(images, write(make(wanted), table))
    assert {image.image_id: image.label for image in found.images} == wanted
    assert [image.path.stem for image in found.images] == list(wanted)
    assert found.left_out == ()


def _vary(table: Table, folders: dict[str, str], rng: random.Random) -> Table:
    """Changes the order and case of the columns, the order of the rows and the form of the ids."""
    order = rng.sample(range(len(table[0])), len(table[0]))
    header, *rows = [[row[at] for at in order] for row in table]
    case = rng.choice((str.upper, str.lower, str.title, lambda name: f" {name} ", str.swapcase))
    form = rng.choice(("NFC", "NFD", "NFKC", "NFKD"))
    around = rng.choice(
        ("{}", "{}.jpg", "{at}/{}.JPG", "a\\b\\{at}\\{}.png", "{}_downsampled", " {} ")
    )
    for row in rows:
        for at, cell in enumerate(row):
            if cell.removesuffix(".png") in folders:
                plain = cell.removesuffix(".png")
                shown = rng.choice((plain, plain.upper(), plain.lower()))
                row[at] = unicodedata.normalize(form, around.format(shown, at=folders[plain]))
    rng.shuffle(rows)
    filler = [[""] * len(header)] * rng.choice((0, 2))
    return [[case(name) for name in header], *filler, *rows, *filler]


@pytest.mark.parametrize(("make", "seed"), list(itertools.product(LAYOUTS, range(25))))
def test_any_dialect_order_case_and_form_of_ids(tmp_path: Path, make, seed: int) -> None:
    rng = random.Random(seed)
    labels = [label for label in LABELS if make is not make_pad or label in PAD]
    rows = {f"lesión_Ä{at}": label for at, label in enumerate((*labels, "nv", "mel"))}
    images = tmp_path / "images"
    stored = rng.choice(("NFC", "NFD"))
    folders = {name: rng.choice((".", "part_1", "part_2/deep")) for name in rows}
    for at, name in enumerate(rows):
        path = images / folders[name]
        path.mkdir(parents=True, exist_ok=True)
        ending = rng.choice((".jpg", ".JPG", ".jfif", ".png", ".bmp", ".avif", ".mpo", ".tif", ""))
        (path / f"{unicodedata.normalize(stored, name)}{ending}").write_text(str(at))
    table = write(
        _vary(make(rows), folders, rng),
        tmp_path / "labels.csv",
        rng.choice(",;\t"),
        rng.choice(("utf-8", "utf-8-sig", "utf-16")),
    )
    found = read_labelled_folder(images, table)
    key = {unicodedata.normalize("NFC", name).casefold(): name for name in rows}
    read_labels = {
        key[unicodedata.normalize("NFC", image.path.stem).casefold()]: image.label
        for image in found.images
    }
    assert read_labels == rows
    assert found.left_out == ()


def test_decimals_with_a_comma_in_a_table_with_semicolons(images: Path, table: Path) -> None:
    content = isic(DIAGNOSES).replace(",", ";").replace(".0", ",0")
    assert {i.image_id: i.label for i in read(images, table, content)} == DIAGNOSES
