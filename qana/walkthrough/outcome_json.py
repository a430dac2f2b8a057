"""Converts results of the walkthrough to JSON and back, for the files that store them."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qana.typed_json import convert_record
from qana.walkthrough.agreement import Agreement
from qana.walkthrough.bit_widths import BINS, QuantizedAnswers, WeightLevels
from qana.walkthrough.conversion_cases import ConversionOutcome

Record = dict[str, Any]
"""A JSON object."""


@dataclass(frozen=True)
class _LevelsRecord:
    """The weights of a layer, as they are stored."""

    before: list[int]
    after: list[int]
    moved: float


@dataclass(frozen=True)
class _AnswersRecord:
    """The answers of a network, as they are stored."""

    logits: list[list[float]]
    weights: dict[str, _LevelsRecord]
    seconds: float


def encode_outcome(outcome: ConversionOutcome) -> Record:
    """Encodes the outcome of a conversion."""
    return asdict(outcome)


def decode_outcome(record: Record) -> ConversionOutcome:
    """Decodes the outcome of a conversion.

    Raises:
        ValueError: the record is damaged.
    """
    return convert_record(record, ConversionOutcome)


def encode_agreement(agreement: Agreement) -> Record:
    """Encodes the comparison of the two networks on one photo."""
    return asdict(agreement)


def decode_agreement(record: Record) -> Agreement:
    """Decodes the comparison of the two networks on one photo.

    Raises:
        ValueError: the record is damaged.
    """
    return convert_record(record, Agreement)


def encode_answers(answers: QuantizedAnswers) -> Record:
    """Encodes the answers and the weights of a network with fewer bits.

    The bins of the histograms follow from the number of levels, so they are not stored.
    """
    return {
        "logits": encode_floats(answers.logits),
        "seconds": round(answers.seconds, 1),
        "weights": {
            name: {
                "before": levels.before.tolist(),
                "after": levels.after.tolist(),
                "moved": levels.moved,
            }
            for name, levels in answers.weights.items()
        },
    }


def decode_answers(record: Record) -> QuantizedAnswers:
    """Decodes the answers and the weights of a network with fewer bits.

    Raises:
        ValueError, OverflowError: the record is damaged.
    """
    found = convert_record(record, _AnswersRecord)
    weights = {name: _decode_levels(one) for name, one in found.weights.items()}
    return QuantizedAnswers(decode_floats(found.logits, 2), weights, found.seconds)


def encode_floats(values: np.ndarray) -> list[Any]:
    """Encodes float32 numbers with the nine digits that give the same numbers again."""
    rounded: list[Any] = np.vectorize(lambda value: float(f"{value:.9g}"))(values).tolist()
    return rounded


def decode_floats(values: list[Any], dimensions: int) -> np.ndarray:
    """Decodes float32 numbers.

    Args:
        values: from `encode_floats`.
        dimensions: number of dimensions of the array.

    Raises:
        ValueError, TypeError, OverflowError: the values are no such array of finite numbers.
    """
    found = np.array(values)
    if found.dtype.kind not in "fi" or found.ndim != dimensions:
        raise ValueError("not an array of numbers")
    with np.errstate(over="ignore"):
        found = found.astype(np.float32)
    if not np.isfinite(found).all():
        raise ValueError("a number is not finite")
    return found


def _decode_levels(record: _LevelsRecord) -> WeightLevels:
    before, after = (np.array(counts, np.int64) for counts in (record.before, record.after))
    most = len(after) // 2
    bins = max(BINS, len(after))
    if len(before) != bins or len(after) != 2 * most + 1:
        raise ValueError("a histogram has another number of bins")
    if min(before.min(), after.min()) < 0 or not after.any():
        raise ValueError("a histogram counts less than nothing, or no weight at all")
    edges = np.linspace(-most - 0.5, most + 0.5, bins + 1)
    return WeightLevels(edges, before, np.arange(-most, most + 1), after, record.moved)
