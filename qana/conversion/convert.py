"""Converts a quantized Keras network to Akida and refuses it if the two are not the same.

`convert` makes four checks, each on the whole network:

1. The converter has kept every layer.
2. Every photo of the check set gets the same class on Akida as in Keras.
3. Where logits differ, the first layer with different integers is found, and only rounding ties
   explain the difference (`qana.conversion.compare_layers`).
4. Every layer maps to the hardware of the target (`qana.conversion.mapping`).
"""

import warnings
from contextlib import nullcontext
from dataclasses import dataclass

import akida
import numpy as np
import tf_keras as keras

from qana.classes import LABELS
from qana.conversion.akida1_rounding import use_akida1_rounding
from qana.conversion.compare_layers import find_differences
from qana.conversion.mapping import check_mapping, join_lines
from qana.conversion.vendor_converter import run_converter, use_generation
from qana.errors import ConversionError
from qana.inference.manifest import AKIDA1, AKIDA2
from qana.network.logits import BATCH_SIZE, compute_logits_eagerly

TRUNCATION_WARNING = "is ignored"
"""Part of the converter's warning when it drops a layer that it does not know and all behind it."""
EQUAL_LOGITS = {AKIDA2: 0.0, AKIDA1: 1e-5}
"""Largest difference of logits that count as equal. Akida 1.0 divides integers by their step, and
Keras multiplies them by a scale in float32. One integer more changes a logit by 1e-3 or more."""
SAME_INTEGERS = {AKIDA2: 1e-6, AKIDA1: 1e-5}
"""Largest difference of logits that come from the same integers. With fewer than 8 bits, Keras
scales in another order than Akida 2.0, too. One integer more changes a logit by at least ten times
as much."""


@dataclass(frozen=True)
class ConversionReport:
    """Results of the checks of a conversion.

    Keras is compared in two ways. For Akida 1.0 the checks compare with Keras rounding as the chip
    does (`use_akida1_rounding`). "Original Keras" rounds in its own way; for Akida 2.0 the two are
    the same.

    Attributes:
        photos: number of photos in the check set.
        equal_logits: number of photos with equal logits on Akida and in Keras.
        largest_difference: largest absolute difference of a logit on Akida and in original Keras.
        other_class: number of photos with another class on Akida than in original Keras; 0 for
            Akida 2.0.
        ties: layer to the number of photos whose integers first differ there. All these
            differences are rounding ties.
        passes: device to the number of passes that it needs.
        processors: device to the number of neural processors (NPs) in use, over all passes.
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
    """Converts a network for one generation of Akida and checks the result.

    Args:
        quantized: Keras model quantized for the target. Its input is (N, S, S, 3), 0 to 255; its
            output is (N, 7) logits.
        photos: (M, S, S, 3) uint8, 0 to 255: the check set.
        target: "akida2" for Akida 2.0 or "akd1000" for Akida 1.0.

    Returns:
        The Akida model, not mapped to a device, and the results of the checks.

    Raises:
        ConversionError: the network does not convert, the converter dropped a layer, a photo gets
            another class, integers differ by more than rounding ties, or the model does not map
            entirely to a device of the target.

    Example:
        >>> quantized = load_keras_form(find_entry("akida2"), "quantized")
        >>> model, report = convert(quantized, photos)
        >>> model.save("akida2.fbz")
    """
    with use_generation(target):
        model = convert_whole(quantized)
    found = model.predict(photos, batch_size=BATCH_SIZE).reshape(len(photos), -1)
    # Layer by layer: in a graph, TensorFlow may compute in another order and change the last bit.
    original = compute_logits_eagerly(quantized, photos)
    with use_akida1_rounding() if target == AKIDA1 else nullcontext():
        expected = compute_logits_eagerly(quantized, photos) if target == AKIDA1 else original
        check_classes(expected, found)
        differences = np.abs(expected - found).max(axis=1)
        unequal = photos[differences > SAME_INTEGERS[target]]
        ties = find_ties(quantized, model, unequal, len(photos))
    devices = check_mapping(model, target)
    return model, ConversionReport(
        photos=len(photos),
        equal_logits=int((differences <= EQUAL_LOGITS[target]).sum()),
        largest_difference=float(np.abs(original - found).max()),
        other_class=int((original.argmax(axis=1) != found.argmax(axis=1)).sum()),
        ties=ties,
        passes={name: device.passes for name, device in devices.items()},
        processors={name: device.processors for name, device in devices.items()},
    )


def convert_whole(quantized: keras.Model) -> akida.Model:
    """Converts a network and checks that the converter has kept every layer.

    Args:
        quantized: Keras model, quantized for the generation that `use_generation` has set.

    Returns:
        The Akida model, not mapped to a device.

    Raises:
        ConversionError: the network does not convert, or the converter dropped a layer.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model = run_converter(quantized)
        except (RuntimeError, ValueError, TypeError) as error:
            raise ConversionError(f"The network does not convert: {join_lines(error)}") from None
    for warning in caught:
        if TRUNCATION_WARNING in str(warning.message):
            raise ConversionError(
                f"The converter dropped part of the network: {join_lines(warning.message)}"
            )
    if model.output_shape != [1, 1, len(LABELS)]:
        raise ConversionError(
            f"The converter dropped layers, because the output has the shape {model.output_shape} "
            f"instead of {[1, 1, len(LABELS)]}: use layers that Akida supports."
        )
    return model


def check_classes(expected: np.ndarray, found: np.ndarray) -> None:
    """Checks that every photo gets the same class on Akida as in Keras.

    Args:
        expected: (M, 7) logits of Keras.
        found: (M, 7) logits of Akida.

    Raises:
        ConversionError: a photo gets another class.
    """
    others = int((expected.argmax(axis=1) != found.argmax(axis=1)).sum())
    if others:
        raise ConversionError(
            f"{others} of {len(found)} photos get different classes on Akida and in Keras: train "
            "longer or calibrate on more photos."
        )


def find_ties(
    quantized: keras.Model, model: akida.Model, photos: np.ndarray, checked: int
) -> dict[str, int]:
    """Finds the layers where rounding ties separate Akida from Keras, and checks all differences.

    Args:
        quantized: quantized Keras model.
        model: Akida model converted from it, not mapped to a device.
        photos: (N, S, S, 3) uint8, 0 to 255: the photos of the check set with unequal logits.
        checked: number of photos in the check set.

    Returns:
        Layer to the number of photos whose integers first differ there.

    Raises:
        ConversionError: integers differ by more than rounding ties, or a photo has equal integers
            in all layers and unequal logits.
    """
    differences = find_differences(quantized, model, photos, checked) if len(photos) else []
    for difference in differences:
        if not difference.is_tie:
            raise ConversionError(
                f"Layer {difference.layer} gives different integers on Akida and in Keras. They "
                f"differ by up to {difference.largest}, on {100 * difference.share:.2g} % of the "
                f"layer and {100 * difference.channel_share:.2g} % of its worst channel. Rounding "
                "ties do not explain this: check how the layer is quantized."
            )
    ties = {difference.layer: len(difference.photos) for difference in differences}
    if sum(ties.values()) < len(photos):
        raise ConversionError(
            "Some photos have different logits on Akida and in Keras, although the integers of "
            "every layer are equal: check how the last layer is quantized."
        )
    return ties
