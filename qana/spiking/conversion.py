"""From a quantized Keras network to Akida, refusing whatever is not exactly the same network."""

import warnings
from dataclasses import dataclass

import akida
import cnn2snn
import numpy as np
import tf_keras as keras

from qana.errors import UserError
from qana.labels import LABELS
from qana.spiking.layerwise import departures

TRUNCATED = "is ignored"
"""In the converter's warning when it drops all layers behind one that it does not know."""
DEVICES = {
    "TwelveNodesIPv2": akida.TwelveNodesIPv2,
    "SixNodesIPv2": akida.SixNodesIPv2,
}


class ConversionError(UserError):
    """The converted model is not the quantized one; the message says in what."""


@dataclass(frozen=True)
class ConversionReport:
    """What the checks found.

    Attributes:
        photos: size of the check set.
        equal_logits: photos whose logits are equal to the last bit.
        largest_difference: of any logit.
        ties: layer to the photos whose integers first differ there, each rare and by one.
        passes: device name to the number of passes that it needs.
    """

    photos: int
    equal_logits: int
    largest_difference: float
    ties: dict[str, int]
    passes: dict[str, int]


def convert(quantized: keras.Model, photos: np.ndarray) -> tuple[akida.Model, ConversionReport]:
    """Converts for Akida 2.0 and checks the result.

    Args:
        quantized: quantized Keras model, (N, S, S, 3) to (N, 7) logits.
        photos: (M, S, S, 3) uint8, the check set.

    Returns:
        The Akida model, mapped on no device, and what the checks found.

    Raises:
        ConversionError: a layer was dropped or does not convert, a photo gets another class, or
            other logits where no rounding tie explains them, or the model does not map entirely
            on a device of `DEVICES`.
    """
    model = _convert_whole(quantized)
    expected = quantized.predict(photos.astype(np.float32), batch_size=64, verbose=0)
    found = model.predict(photos, batch_size=64).reshape(len(photos), -1)
    difference = np.abs(expected - found).max(axis=1)
    other = int((expected.argmax(axis=1) != found.argmax(axis=1)).sum())
    if other:
        raise ConversionError(
            f"{other} of {len(photos)} photos get another class on Akida than in Keras: train "
            "longer or calibrate on more photos."
        )
    differing, largest = photos[difference > 0], float(difference.max())
    ties = _ties(quantized, model, differing)
    passes = {name: _passes(model, name) for name in DEVICES}
    report = ConversionReport(len(photos), len(photos) - len(differing), largest, ties, passes)
    return model, report


def _ties(quantized: keras.Model, model: akida.Model, photos: np.ndarray) -> dict[str, int]:
    """Photos by the layer where a rounding tie parts them from Keras."""
    found = departures(quantized, model, photos) if len(photos) else []
    for one in found:
        if not one.is_tie:
            raise ConversionError(
                f"Layer {one.layer} gives other integers on Akida than in Keras, by up to "
                f"{one.largest} on {100 * one.share:.2g} % of them: that is more than rounding "
                "ties."
            )
    ties = {one.layer: len(one.photos) for one in found}
    if sum(ties.values()) < len(photos):
        raise ConversionError(
            "Some photos have other logits on Akida than in Keras although every layer agrees: "
            "the head is not the same."
        )
    return ties


def _convert_whole(quantized: keras.Model) -> akida.Model:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = cnn2snn.convert(quantized)
        except (RuntimeError, ValueError, TypeError) as error:
            raise ConversionError(f"The network does not convert: {_one_line(error)}") from None
    for warning in caught:
        if TRUNCATED in str(warning.message):
            raise ConversionError(
                f"The converter dropped part of the network: {_one_line(warning.message)}"
            )
    if model.output_shape != [1, 1, len(LABELS)]:
        raise ConversionError(
            f"The converted network ends in shape {model.output_shape} and not in {len(LABELS)} "
            "logits: layers are missing."
        )
    return model


def _passes(model: akida.Model, name: str) -> int:
    try:
        model.map(DEVICES[name](), hw_only=True)
        return sum(len(sequence.passes) for sequence in model.sequences)
    except (RuntimeError, ValueError) as error:
        raise ConversionError(
            f"The network does not map entirely on {name}: {_one_line(error)}"
        ) from None
    finally:
        model.map(None)


def _one_line(message: object) -> str:
    return " ".join(str(message).split())
