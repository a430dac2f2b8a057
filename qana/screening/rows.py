"""Describes one row of the table: what the network answered to one photo."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from qana.inference.classifier import AkidaClassifier
from qana.inference.diagnosis import Diagnosis
from qana.resources import VERSION

NOTICE = "research and teaching only"
"""Is in every table that is written."""


@dataclass(frozen=True, slots=True)
class ScreeningRow:
    r"""The answer to one photo, as one row of a table.

    `row.status` and `row["status"]` are the same value, and `dict(row)` holds all of them.

    Attributes:
        path: of the photo. Bytes that are no UTF-8 are written as `\xff`.
        sha256: of the file, 64 hex digits; None if it was not read to its end.
        status: "classified", "abstained" (the network is too unsure) or "rejected" (unreadable, or
            not suitable).
        reason: one sentence on why the photo was rejected or the network abstained; else None.
        top1_label: the likeliest class; this and the next seven are None for a rejected photo.
        top1_probability: its probability, 0 to 1.
        top2_label: the second class.
        top2_probability: its probability.
        top3_label: the third class.
        top3_probability: its probability.
        malignant_probability: of melanoma, basal cell carcinoma or actinic keratosis, 0 to 1.
        events: non-zero activations of the hidden layers.
        sparsity: share of the hidden activations that are zero, 0 to 1.
        model: name of the network.
        model_sha256: of its .fbz file, 64 hex digits.
        backend: "chip" or "simulator", where it ran.
        qana_version: version of this program.
    """

    path: str
    sha256: str | None
    status: str
    reason: str | None
    top1_label: str | None
    top1_probability: float | None
    top2_label: str | None
    top2_probability: float | None
    top3_label: str | None
    top3_probability: float | None
    malignant_probability: float | None
    events: int | None
    sparsity: float | None
    model: str
    model_sha256: str
    backend: str
    qana_version: str

    def keys(self) -> tuple[str, ...]:
        """Lists the names of the columns, in their order."""
        return COLUMNS

    def __getitem__(self, column: str) -> Any:
        """Returns the value of a column."""
        if column not in COLUMNS:
            raise KeyError(column)
        return getattr(self, column)

    def __iter__(self) -> Iterator[str]:
        """Iterates over the names of the columns, as a dict does."""
        return iter(COLUMNS)


COLUMNS = tuple(field.name for field in fields(ScreeningRow))
"""Names of the columns, in their order."""


def format_path(path: str) -> str:
    r"""Writes a path as text that every table takes.

    Args:
        path: as the system gives it: bytes that are no UTF-8 are surrogates (PEP 383).

    Returns:
        The path, with `\xff` for a byte that is no UTF-8.
    """
    try:
        return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # other surrogates, which no file of Linux has in its name
        return path.encode("utf-8", "backslashreplace").decode("utf-8")


def make_row(path: str, sha256: str | None, diagnosis: Diagnosis) -> ScreeningRow:
    """Makes the row of a photo that could be read.

    Args:
        path: of the photo.
        sha256: of its file.
        diagnosis: the answer.
    """
    top = (*diagnosis.top, (None, None), (None, None), (None, None))
    return ScreeningRow(
        path=format_path(path),
        sha256=sha256,
        status=diagnosis.status,
        reason=diagnosis.reason,
        top1_label=top[0][0],
        top1_probability=top[0][1],
        top2_label=top[1][0],
        top2_probability=top[1][1],
        top3_label=top[2][0],
        top3_probability=top[2][1],
        malignant_probability=diagnosis.malignant_probability,
        events=diagnosis.events,
        sparsity=diagnosis.sparsity,
        model=diagnosis.model,
        model_sha256=diagnosis.sha256,
        backend=diagnosis.backend,
        qana_version=VERSION,
    )


def make_unread_row(
    path: str, sha256: str | None, reason: str, classifier: AkidaClassifier
) -> ScreeningRow:
    """Makes the row of a file that could not be read as a photo.

    Args:
        path: of the file.
        sha256: of the file; None if it was not read to its end.
        reason: one sentence on why.
        classifier: the network that would have answered.
    """
    entry = classifier.entry
    return make_lost_row(path, reason, entry.name, entry.sha256, classifier.backend, sha256)


def make_lost_row(
    path: str, reason: str, model: str, model_sha256: str, backend: str, sha256: str | None = None
) -> ScreeningRow:
    """Makes the row of a photo without an answer; see `ScreeningRow` for the arguments."""
    return ScreeningRow(
        path=format_path(path),
        sha256=sha256,
        status="rejected",
        reason=reason,
        top1_label=None,
        top1_probability=None,
        top2_label=None,
        top2_probability=None,
        top3_label=None,
        top3_probability=None,
        malignant_probability=None,
        events=None,
        sparsity=None,
        model=model,
        model_sha256=model_sha256,
        backend=backend,
        qana_version=VERSION,
    )
