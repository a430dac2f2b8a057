"""From a quantized Keras network to Akida, refusing whatever is not exactly the same network."""

import warnings
from contextlib import nullcontext
from dataclasses import dataclass

import akida
import numpy as np
import tf_keras as keras

from qana.classes import LABELS
from qana.conversion.akida1_rounding import akida1_steps
from qana.conversion.compare_layers import departures
from qana.conversion.mapping import one_line, place_on
from qana.conversion.vendor_converter import generation, run_converter
from qana.errors import ConversionError
from qana.inference.manifest import AKIDA1, AKIDA2
from qana.network.logits import BATCH, logits_without_graph

TRUNCATED = "is ignored"
"""In the converter's warning when it drops all layers behind one that it does not know."""
EQUAL = {AKIDA2: 0.0, AKIDA1: 1e-5}
"""Difference of logits that count as equal: Akida 1.0 divides whole numbers by their step where
Keras multiplies by a scale, in float32. A whole number more is a hundred times as much."""
SAME_INTEGERS = {AKIDA2: 1e-6, AKIDA1: 1e-5}
"""Difference of logits that stand for the same whole numbers: of fewer than 8 bits, Keras scales
them in another order for Akida 2.0, too. A whole number more is ten times as much or more."""


@dataclass(frozen=True)
class ConversionReport:
    """What the checks found.

    Attributes:
        photos: size of the check set.
        equal_logits: photos whose logits are the same, for Akida 1.0 as Keras has them with the
            steps of that chip, see `akida1_steps`.
        largest_difference: of any logit, from Keras with its own steps.
        other_class: photos that get another class than from Keras with its own steps; 0 for Akida
            2.0.
        ties: layer to the photos whose integers first differ there, each rare and by one.
        passes: device name to the number of passes that it needs.
        processors: device name to the neural processors (NPs) that it takes, over all passes.
    """

    photos: int
    equal_logits: int
    largest_difference: float
    other_class: int
    ties: dict[str, int]
    passes: dict[str, int]
    processors: dict[str, int]


def convert(
    quantized: keras.Model, photos: np.ndarray, target: str = AKIDA2
) -> tuple[akida.Model, ConversionReport]:
    """Converts for a generation of Akida and checks the result.

    Args:
        quantized: Keras model quantized for that target, (N, S, S, 3) to (N, 7) logits.
        photos: (M, S, S, 3) uint8, the check set.
        target: key of `DEVICES`.

    Returns:
        The Akida model, mapped on no device, and what the checks found.

    Raises:
        ConversionError: a layer was dropped or does not convert, a photo gets another class or
            other logits where no rounding tie explains them, or the model does not map entirely on
            a device of that target.
    """
    with generation(target):
        model = _convert_whole(quantized)
    found = model.predict(photos, batch_size=BATCH).reshape(len(photos), -1)
    # Without a graph: TensorFlow may compute one in another order, and then the last bit is not
    # that of the layers.
    plain = logits_without_graph(quantized, photos)
    with akida1_steps() if target == AKIDA1 else nullcontext():
        expected = logits_without_graph(quantized, photos) if target == AKIDA1 else plain
        other = int((expected.argmax(axis=1) != found.argmax(axis=1)).sum())
        if other:
            raise ConversionError(
                f"{other} of {len(photos)} photos get another class on Akida than in Keras: train "
                "longer or calibrate on more photos."
            )
        differences = np.abs(expected - found).max(axis=1)
        ties = _ties(quantized, model, photos[differences > SAME_INTEGERS[target]], len(photos))
    placed = place_on(model, target)
    return model, ConversionReport(
        photos=len(photos),
        equal_logits=int((differences <= EQUAL[target]).sum()),
        largest_difference=float(np.abs(plain - found).max()),
        other_class=int((plain.argmax(axis=1) != found.argmax(axis=1)).sum()),
        ties=ties,
        passes={name: passes for name, (passes, _) in placed.items()},
        processors={name: processors for name, (_, processors) in placed.items()},
    )


def _ties(
    quantized: keras.Model, model: akida.Model, photos: np.ndarray, checked: int
) -> dict[str, int]:
    """Photos by the layer where a rounding tie parts them from Keras, of so many checked."""
    found = departures(quantized, model, photos, checked) if len(photos) else []
    for one in found:
        if not one.is_tie:
            raise ConversionError(
                f"Layer {one.layer} gives other integers on Akida than in Keras, by up to "
                f"{one.largest} on {100 * one.share:.2g} % of them and on "
                f"{100 * one.in_channel:.2g} % of one channel: that is more than rounding ties."
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
            model = run_converter(quantized)
        except (RuntimeError, ValueError, TypeError) as error:
            raise ConversionError(f"The network does not convert: {one_line(error)}") from None
    for warning in caught:
        if TRUNCATED in str(warning.message):
            raise ConversionError(
                f"The converter dropped part of the network: {one_line(warning.message)}"
            )
    if model.output_shape != [1, 1, len(LABELS)]:
        raise ConversionError(
            f"The converted network ends in shape {model.output_shape} and not in {len(LABELS)} "
            "logits: layers are missing."
        )
    return model
