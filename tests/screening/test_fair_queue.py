"""Batches share the threads photo by photo, and give the rows of `qana screen`."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from qana.cli.main import main
from qana.errors import DataError, UserError
from qana.screening import fair_queue
from qana.screening.fair_queue import Batch, FairQueue
from qana.screening.labelled_answers import join_labels
from qana.screening.photo_answer import PhotoAnswer
from qana.screening.photo_collection import ChosenFile, PhotoCollection, collect_photos
from qana.screening.rows import make_lost_row
from qana.screening.tables import encode_table


@pytest.fixture
def queue() -> Iterator[FairQueue]:
    queue = FairQueue(2)
    yield queue
    queue.close()


def wait_for(batch: Batch, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while batch.running and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not batch.running


def collect_many(count: int) -> PhotoCollection:
    return collect_photos([ChosenFile(f"{n:03}.jpg", b"%d" % n) for n in range(count)])


@pytest.fixture
def order(monkeypatch) -> list[str]:
    """The order of the photos. Each takes a moment, and no network is asked."""
    done: list[str] = []

    def answer(path: str, collection: PhotoCollection, classifier) -> PhotoAnswer:
        time.sleep(0.01)
        done.append(f"{collection.size}/{path}")
        return PhotoAnswer(make_lost_row(path, "", "model", "sha", "simulator"))

    monkeypatch.setattr(fair_queue, "_answer", answer)
    return done


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_table_is_that_of_qana_screen(
    queue: FairQueue, photos_folder: Path, classifier, tmp_path: Path, monkeypatch, suffix: str
) -> None:
    files = [path for path in photos_folder.rglob("*") if path.is_file()][:40]
    kept = tmp_path / "photos"
    for path in files:
        copy = kept / path.relative_to(photos_folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert main(["screen", "photos", "--out", f"table{suffix}", "--workers", "1"]) == 0
    chosen = [
        ChosenFile(str(path.relative_to(tmp_path)), path.read_bytes())
        for path in kept.rglob("*")
        if path.is_file() and path.stat().st_size < 25 * 2**20
    ]
    chosen += [
        ChosenFile(str(path.relative_to(tmp_path)), bytes(26 * 2**20))
        for path in kept.rglob("*")
        if path.is_file() and path.stat().st_size > 25 * 2**20
    ]
    batch = Batch(collect_photos(chosen), classifier)
    queue.add(batch)
    wait_for(batch)
    rows = [answer.row for answer in batch.answers]
    assert encode_table(rows, suffix) == (tmp_path / f"table{suffix}").read_bytes()


def test_two_batches_take_turns(queue: FairQueue, order: list[str], classifier) -> None:
    large, small = Batch(collect_many(60), classifier), Batch(collect_many(12), classifier)
    queue.add(large)
    time.sleep(0.1)
    before = large.done
    queue.add(small)
    wait_for(small)
    assert large.done - before <= 12 + 6
    wait_for(large)
    assert large.complete and small.complete and len(order) == 72


@pytest.mark.alone
def test_a_stopped_batch_gives_way_at_once(queue: FairQueue, order, classifier) -> None:
    batch = Batch(collect_many(500), classifier)
    queue.add(batch)
    time.sleep(0.1)
    start = time.monotonic()
    batch.stop()
    wait_for(batch)
    assert time.monotonic() - start < 0.5
    assert batch.stopped and 0 < batch.done < 500 and not batch.complete
    other = Batch(collect_many(1), classifier)
    queue.add(other)
    wait_for(other, 2)
    assert other.complete and not other.stopped


def test_a_visitor_who_leaves_gives_way_and_is_forgotten(
    queue: FairQueue, order, classifier, monkeypatch
) -> None:
    monkeypatch.setattr(fair_queue, "LEFT_SECONDS", 0.3)
    monkeypatch.setattr(fair_queue, "WAIT_SECONDS", 0.05)
    present = threading.Event()
    present.set()
    batch = Batch(collect_many(500), classifier, present.is_set)
    queue.add(batch)
    time.sleep(0.1)
    present.clear()
    time.sleep(0.05)
    done = batch.done
    time.sleep(0.1)
    assert 0 < batch.done == done and batch.collection is not None  # may come back
    present.set()
    time.sleep(0.2)
    assert batch.done > done
    present.clear()
    time.sleep(0.6)
    assert batch.collection is None and not batch.answers and not batch.running


def test_the_memory_of_all_visitors_is_limited(queue: FairQueue, order, classifier, monkeypatch):
    monkeypatch.setattr(fair_queue, "MAX_HELD_MB", 1e-4)
    first = Batch(collect_many(50), classifier)
    queue.add(first)
    with pytest.raises(UserError, match="Other visitors use the memory"):
        queue.add(Batch(collect_many(50), classifier))
    first.close()
    queue.add(Batch(collect_many(50), classifier))


def test_a_fault_of_one_photo_is_its_row(queue: FairQueue, classifier, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(fair_queue, "answer_photo", fail)
    batch = Batch(collect_many(3), classifier)
    queue.add(batch)
    wait_for(batch)
    assert {answer.row.reason for answer in batch.answers} == {
        "This photo could not be classified. That is a fault of ours and not of the photo "
        "(RuntimeError)."
    }


@pytest.mark.parametrize("abstain", [False, True])
def test_the_scores_are_those_of_qana_evaluate(
    queue: FairQueue, ham_folder: Path, classifier, abstain: bool
) -> None:
    from qana.data.labelled_folder import read_labelled_folder
    from qana.evaluation.evaluate import evaluate
    from qana.evaluation.metrics import score_decisions

    table = ham_folder / "HAM10000_metadata.csv"
    photos = sorted(ham_folder.rglob("*.jpg"))
    chosen = [ChosenFile(path.name, path.read_bytes()) for path in photos]
    chosen += [ChosenFile("copy/" + photos[0].name, photos[0].read_bytes())]
    collection = collect_photos([*chosen, ChosenFile(table.name, table.read_bytes())])
    batch = Batch(collection, classifier)
    queue.add(batch)
    wait_for(batch)
    joined = join_labels(batch.answers, collection.find_labels(), abstain)
    images = read_labelled_folder(ham_folder, table).images
    expected = evaluate(classifier, images, abstain)
    found = score_decisions(joined.labels, joined.probabilities.argmax(axis=1))
    assert found.n == sum(scores.n for scores in expected.per_class.values())
    assert found.accuracy == expected.accuracy
    assert found.balanced_accuracy == expected.balanced_accuracy
    assert found.macro_f1 == expected.macro_f1
    assert found.confusion == expected.confusion
    areas = [curve.auc for label in expected.labels if (curve := joined.compute_curve(label))]
    assert np.mean(areas) == pytest.approx(expected.auc)
    with pytest.raises(DataError):
        collect_photos([ChosenFile("a.jpg", b""), ChosenFile("b.csv", b"x\n")]).find_labels()
