"""A row is the answer of `qana.diagnose`, and each file has its row."""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from qana.errors import ImageError, ModelError
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import diagnose
from qana.screening.photo_reader import DAMAGED_MEMBER, ENCRYPTED, PhotoReader
from qana.screening.rows import COLUMNS, ScreeningRow, format_path
from qana.screening.worker import PhotoFile, ScreeningWorker
from tests.doubles.bad_files import make_bad_files, zip_photos


@pytest.fixture(scope="module")
def worker() -> Iterator[ScreeningWorker]:
    worker = ScreeningWorker()
    yield worker
    worker.close()


def make_expected(path: str, classifier: AkidaClassifier) -> dict[str, object]:
    """What the row must hold, by `qana.diagnose` on this photo alone."""
    diagnosis = diagnose(read_image(path), classifier)
    top = dict(enumerate(diagnosis.top, start=1))
    found: dict[str, object] = {
        "path": path,
        "sha256": hashlib.sha256(Path(path).read_bytes()).hexdigest(),
        "status": diagnosis.status,
        "reason": diagnosis.reason,
        "malignant_probability": diagnosis.malignant_probability,
        "events": diagnosis.events,
        "sparsity": diagnosis.sparsity,
        "model": diagnosis.model,
        "model_sha256": diagnosis.sha256,
        "backend": diagnosis.backend,
    }
    for place in (1, 2, 3):
        label, probability = top.get(place, (None, None))
        found |= {f"top{place}_label": label, f"top{place}_probability": probability}
    return found


def test_rows_are_the_answers_of_diagnose(worker, classifier, some_photos, text_page) -> None:
    paths = [str(path) for path in (*some_photos, text_page)]
    rows = worker.screen(paths)
    assert {row.status for row in rows} >= {"classified", "rejected"}
    for path, row in zip(paths, rows, strict=True):
        assert make_expected(path, classifier).items() <= dict(row).items()


def test_a_row_is_a_mapping_of_its_columns(worker, some_photos) -> None:
    (row,) = worker.screen([str(some_photos[0])])
    assert tuple(dict(row)) == tuple(row) == COLUMNS
    assert row["path"] == row.path
    with pytest.raises(KeyError):
        row["keys"]


def test_bad_files_are_rows_with_a_reason(worker, some_photos, tmp_path) -> None:
    bad = make_bad_files(tmp_path, some_photos[0].read_bytes())
    bad += [tmp_path / "missing.jpg", tmp_path, tmp_path / "missing" / "x.jpg"]
    rows = worker.screen([str(path) for path in bad])
    assert [row.path for row in rows] == [str(path) for path in bad]
    for row in rows:
        assert row.status == "rejected", row
        assert row.reason and row.reason.endswith(".") and "\n" not in row.reason, row
        assert row.top1_label is None and row.events is None
    by_name = {Path(row.path).name: row for row in rows}
    assert by_name["huge.jpg"].sha256 is None
    assert by_name["half.jpg"].sha256 is not None


def test_a_mix_keeps_its_order(worker, some_photos, tmp_path) -> None:
    bad = make_bad_files(tmp_path, b"")
    mixed = [str(path) for pair in zip(some_photos, bad, strict=False) for path in pair]
    rows = worker.screen(mixed)
    assert [row.path for row in rows] == mixed
    alone = [worker.screen([path])[0] for path in mixed]
    assert rows == alone


def test_files_in_memory_get_the_same_rows(worker, some_photos) -> None:
    paths = [str(path) for path in some_photos]
    files = (PhotoFile(path, Path(path).read_bytes()) for path in paths)
    assert list(worker.screen_files(files)) == worker.screen(paths)
    (row,) = worker.screen_files([PhotoFile("a/b", None, "It is gone.")])
    assert (row.path, row.status, row.reason) == ("a/b", "rejected", "It is gone.")


def test_no_paths_give_no_rows(worker) -> None:
    assert worker.screen([]) == []


def test_photos_in_an_archive_are_read_without_unpacking(worker, some_photos, tmp_path) -> None:
    archive = zip_photos(tmp_path / "photos.zip", some_photos)
    paths = [f"{archive}/inner/{photo.name}" for photo in some_photos]
    rows = worker.screen(paths)
    expected = worker.screen([str(photo) for photo in some_photos])
    for row, one in zip(rows, expected, strict=True):
        assert dict(row) | {"path": one.path} == dict(one)
    assert [path.name for path in tmp_path.iterdir()] == ["photos.zip"]


def test_a_file_in_an_archive_that_cannot_be_read_has_its_reason(some_photos, tmp_path) -> None:
    archive = zip_photos(tmp_path / "photos.zip", some_photos[:2])
    data = bytearray(archive.read_bytes())
    data[200] ^= 255  # the first photo: its checksum differs
    archive.write_bytes(data)
    locked = tmp_path / "locked.zip"
    data = bytearray(zip_photos(locked, some_photos[:1]).read_bytes())
    data[6] |= 1
    data[data.rfind(b"PK\x01\x02") + 8] |= 1  # both copies of the flags say: encrypted
    locked.write_bytes(data)
    reader = PhotoReader()
    names = [photo.name for photo in some_photos]
    for path, sentence in {
        f"{archive}/inner/{names[0]}": DAMAGED_MEMBER,
        f"{archive}/inner/missing.jpg": "cannot be opened",
        f"{locked}/inner/{names[0]}": ENCRYPTED,
        f"{some_photos[0]}/x.jpg": "cannot be opened",
    }.items():
        with pytest.raises(ImageError, match=sentence.split(":")[0]):
            reader.read(path)
    assert reader.read(f"{archive}/inner/{names[1]}") == some_photos[1].read_bytes()
    reader.close()


def test_a_bomb_in_an_archive_is_not_unpacked(tmp_path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("big.jpg", bytes(100 * 2**20))
    reader = PhotoReader()
    with pytest.raises(ImageError, match="larger than 25 MB"):
        reader.read(f"{bomb}/big.jpg")


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("a/ü.jpg", "a/ü.jpg"),
        ("a/\udcff.jpg", "a/\\xff.jpg"),
        ("a/\ud800.jpg", "a/\\ud800.jpg"),
        ('a/",\n.jpg', 'a/",\n.jpg'),
    ],
)
def test_every_path_can_be_written(path: str, written: str) -> None:
    assert format_path(path) == written
    written.encode("utf-8")


def test_another_model_file_is_refused() -> None:
    with pytest.raises(ModelError, match="differs between the computers"):
        ScreeningWorker("akida2", "0" * 64)


def test_rows_can_be_compared_and_sent(worker, some_photos) -> None:
    import pickle

    rows = worker.screen([str(some_photos[0])])
    sent: list[ScreeningRow] = pickle.loads(pickle.dumps(rows))
    assert sent == rows
