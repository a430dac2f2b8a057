"""Turns paths of photos into rows. Knows nothing of processes, clusters or tables."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np

from qana.errors import ImageError, ModelError
from qana.imaging import Problem, decode_image
from qana.imaging.crop import crop_field
from qana.imaging.field_of_view import find_field_of_view
from qana.imaging.quality import assess_field
from qana.inference.classifier import load_classifier
from qana.inference.diagnosis import conclude, reject
from qana.inference.manifest import DEFAULT_MODEL
from qana.inference.prediction import Prediction
from qana.screening.photo_reader import PhotoReader
from qana.screening.rows import ScreeningRow, make_row, make_unread_row

Item = TypeVar("Item")

BATCH_SIZE = 8
"""Photos that go through the engine together. Their integers take 1 MB each."""


@dataclass(frozen=True, eq=False)
class PhotoFile:
    """The content of one file.

    Attributes:
        path: of the file, or any name.
        data: the whole content; None if it could not be read.
        reason: one sentence on why it could not be read.
    """

    path: str
    data: bytes | None
    reason: str | None = None


@dataclass(frozen=True, eq=False)
class _DecodedPhoto:
    """A photo at the size that the network reads; without `square`, the reason why not."""

    path: str
    sha256: str | None
    square: np.ndarray | None
    in_lit_field: bool = False
    problems: tuple[Problem, ...] = ()
    reason: str = ""


class ScreeningWorker:
    """Loads one model once, then turns any number of paths into rows.

    One thread decodes the next photos while the engine answers the present ones. An answer is the
    one of `qana.diagnose`, to the bit. An instance is used by one thread at a time.

    Attributes:
        backend: "chip" or "simulator".

    Example:
        >>> worker = ScreeningWorker("akida2")
        >>> [row.status for row in worker.screen(["lesion.jpg", "notes.txt"])]
        ['classified', 'rejected']
    """

    def __init__(self, model: str = DEFAULT_MODEL, sha256: str | None = None) -> None:
        """Loads the model.

        Args:
            model: name of the model.
            sha256: SHA-256 that its .fbz file must have; None if any will do.

        Raises:
            ModelError: there is no such model, its file is missing or changed, or it is another
                one than `sha256` names.
        """
        self._classifier = load_classifier(model)
        if sha256 not in (None, self._classifier.entry.sha256):
            raise ModelError(
                f"The model {model} differs between the computers: install the same version of "
                "QANA on all of them."
            )
        self._reader = PhotoReader()
        self._decoder = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decode")

    @property
    def backend(self) -> str:
        """Where the model runs: "chip" or "simulator"."""
        return self._classifier.backend

    @property
    def warning(self) -> str | None:
        """One sentence if a chip is or was there but cannot be used; else None."""
        return self._classifier.warning

    def screen(self, paths: Sequence[str]) -> list[ScreeningRow]:
        """Classifies photos.

        Args:
            paths: of the photos, see `PhotoReader.read`.

        Returns:
            One row for each path, in the same order. A photo that cannot be read is a row with a
            reason.
        """
        return list(self._screen(self._decode_path, paths))

    def screen_files(self, files: Iterable[PhotoFile]) -> Iterator[ScreeningRow]:
        """Classifies photos that are in memory, in their order.

        Args:
            files: the photos. Few of them are taken ahead, so they may come from a generator.

        Yields:
            One row for each of them.
        """
        return self._screen(self._decode_file, files)

    def close(self) -> None:
        """Ends the thread that decodes, and closes the archive that is open."""
        self._decoder.shutdown()
        self._reader.close()

    def _screen(
        self, decode: Callable[[Item], _DecodedPhoto], items: Iterable[Item]
    ) -> Iterator[ScreeningRow]:
        """Decodes one batch ahead of the engine."""
        remaining = iter(items)
        ahead: list[Future[_DecodedPhoto]] = []
        while True:
            present = ahead
            ahead = [self._decoder.submit(decode, item) for item in islice(remaining, BATCH_SIZE)]
            if present:
                yield from self._classify([one.result() for one in present])
            elif not ahead:
                return

    def _read_file(self, path: str) -> PhotoFile:
        try:
            return PhotoFile(path, self._reader.read(path))
        except ImageError as error:
            return PhotoFile(path, None, str(error))

    def _decode_path(self, path: str) -> _DecodedPhoto:
        return self._decode_file(self._read_file(path))

    def _decode_file(self, file: PhotoFile) -> _DecodedPhoto:
        if file.data is None:
            return _DecodedPhoto(file.path, None, None, reason=file.reason or "")
        digest = hashlib.sha256(file.data).hexdigest()
        try:
            photo = decode_image(file.data)
        except ImageError as error:
            return _DecodedPhoto(file.path, digest, None, reason=str(error))
        field = find_field_of_view(photo)
        crop = crop_field(photo, field, self._classifier.input_size)
        return _DecodedPhoto(file.path, digest, *crop, assess_field(photo, field).problems)

    def _classify(self, photos: Sequence[_DecodedPhoto]) -> list[ScreeningRow]:
        suitable = [
            (one.square, one.in_lit_field)
            for one in photos
            if one.square is not None and not one.problems
        ]
        found: Iterator[Prediction] = iter(())
        if suitable:
            squares, fields = zip(*suitable, strict=True)
            found = iter(self._classifier.classify_inputs(np.stack(squares), fields))
        return [self._make_row(one, found) for one in photos]

    def _make_row(self, photo: _DecodedPhoto, found: Iterator[Prediction]) -> ScreeningRow:
        if photo.square is None:
            return make_unread_row(photo.path, photo.sha256, photo.reason, self._classifier)
        if photo.problems:
            diagnosis = reject(photo.square, photo.problems, self._classifier)
        else:
            diagnosis = conclude(photo.square, (), next(found), self._classifier)
        return make_row(photo.path, photo.sha256, diagnosis)
