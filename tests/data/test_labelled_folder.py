"""Both CSV layouts are read, and every fault raises one clear sentence."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qana.classes import LABELS
from qana.data.labelled_folder import LabelledImage, read_labelled_folder
from qana.errors import DataError

ISIC = ("MEL", "NV", "BCC", "AKIEC", "BKL", "DF", "VASC")
DIAGNOSES = {f"ISIC_{index:07d}": label for index, label in enumerate((*LABELS, "nv", "mel"))}


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


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for name in DIAGNOSES:
        (folder / f"{name}.jpg").touch()
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "labels.csv"


def read(images: Path, table: Path, content: str | bytes) -> list[LabelledImage]:
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_labelled_folder(images, table)


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
        ("", "lists no image"),
        ("\n\n", "lists no image"),
        ("image_id,dx\n", "lists no image"),
        ("image_id,age\nISIC_0000001,4\n", "column dx 0 times"),
        ("dx,age\nnv,4\n", "column image_id 0 times"),
        ("image_id,dx,dx\nISIC_0000001,nv,mel\n", "column dx 2 times"),
        ("image_id;dx\nISIC_0000001;nv\n", "commas"),
        (isic(ONE, columns=ISIC[:-1]), "column VASC 0 times"),
        (isic(ONE).replace("image", "name"), "column image 0 times"),
        (ham({"ISIC_0000001": "scc"}), "'scc'"),
        (ham({"ISIC_0000001": ""}), "''"),
        (ham({"": "nv"}), "no image id"),
        (ham({"ISIC_0000001": '"n\nv"'}), "'n\\nv'"),
        (
            ham(ONE) + "HAM_9,ISIC_0000001.jpg,nv,histo\n",
            "listed twice in labels.csv, in lines 2 and 3",
        ),
        (ham({"ISIC_0000001": "nv", "ISIC_9": "nv", "ISIC_8": "nv"}), "2 of the 3 images"),
        (ham({"ISIC_9": "nv", "ISIC_8": "nv"}), "the first is 'ISIC_9'"),
        (isic(ONE, columns=(*ISIC, "UNK")).replace("0.0\n", "1.0\n"), "marked UNK"),
        (isic(ONE, columns=(*ISIC, "UNK")).replace("0.0\n", "0.5\n"), "'ISIC_0000001' (line 2"),
        (isic(ONE, zero="1.0"), "'ISIC_0000001' (line 2"),
        (isic(ONE, one="0.0"), "'ISIC_0000001' (line 2"),
        (isic(ONE, one="0.9"), "'ISIC_0000001' (line 2"),
        (isic(ONE, zero="nan"), "'ISIC_0000001' (line 2"),
        (isic(ONE, one="yes"), "'ISIC_0000001' (line 2"),
        (isic(ONE, one="1,0", zero="0,0"), "more cells"),
        (
            ham(ONE).replace("histo", '"never closed') + "HAM_9,ISIC_0000002,nv,histo\n",
            "quote closed",
        ),
        (ham(ONE).encode("utf-16"), "UTF-8"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "UTF-8"),
        (b"\0" * 5000, "0 times"),
        (b"image_id,dx\nISIC_0000001,\0nv\n", "'\\x00nv'"),
        ("image_id,dx\nISIC_0000001," + "n" * 1000, "…"),
        ("a" * 200_000, "CSV"),
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
def test_two_files_of_one_id(tmp_path: Path, table: Path, second: str) -> None:
    folder = tmp_path / "images"
    for name in ("a.jpg", second):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    message = read_error(folder, table, ham({"a": "nv"}))
    assert "'a.jpg'" in message and f"'{second}'" in message


def test_two_files_of_an_unlisted_id_do_not_matter(images: Path, table: Path) -> None:
    (images / "ISIC_0000002.png").touch()
    assert len(read(images, table, ham(ONE))) == 1


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
