"""`qana evaluate` reads what archives serve, and one photo that it cannot use costs only itself."""

import csv
import io
import json
import random
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from qana.classes import LABELS
from qana.cli.evaluate import describe_left_out
from qana.cli.main import main
from qana.data.labelled_folder import CLASS_REASON, MISSING, LeftOut
from qana.data.lesion_split import read_split
from qana.data.samples import SAMPLES_FOLDER, Sample

Evaluate = Callable[..., tuple[int, dict, str]]
ONE_HOT_2019 = ("MEL", "NV", "BCC", "AK", "BKL", "DF", "VASC", "SCC", "UNK")


@pytest.fixture
def evaluate(capsys: pytest.CaptureFixture[str]) -> Evaluate:
    """Runs the command; returns its exit code, its document (empty without one) and its stderr."""

    def run(*arguments: object) -> tuple[int, dict, str]:
        code = main(["evaluate", "--json", *(str(one) for one in arguments)])
        printed = capsys.readouterr()
        return code, json.loads(printed.out) if printed.out else {}, printed.err

    return run


@pytest.fixture(scope="module")
def expected(samples: Sequence[Sample], tmp_path_factory: pytest.TempPathFactory) -> dict:
    """The document for the samples with a plain table."""
    table = write_ham(samples, tmp_path_factory.mktemp("plain") / "ham.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", printed := io.StringIO())
        arguments = ["--images", str(SAMPLES_FOLDER), "--labels", str(table), "--json"]
        assert main(["evaluate", *arguments]) == 0
    document = json.loads(printed.getvalue())
    assert document["n"] == len(samples)
    assert (document["left_out"], document["unreadable"]) == ({}, [])
    return document


def write_ham(
    samples: Sequence[Sample], path: Path, form: str = "{}", delimiter: str = ","
) -> Path:
    rows = [("lesion_id", "image_id", "dx")]
    rows += [(s.image_id, form.format(s.image_id), s.label) for s in samples]
    return write(rows, path, delimiter)


