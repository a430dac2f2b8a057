"""Labels of other classes are mapped to ours, and labels of lesions to their photos."""

import itertools
from pathlib import Path

import pytest

from qana.data.labelled_folder import NO_DIAGNOSIS, read_labelled_folder
from qana.errors import DataError
from tests.doubles.label_tables import (
    DIAGNOSES,
    checked,
    count,
    images,
    make_2019,
    make_ham,
    table,
    write,
)

__all__ = ["images", "table"]
MILK = (
    *("AKIEC", "BCC", "BEN_OTH", "BKL", "DF", "INF", "MAL_OTH", "MEL", "NV"),
    *("SCCKA", "VASC"),
)


def write_milk(folder: Path, metadata: str) -> tuple[Path, Path]:
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
    truth, photos = write_milk(tmp_path, "metadata.csv")
    write([["lesion_id", "other"], ["IL_1", ""]], tmp_path / "another.csv")
    (tmp_path / "broken.csv").write_bytes(bytes(30))
    for labels in (truth, [truth], [truth, photos], [photos, truth]):
        found = read_labelled_folder(tmp_path / "input", labels)
        assert {image.image_id: image.label for image in found.images} == MILK_PHOTOS
        assert {image.lesion_id for image in found.images} == {"IL_1", "IL_3"}
        assert count(found) == {"class SCCKA": 2}


def test_labels_of_lesions_without_photos_get_one_sentence(tmp_path: Path) -> None:
    truth, photos = write_milk(tmp_path, "metadata.csv")
    photos.unlink()
    with pytest.raises(
        DataError, match=r"no photo ids: name the column .* or give a second table"
    ) as caught:
        read_labelled_folder(tmp_path / "input", truth)
    checked(caught.value)
    with pytest.raises(DataError, match="no photo ids"):
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


@pytest.mark.parametrize(
    ("first", "second"),
    [("+", "-"), ("<1mm", ">1mm"), ("mel+", "mel-"), ("II/III", "II-III"), ("a.1", "a1")],
)
def test_classes_that_differ_by_signs_alone_stay_apart(
    images: Path, table: Path, first: str, second: str
) -> None:
    own = table.with_name("own.csv")
    write([["theirs", "ours"], [first, "mel"], [second, "nv"]], own)
    names = {name: first if label == "mel" else second for name, label in DIAGNOSES.items()}
    write([["image_id", "label"], *(list(one) for one in names.items())], table)
    found = read_labelled_folder(images, table, own)
    wanted = {name: "mel" if one == first else "nv" for name, one in names.items()}
    assert {one.image_id: one.label for one in found.images} == wanted


def test_a_lesion_without_photos_is_named(tmp_path: Path) -> None:
    truth, photos = write_milk(tmp_path, "metadata.csv")
    lines = truth.read_text().splitlines()
    lines.append(lines[1].replace("IL_1", "IL_9"))
    truth.write_text("\n".join(lines))
    with pytest.raises(DataError, match="No photo of the lesion 'IL_9' is listed"):
        read_labelled_folder(tmp_path / "input", [truth, photos])


@pytest.mark.parametrize("word", ["unknown", "Unknown ", "UNKNOWN"])
def test_an_unknown_diagnosis_is_none(images: Path, table: Path, word: str) -> None:
    rows = [["image_id", "diagnosis"], *(list(one) for one in DIAGNOSES.items())]
    rows[1][1] = word
    found = read_labelled_folder(images, write(rows, table))
    assert count(found) == {NO_DIAGNOSIS: 1}


@pytest.mark.parametrize("header", ["label", "class", "target", "ground truth"])
def test_a_column_of_diagnoses_under_another_name_is_named(
    images: Path, table: Path, header: str
) -> None:
    write([["image_id", "age", header], *([one, "40", dx] for one, dx in DIAGNOSES.items())], table)
    with pytest.raises(DataError, match=f"name the column '{header}' dx"):
        read_labelled_folder(images, table)


def test_a_map_that_fits_no_column_gets_one_sentence(images: Path, table: Path) -> None:
    mapped = _map(table.with_name("map.csv"))
    with pytest.raises(DataError, match="no value of the file of --map"):
        read_labelled_folder(images, write([["image", "x"], ["ISIC_0000001", "y"]], table), mapped)
    with pytest.raises(DataError, match=r"no file .*none"):
        read_labelled_folder(images, table, table.with_name("none"))
