"""Labels of every layout are read, what cannot be used is counted, and faults get one sentence."""

import csv
import io
import itertools
import random
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qana.classes import LABELS
from qana.data.labelled_folder import (
    CONTRADICTION,
    COPY,
    LISTED_TWICE,
    MISSING,
    NO_DIAGNOSIS,
    LabelledFolder,
    LabelledImage,
    read_labelled_folder,
)
from qana.errors import DataError

ISIC = ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC")
ISIC_2019 = ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC", "UNK")
MILK = (
    *("AKIEC", "BCC", "BEN_OTH", "BKL", "DF", "INF", "MAL_OTH", "MEL", "NV"),
    *("SCCKA", "VASC"),
)
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


def read_error(images: Path, table: Path, content: str | bytes) -> str:
    with pytest.raises(DataError) as caught:
        read(images, table, content)
    return checked(caught.value)


def checked(error: DataError) -> str:
    """Returns the message after checking that it is one sentence that says what to do."""
    message = str(error)
    assert message.isprintable() and message.endswith(".") and ": " in message
    assert len(message) < 400
    assert error.__suppress_context__ or error.__context__ is None
    return message


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


ONE = {"ISIC_0000001": "nv"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("image_id,dx\n", "lists no photo"),
        ("image_id,age\nISIC_0000001,4\n", "no column of diagnoses"),
        ("dx,age\nnv,4\n", "no column of photo ids"),
        ("image_id|dx\nISIC_0000001|nv\n", "semicolons or tabs"),
        ("image_id,dx,dx\nISIC_0000001,nv,mel\n", "column 'dx' 2 times"),
        (isic(ONE, columns=ISIC[:-1]), "lacks the column VASC"),
        (isic(ONE).replace("image", "name"), "no column of photo ids"),
        (ham({"ISIC_0000001": "scc"}), "class scc"),
        (ham({"ISIC_0000001": ""}), NO_DIAGNOSIS),
        (ham({"": "nv"}), "no photo id"),
        (ham({"ISIC_9": "nv", "ISIC_8": "nv"}), "2 of the 2 images"),
        (ham({"ISIC_0000001": "nv", "ISIC_9": "nv", "ISIC_8": "nv"}), "2 of the 3 images"),
        (ham({"ISIC_9": "nv", "ISIC_8": "nv"}), "the first is 'ISIC_9'"),
        (isic(ONE, columns=(*ISIC, "UNK")).replace("0.0\n", "0.5\n"), "'ISIC_0000001' (line 2"),
        (isic(ONE, zero="1.0"), "'ISIC_0000001' (line 2"),
        (isic(ONE, one="0.0"), "'ISIC_0000001' (line 2"),
        (isic(ONE, one="0.9"), "'ISIC_0000001' (line 2"),
        (isic(ONE, zero="nan"), "'ISIC_0000001' (line 2"),
        (isic(ONE, one="perhaps"), "'ISIC_0000001' (line 2"),
        (isic(ONE, one="1,0", zero="0,0"), "more cells"),
        (
            ham(ONE).replace("histo", '"never closed') + "HAM_9,ISIC_0000002,nv,histo\n",
            "close every quote",
        ),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "UTF-8"),
        (b"image_id,dx\nISIC_0000001,\0nv\n", "UTF-8"),
        ("image_id,dx\n" + "n" * 1000 + ",nv", "…"),
    ],
)
def test_bad_csv_gives_one_sentence(
    images: Path, table: Path, content: str | bytes, message: str
) -> None:
    assert message in read_error(images, table, content)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300), st.sampled_from([b"", b"image_id,dx\n", b"image,MEL,NV\n"]))
def test_junk_never_escapes(images: Path, table: Path, junk: bytes, start: bytes) -> None:
    read_error(images, table, start + junk)


@pytest.mark.parametrize("second", ["b/a.jpg", "b/a.PNG", "a.png"])
def test_two_different_files_of_one_id(tmp_path: Path, table: Path, second: str) -> None:
    folder = tmp_path / "images"
    for name in ("a.jpg", second):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    message = read_error(folder, table, ham({"a": "nv"}))
    assert "'a.jpg'" in message and f"'{second}'" in message
    assert [i.path for i in read(folder, table, ham({second: "nv"}))] == [folder / second]


