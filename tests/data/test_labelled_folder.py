"""Photos that cannot be used are counted, and faults of a table get one sentence."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qana.data.labelled_folder import (
    CONTRADICTION,
    COPY,
    LISTED_TWICE,
    MISSING,
    NO_DIAGNOSIS,
    TWO_LABELS,
    LabelledFolder,
    read_labelled_folder,
)
from qana.errors import DataError
from tests.doubles.label_tables import (
    DIAGNOSES,
    ISIC,
    checked,
    count,
    ham,
    images,
    isic,
    make_one_hot,
    read,
    table,
    write,
)

__all__ = ["images", "table"]


def read_error(images: Path, table: Path, content: str | bytes) -> str:
    with pytest.raises(DataError) as caught:
        read(images, table, content)
    return checked(caught.value)


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
    assert count(found) == {LISTED_TWICE: 1, TWO_LABELS: 1}


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