def write(rows: Sequence[Sequence[str]], path: Path, delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def write_2019(samples: Sequence[Sample], path: Path, other: dict[str, str] | None = None) -> Path:
    """Writes one column for each class; `other` gives some photos another one than their own."""
    rows = [("image", *ONE_HOT_2019)]
    for sample in samples:
        own = (other or {}).get(sample.image_id, sample.label.upper().replace("AKIEC", "AK"))
        rows.append((sample.image_id, *(f"{float(one == own)}" for one in ONE_HOT_2019)))
    return write(rows, path)


def copy_samples(samples: Sequence[Sample], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for sample in samples:
        (folder / sample.path.name).write_bytes(sample.path.read_bytes())
    return folder


def test_spreadsheets_and_challenges_give_the_same_figures(
    evaluate: Evaluate, samples, expected: dict, tmp_path: Path
) -> None:
    for table in (
        write_ham(samples, tmp_path / "a.csv", "part/{}.JPG", ";"),
        write_ham(samples, tmp_path / "b.tab", "{}_downsampled", "\t"),
        write_2019(samples, tmp_path / "c.csv"),
    ):
        code, document, _ = evaluate("--images", SAMPLES_FOLDER, "--labels", table)
        assert code == 0
        scores = ("n", "accuracy", "confusion", "per_class", "auc")
        assert {key: document[key] for key in scores} == {key: expected[key] for key in scores}


def test_every_unreadable_photo_is_named_and_the_others_count(
    evaluate: Evaluate, samples, tmp_path: Path
) -> None:
    images = copy_samples(samples, tmp_path / "images")
    rng = random.Random(0)
    damages = (
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: b"only words",
        lambda data: data[:100],
        lambda data: b"\x89PNG\r\n\x1a\n" + data,
    )
    chosen = rng.sample(list(samples), len(damages))
    for sample, damage in zip(chosen, damages, strict=True):
        path = images / sample.path.name
        path.write_bytes(damage(path.read_bytes()))
    table = write_ham(samples, tmp_path / "ham.csv")
    code, document, err = evaluate("--images", images, "--labels", table)
    assert code == 2
    assert document["n"] == len(samples) - len(damages)
    named = {one["path"] for one in document["unreadable"]}
    assert named == {str(images / sample.path.name) for sample in chosen}
    assert all(one["reason"].endswith(".") for one in document["unreadable"])
    assert all(path in err for path in named)
    assert f"{len(damages)} of {len(samples)} images cannot be read" in err
    code, document, _ = evaluate("--images", images, "--labels", table, "--abstain")
    assert code == 2 and document["n"] + document["abstained"] == len(samples) - len(damages)


def test_no_readable_photo_gets_one_sentence(evaluate: Evaluate, samples, tmp_path: Path) -> None:
    for sample in samples:
        (tmp_path / sample.path.name).write_text(sample.image_id)
    table = write_ham(samples, tmp_path / "ham.csv")
    code, document, err = evaluate("--images", tmp_path, "--labels", table)
    assert (code, document) == (2, {})
    assert err.splitlines()[-1] == "None of the photos can be read: give sound photos."


@pytest.mark.parametrize("name", ["SCC", "UNK"])
def test_another_class_is_named_with_what_to_do(
    evaluate: Evaluate, samples, tmp_path: Path, name: str
) -> None:
    other = {sample.image_id: name for sample in samples[:2]}
    table = write_2019(samples, tmp_path / "labels.csv", other)
    code, document, err = evaluate("--images", SAMPLES_FOLDER, "--labels", table)
    assert code == 0
    assert document["n"] == len(samples) - 2
    assert document["left_out"] == {f"class {name}": 2}
    assert f"2 photos are left out (class {name})" in err and "--map" in err
    mapped = tmp_path / "map.csv"
    mapped.write_text(f"{name},akiec\n")
    code, document, _ = evaluate("--images", SAMPLES_FOLDER, "--labels", table, "--map", mapped)
    assert (code, document["n"], document["left_out"]) == (0, len(samples), {})


def test_photos_that_are_there_twice_count_once(
    evaluate: Evaluate, samples, expected: dict, tmp_path: Path
) -> None:
    for folder in ("images_part_1", "IMAGES_part_1", "images_part_2"):
        copy_samples(samples, tmp_path / folder)
    table = write_ham(samples, tmp_path / "ham.csv")
    code, document, _ = evaluate("--images", tmp_path, "--labels", table)
    assert (code, document) == (0, expected)


def test_a_subset_asks_for_its_own_photos_only(evaluate: Evaluate, samples, tmp_path: Path) -> None:
    split = read_split()
    table = write(
        [("lesion_id", "image_id", "dx"), *((name, name, "nv") for name in split)],
        tmp_path / "all.csv",
    )
    images = copy_samples(samples, tmp_path / "images")
    code, document, err = evaluate("--images", images, "--labels", table, "--subset", "lesion-test")
    assert code == 0
    assert document["n"] == len(samples)
    missing = sum(part == "test" for part in split.values()) - len(samples)
    assert document["left_out"] == {MISSING: missing}
    assert f"{missing} photos are left out" in err
    assert evaluate("--images", images, "--labels", table)[0] == 2


@pytest.mark.parametrize(("listed", "stored"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFKD", "NFC")])
def test_ids_with_accents_in_any_form(
    evaluate: Evaluate, samples, tmp_path: Path, listed: str, stored: str
) -> None:
    rows = [("image_id", "dx")]
    for at, sample in enumerate(samples):
        name = f"lesión_Ä{at}"
        rows.append((unicodedata.normalize(listed, name), sample.label))
        path = tmp_path / f"{unicodedata.normalize(stored, name)}.jpg"
        path.write_bytes(sample.path.read_bytes())
    table = write(rows, tmp_path / "labels.csv")
    code, document, _ = evaluate("--images", tmp_path, "--labels", table)
    assert (code, document["n"]) == (0, len(samples))


def test_photos_of_every_file_type(evaluate: Evaluate, samples, tmp_path: Path) -> None:
    kinds = {
        **{ending: "JPEG" for ending in (".jfif", ".jpe", ".JPG", ".jpeg", ".mpo", "")},
        **{".png": "PNG", ".bmp": "BMP", ".gif": "GIF", ".tif": "TIFF", ".TIFF": "TIFF"},
        **{".webp": "WEBP", ".avif": "AVIF"},
    }
    for sample, (ending, kind) in zip(samples, kinds.items(), strict=False):
        Image.open(sample.path).save(tmp_path / f"{sample.image_id}{ending}", format=kind)
    table = write_ham(samples[: len(kinds)], tmp_path / "ham.csv")
    code, document, _ = evaluate("--images", tmp_path, "--labels", table)
    assert (code, document["n"], document["unreadable"]) == (0, len(kinds), [])


def test_sentences_name_the_first_photos_and_count_the_others() -> None:
    left_out = [LeftOut(f"photo {at}", f"{CLASS_REASON}SCC") for at in range(8)]
    (sentence,) = describe_left_out(left_out)
    assert sentence.startswith("8 photos are left out (class SCC): 'photo 0', ")
    assert "'photo 4' and 3 more. " in sentence and "'photo 5'" not in sentence
    assert describe_left_out([LeftOut("x", "no diagnosis")]) == [
        "1 photo is left out (no diagnosis): 'x'."
    ]
    assert describe_left_out([LeftOut("x", "listed twice"), LeftOut("y", "listed twice")]) == [
        "2 rows name a photo that counts once (listed twice): 'x', 'y'."
    ]
    (unknown,) = describe_left_out([LeftOut("x", f"{CLASS_REASON}melanom", known=False)])
    assert "does not know this class" in unknown and "none of the seven" not in unknown
    (declined,) = describe_left_out([LeftOut("x", f"{CLASS_REASON}DF")], {"df": ""})
    assert declined.endswith(" The file of --map gives it none of the seven classes.")


@pytest.mark.slow  # a thousand photos
def test_a_thousand_photos_of_which_ten_are_damaged(
    evaluate: Evaluate, samples, tmp_path: Path
) -> None:
    images = tmp_path / "images"
    images.mkdir()
    rows, damaged = [("image_id", "dx")], set()
    for at in range(1000):
        path = images / f"photo_{at}.jpg"
        sample = samples[at % len(samples)]
        data = sample.path.read_bytes()
        if at % 100 == 42:
            damaged.add(str(path))
            data = data[: len(data) // 2]
        path.write_bytes(data + at.to_bytes(2, "big"))  # no two files are equal
        rows.append((path.stem, sample.label))
    code, document, _ = evaluate(
        "--images", images, "--labels", write(rows, tmp_path / "labels.csv")
    )
    assert (code, document["n"]) == (2, 990)
    assert {one["path"] for one in document["unreadable"]} == damaged
    assert document["labels"] == list(LABELS)