def test_two_files_of_an_unlisted_id_do_not_matter(images: Path, table: Path) -> None:
    (images / "ISIC_0000002.png").write_text("another")
    assert len(read(images, table, ham(ONE))) == 1


@pytest.mark.parametrize("make", LAYOUTS)
def test_each_layout_gives_the_same_photos(images: Path, table: Path, make) -> None:
    wanted = DIAGNOSES if make is not make_pad else {k: v for k, v in DIAGNOSES.items() if v in PAD}
    found = read_labelled_folder(images, write(make(wanted), table))
    assert {image.image_id: image.label for image in found.images} == wanted
    assert [image.path.stem for image in found.images] == list(wanted)
    assert found.left_out == ()


def _vary(table: Table, names: dict[str, str], rng: random.Random) -> Table:
    """Changes the order and case of the columns, the order of the rows and the form of the ids."""
    order = rng.sample(range(len(table[0])), len(table[0]))
    header, *rows = [[row[at] for at in order] for row in table]
    case = rng.choice((str.upper, str.lower, str.title, lambda name: f" {name} ", str.swapcase))
    form = rng.choice(("NFC", "NFD", "NFKC", "NFKD"))
    around = rng.choice(("{}", "{}.jpg", "part/{}.JPG", "a\\b\\{}.png", "{}_downsampled", " {} "))
    for row in rows:
        for at, cell in enumerate(row):
            if cell.removesuffix(".png") in names:
                plain = cell.removesuffix(".png")
                plain = rng.choice((plain, plain.upper(), plain.lower()))
                row[at] = unicodedata.normalize(form, around.format(plain))
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
    for at, name in enumerate(rows):
        path = images / rng.choice((".", "part_1", "part_2/deep"))
        path.mkdir(parents=True, exist_ok=True)
        ending = rng.choice((".jpg", ".JPG", ".jfif", ".png", ".bmp", ".avif", ".mpo", ".tif", ""))
        (path / f"{unicodedata.normalize(stored, name)}{ending}").write_text(str(at))
    table = write(
        _vary(make(rows), rows, rng),
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


@pytest.mark.parametrize(
    "name", ["SCC", "UNK", "scc", "MAL_OTH", "BEN_OTH", "INF", "SCCKA", "Wart"]
)
def test_a_class_that_is_none_of_the_seven_is_left_out(
    images: Path, table: Path, name: str
) -> None:
    rows = make_one_hot(DIAGNOSES, (*ISIC, name))
    rows[3] = [rows[3][0], *["0.0"] * len(ISIC), "1.0"]
    found = read_labelled_folder(images, write(rows, table))
    assert len(found.images) == len(DIAGNOSES) - 1
    assert [(one.image_id, one.reason) for one in found.left_out] == [(rows[3][0], f"class {name}")]


def test_a_photo_of_another_class_need_not_be_there(images: Path, table: Path) -> None:
    content = "image_id,dx,diagnosis\nISIC_9,,SCC\nISIC_8,scc,\nISIC_7,,\nISIC_0000001,nv,NV\n"
    table.write_text(content)
    found = read_labelled_folder(images, table)
    assert [image.label for image in found.images] == ["nv"]
    assert count(found) == {"class SCC": 1, "class scc": 1, NO_DIAGNOSIS: 1}


def test_a_column_of_zeros_and_ones_is_no_class_beside_one(images: Path, table: Path) -> None:
    rows = make_one_hot(DIAGNOSES, (*ISIC, "biopsied"))
    for row in rows[1:]:
        row[-1] = "1"
    assert len(read_labelled_folder(images, write(rows, table)).images) == len(DIAGNOSES)


def test_equal_files_of_one_id_are_one_photo(images: Path, table: Path) -> None:
    for folder in ("part_1", "PART_1"):
        (images / folder).mkdir()
        for path in images.glob("*.jpg"):
            (images / folder / path.name).write_bytes(path.read_bytes())
    assert len(read(images, table, ham(DIAGNOSES))) == len(DIAGNOSES)


def test_equal_files_of_two_ids_are_one_photo(images: Path, table: Path) -> None:
    (images / "copy.jpg").write_bytes((images / "ISIC_0000000.jpg").read_bytes())
    table.write_text(ham({**DIAGNOSES, "copy": "akiec"}))
    found = read_labelled_folder(images, table)
    assert len(found.images) == len(DIAGNOSES)
    assert [(one.image_id, one.reason) for one in found.left_out] == [("copy", COPY)]


@pytest.mark.parametrize("other", ["nv", "scc"])
def test_equal_files_with_different_labels_are_left_out(images: Path, table, other: str) -> None:
    (images / "copy.jpg").write_bytes((images / "ISIC_0000000.jpg").read_bytes())
    table.write_text(ham({**DIAGNOSES, "copy": other}))
    found = read_labelled_folder(images, table)
    assert len(found.images) == len(DIAGNOSES) - 1
    assert {one.image_id for one in found.left_out} == {"ISIC_0000000", "copy"}
    assert count(found) == {CONTRADICTION: 2}


def test_a_photo_that_is_listed_twice_counts_once(images: Path, table: Path) -> None:
    table.write_text(
        ham(DIAGNOSES) + "HAM_9,isic_0000001.JPG,bcc,histo\nHAM_9,ISIC_0000002,mel,x\n"
    )
    found = read_labelled_folder(images, table)
    assert len(found.images) == len(DIAGNOSES) - 1
    assert count(found) == {LISTED_TWICE: 1, CONTRADICTION: 2}


def test_a_subset_asks_for_its_own_photos_only(images: Path, table: Path) -> None:
    everywhere = {f"OTHER_{at}": "nv" for at in range(20)} | DIAGNOSES | {"ISIC_8": "nv"}
    table.write_text(ham(everywhere))
    only = {name.lower() for name in list(DIAGNOSES)[:3]}
    found = read_labelled_folder(images, table, only=only | {"isic_8"})
    assert [image.image_id for image in found.images] == list(DIAGNOSES)[:3]
    assert count(found) == {MISSING: 1}
    assert read_labelled_folder(images, table, only={"x"}) == LabelledFolder((), ())
    with pytest.raises(DataError, match="1 of the 1 images"):
        read_labelled_folder(images, table, only={"isic_8"})


def _write_milk(folder: Path, metadata: str) -> tuple[Path, Path]:
    """Writes labels of three lesions and their photos: a dermatoscopic one and a close-up."""
    labels = {"IL_1": "BCC", "IL_2": "SCCKA", "IL_3": "MEL"}
    truth = [["lesion_id", *MILK]]
    truth += [[name, *(f"{float(one == label)}" for one in MILK)] for name, label in labels.items()]
    photos = [["lesion_id", "image_type", "isic_id", "attribution"]]
    for lesion, (kind, name) in itertools.product(
        labels, (("dermoscopic", "d"), ("close-up", "c"))
    ):
        photos.append([lesion, kind, f"ISIC_{lesion}{name}", "MILK"])
        (folder / "input" / lesion).mkdir(parents=True, exist_ok=True)
        (folder / "input" / lesion / f"ISIC_{lesion}{name}.jpg").write_text(lesion + name)
    return write(truth, folder / "truth.csv"), write(photos, folder / metadata)


MILK_PHOTOS = {"ISIC_IL_1d": "bcc", "ISIC_IL_1c": "bcc", "ISIC_IL_3d": "mel", "ISIC_IL_3c": "mel"}


def test_labels_of_lesions_with_a_table_of_their_photos(tmp_path: Path) -> None:
    truth, photos = _write_milk(tmp_path, "metadata.csv")
    write([["lesion_id", "other"], ["IL_1", ""]], tmp_path / "another.csv")
    (tmp_path / "broken.csv").write_bytes(bytes(30))
    for labels in (truth, [truth], [truth, photos], [photos, truth]):
        found = read_labelled_folder(tmp_path / "input", labels)
        assert {image.image_id: image.label for image in found.images} == MILK_PHOTOS
        assert {image.lesion_id for image in found.images} == {"IL_1", "IL_3"}
        assert count(found) == {"class SCCKA": 2}


def test_labels_of_lesions_without_photos_get_one_sentence(tmp_path: Path) -> None:
    truth, photos = _write_milk(tmp_path, "metadata.csv")
    photos.unlink()
    with pytest.raises(DataError, match="lists no photo: give a second table") as caught:
        read_labelled_folder(tmp_path / "input", truth)
    checked(caught.value)
    with pytest.raises(DataError, match="lists no photo"):
        read_labelled_folder(tmp_path / "input", [truth, write(make_ham({}), photos)])


OWN = {"akiec": "Bowen", "bcc": "Basaliom", "mel": "Melanom", "nv": "Nævus", "vasc": "Angiom"}


def _map(path: Path, header: str = "theirs;ours\n") -> Path:
    lines = "".join(f"{theirs.upper()};{ours}\n" for ours, theirs in OWN.items())
    path.write_text(f"{header}{lines}Ekzem;\n", encoding="cp1252")
    return path


@pytest.mark.parametrize("header", ["theirs;ours\n", "", "sep=;\nclass;code\n"])
@pytest.mark.parametrize("columns", [("image_id", "dx"), ("foto", "befund"), ("file", "label")])
def test_a_map_reads_any_other_set(images: Path, table: Path, header, columns) -> None:
    mapped = _map(table.with_name("map.csv"), header)
    rows = [["nr", *columns], ["1", "ISIC_0000000", "bowen"], ["2", "ISIC_0000001.jpg", "Basaliom"]]
    rows += [["3", "x/ISIC_0000005", "NÆVUS"], ["4", "ISIC_0000004", "Melanom"]]
    rows += [["5", "ISIC_0000006", "Ekzem"], ["6", "ISIC_0000007", "Warze"]]
    found = read_labelled_folder(images, write(rows, table), mapped)
    assert [image.label for image in found.images] == ["akiec", "bcc", "nv", "mel"]
    assert count(found) == {"class Ekzem": 1, "class Warze": 1}


def test_a_map_reads_columns_of_other_classes(images: Path, table: Path) -> None:
    mapped = _map(table.with_name("map.csv"))
    rows = [["bild", "Bowen", "Basaliom", "Melanom", "Ekzem", "alter"]]
    rows += [["ISIC_0000000", "1", "0", "0", "0", "50"], ["ISIC_0000001", "0", "1", "0", "0", ""]]
    rows += [["ISIC_0000002", "0", "0", "0", "1", "1"]]
    found = read_labelled_folder(images, write(rows, table), mapped)
    assert [image.label for image in found.images] == ["akiec", "bcc"]
    assert count(found) == {"class Ekzem": 1}


def test_a_map_gives_a_class_to_what_is_none_of_ours(images: Path, table: Path) -> None:
    mapped = table.with_name("map.csv")
    mapped.write_text("SCC,akiec\n")
    rows = make_2019(DIAGNOSES)
    rows[3][1:] = ["0"] * 7 + ["1", "0"]
    found = read_labelled_folder(images, write(rows, table), mapped)
    assert len(found.images) == len(DIAGNOSES)
    assert found.images[2].label == "akiec"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("SCC,akiec,1\n", "3 columns instead of two"),
        ("SCC\n", "1 columns instead of two"),
        ("a,b\nSCC,carcinoma\n", "'SCC' the class 'carcinoma'"),
        ("SCC,akiec\nscc,mel\n", "'scc' twice"),
        ("a,b\nSCC,\nUNK,\n", "none of the seven classes"),
        ("", "is empty"),
    ],
)
def test_a_wrong_map_gets_one_sentence(images: Path, table: Path, content, message: str) -> None:
    mapped = table.with_name("map.csv")
    mapped.write_text(content)
    with pytest.raises(DataError, match=message) as caught:
        read_labelled_folder(images, write(make_ham(DIAGNOSES), table), mapped)
    checked(caught.value)


def test_a_map_that_fits_no_column_gets_one_sentence(images: Path, table: Path) -> None:
    mapped = _map(table.with_name("map.csv"))
    with pytest.raises(DataError, match="no value of the file of --map"):
        read_labelled_folder(images, write([["image", "x"], ["ISIC_0000001", "y"]], table), mapped)
    with pytest.raises(DataError, match=r"no file .*none"):
        read_labelled_folder(images, table, table.with_name("none"))


def test_missing_folder_and_file(images: Path, table: Path, tmp_path: Path) -> None:
    table.write_text(ham(DIAGNOSES))
    absent = tmp_path / "absent"
    cases = [(absent, table, "no folder"), (table, table, "no folder")]
    cases += [(images, absent, "no file"), (images, images, "cannot be opened")]
    for folder, file, message in cases:
        with pytest.raises(DataError, match=message) as caught:
            read_labelled_folder(folder, file)
        checked(caught.value)


def test_reader_stays_light() -> None:
    heavy = "{'numpy', 'pandas', 'sklearn', 'cv2', 'PIL'}"
    code = f"import sys, qana.data.labelled_folder; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
