"""Classifies the photos of several visitors in turn, one photo at a time, in background threads.

Each visitor has a `Batch`. The threads take one photo of each batch in turn, so that a small batch
need not wait for the end of a large one. A batch that is stopped, or left by its visitor, has no
turn any more.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

from qana.errors import UserError
from qana.inference.classifier import AkidaClassifier
from qana.screening.photo_answer import PhotoAnswer, answer_photo
from qana.screening.photo_collection import MEGABYTE, PhotoCollection
from qana.screening.rows import make_lost_row

FAULT = "This photo could not be classified. That is a fault of ours and not of the photo ({})."
MAX_HELD_MB = 800
"""Largest size of the photos of all visitors together, megabytes of 2**20 bytes."""
LEFT_SECONDS = 120.0
"""Time after which the photos of a visitor who has left are dropped. A phone may lose its
connection for a moment."""
WAIT_SECONDS = 0.5
"""Time between two looks at who is there, while no photo waits."""


class Batch:
    """The photos of one visitor and the answers so far.

    Attributes:
        collection: the photos; None after the batch is closed.
        classifier: the network that answers.
        paths: of all photos.
        seconds: time from the start to the last answer.
        present: returns whether the visitor is connected. While not, the batch waits.
        stopped: whether the visitor has stopped it before its end.
    """

    def __init__(
        self,
        collection: PhotoCollection,
        classifier: AkidaClassifier,
        present: Callable[[], bool] = lambda: True,
    ) -> None:
        """Takes the photos.

        Args:
            collection: the photos.
            classifier: the network that answers.
            present: as the attribute.
        """
        self.collection: PhotoCollection | None = collection
        self.classifier = classifier
        self.paths = collection.paths
        self.seconds = 0.0
        self.stopped = False
        self.present = present
        self._seen = time.monotonic()
        self._started = time.monotonic()
        self._waiting = deque(collection.paths)
        self._active = 0
        self._answers: dict[str, PhotoAnswer] = {}
        self._lock = threading.Lock()

    @property
    def answers(self) -> tuple[PhotoAnswer, ...]:
        """The answers so far, in the order of the table."""
        with self._lock:
            found = dict(self._answers)
        return tuple(found[path] for path in self.paths if path in found)

    @property
    def done(self) -> int:
        """Number of answers."""
        return len(self._answers)

    @property
    def running(self) -> bool:
        """Whether photos wait for an answer."""
        return self.collection is not None and bool(self._waiting or self._active)

    @property
    def complete(self) -> bool:
        """Whether each photo has an answer."""
        return self.done == len(self.paths)

    def stop(self) -> None:
        """Drops the photos that still wait. Answers and photos stay."""
        with self._lock:
            self.stopped = self.stopped or bool(self._waiting)
            self._waiting.clear()

    def close(self) -> None:
        """Drops the photos and the answers."""
        with self._lock:
            self._waiting.clear()
            self._answers.clear()
            self.collection = None

    def is_present(self) -> bool:
        """Returns whether the visitor is connected."""
        found = self.present()
        if found:
            self._seen = time.monotonic()
        return found

    @property
    def absent_seconds(self) -> float:
        """Time since the visitor was last found connected."""
        return time.monotonic() - self._seen

    def take(self) -> str | None:
        """Takes the next photo; None if none waits."""
        with self._lock:
            if not self._waiting:
                return None
            self._active += 1
            return self._waiting.popleft()

    def answer(self, path: str) -> None:
        """Classifies a photo that `take` has given, and keeps its answer."""
        collection = self.collection
        try:
            if collection is not None:
                found = _answer(path, collection, self.classifier)
                with self._lock:
                    if self.collection is not None:
                        self._answers[path] = found
        finally:
            with self._lock:
                self._active -= 1
                self.seconds = time.monotonic() - self._started


class FairQueue:
    """Gives each batch one turn after the other, on a few threads."""

    def __init__(self, threads: int) -> None:
        """Starts the threads.

        Args:
            threads: number of photos that are read at the same time. The engine of a network
                answers one at a time.
        """
        self._turns: deque[Batch] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run, name="batch", daemon=True) for _ in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def add(self, batch: Batch) -> None:
        """Lets a batch take part.

        Raises:
            UserError: the photos of all visitors take too much memory. The sentence says so.
        """
        with self._changed:
            self._drop_left()
            held = sum(one.collection.size for one in self._turns if one.collection)
            size = batch.collection.size if batch.collection else 0
            if held and held + size > MAX_HELD_MB * MEGABYTE:
                raise UserError(
                    "Other visitors use the memory for photos at present: try again in some "
                    "minutes, or choose fewer photos."
                )
            self._turns.append(batch)
            self._changed.notify_all()

    def close(self) -> None:
        """Ends the threads after their present photos."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._closed and (taken := self._take()) is None:
                    self._changed.wait(WAIT_SECONDS if self._turns else None)
                    self._drop_left()
                if self._closed:
                    return
            assert taken is not None
            batch, path = taken
            batch.answer(path)

    def _take(self) -> tuple[Batch, str] | None:
        """Takes the next photo of the batch that has waited longest for a turn."""
        for _ in range(len(self._turns)):
            batch = self._turns.popleft()
            self._turns.append(batch)
            if batch.running and batch.is_present() and (path := batch.take()) is not None:
                return batch, path
        return None

    def _drop_left(self) -> None:
        """Drops the photos of visitors who have left, also of those that have their answers."""
        for batch in tuple(self._turns):
            if not batch.is_present() and batch.absent_seconds > LEFT_SECONDS:
                batch.close()
            if batch.collection is None:
                self._turns.remove(batch)


def _answer(path: str, collection: PhotoCollection, classifier: AkidaClassifier) -> PhotoAnswer:
    try:
        return answer_photo(path, collection.read, classifier)
    except Exception as error:  # of one photo: the others get their answers
        entry = classifier.entry
        reason = FAULT.format(type(error).__name__)
        return PhotoAnswer(
            make_lost_row(path, reason, entry.name, entry.sha256, classifier.backend)
        )
