"""Converts results of the walkthrough to JSON and back, for the files that store them."""

from dataclasses import asdict
from typing import Any

import numpy as np

from qana.walkthrough.agreement import Agreement, LayerAgreement
from qana.walkthrough.bit_widths import BINS, QuantizedAnswers, WeightLevels
from qana.walkthrough.conversion_cases import ActivationStep, ConversionOutcome, LayerFate

Record = dict[str, Any]
"""A JSON object."""


def encode_outcome(outcome: ConversionOutcome) -> Record:
    """Encodes the outcome of a conversion."""
    return asdict(outcome)


def decode_outcome(record: Record) -> ConversionOutcome:
    """Decodes the outcome of a conversion.

    Raises:
        KeyError, TypeError: the record is damaged.
    """
    shape, step = record["output_shape"], record["step"]
    return ConversionOutcome(
        **record
        | {
            "layers": tuple(LayerFate(**layer) for layer in record["layers"]),
            "messages": tuple((package, text) for package, text in record["messages"]),
            "output_shape": tuple(shape) if shape else None,
            "step": ActivationStep(**step) if step else None,
        }
    )


def encode_agreement(agreement: Agreement) -> Record:
    """Encodes the comparison of the two networks on one photo."""
    return asdict(agreement)


def decode_agreement(record: Record) -> Agreement:
    """Decodes the comparison of the two networks on one photo.

    Raises:
        KeyError, TypeError: the record is damaged.
    """
    layers = tuple(LayerAgreement(**layer) for layer in record["layers"])
    others = tuple(record["not_compared"])
    return Agreement(**record | {"layers": layers, "not_compared": others})


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
        KeyError, TypeError, ValueError: the record is damaged.
    """
    weights = {name: _decode_levels(one) for name, one in record["weights"].items()}
    return QuantizedAnswers(decode_floats(record["logits"]), weights, float(record["seconds"]))


def encode_floats(values: np.ndarray) -> list[Any]:
    """Encodes float32 numbers with the nine digits that give the same numbers again."""
    rounded: list[Any] = np.vectorize(lambda value: float(f"{value:.9g}"))(values).tolist()
    return rounded


def decode_floats(values: list[Any]) -> np.ndarray:
    """Decodes float32 numbers."""
    return np.asarray(values, np.float32)


def _decode_levels(record: Record) -> WeightLevels:
    before, after = (np.asarray(record[name], np.int64) for name in ("before", "after"))
    most = len(after) // 2
    bins = max(BINS, len(after))
    if len(before) != bins:
        raise ValueError("a histogram has another number of bins")
    edges = np.linspace(-most - 0.5, most + 0.5, bins + 1)
    return WeightLevels(edges, before, np.arange(-most, most + 1), after, float(record["moved"]))
