"""Converts the float network with any pair of bits for the Akida engine, to classify with it.

Akida 2.0 takes weights of 4 or 8 bits, so cnn2snn refuses 2 bits. Yet a weight of 2 bits is -1, 0
or 1, which 4 bits hold as well. Here the quantizer therefore names 4 bits to the converter, and
still gives the integers of 2. The simulator then computes what Keras computes. No chip is claimed:
such a network is for a demonstration, and is never mapped.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import akida
import numpy as np
import tf_keras as keras

from qana.conversion.convert import check_classes, find_ties
from qana.conversion.vendor_converter import run_converter
from qana.errors import ConversionError

FEWEST_BITS = 4
"""Fewest weight bits that cnn2snn converts for Akida 2.0."""


def convert_few_bits(quantized: keras.Model, photos: np.ndarray, logits: np.ndarray) -> akida.Model:
    """Converts a quantized network and checks that it computes the same.

    Args:
        quantized: quantized Keras model.
        photos: (N, S, S, 3) uint8, the check set.
        logits: (N, 7) float32 logits of `quantized` for these photos.

    Returns:
        The Akida model, not mapped to a device.

    Raises:
        ConversionError: the network does not convert whole, a photo gets another class, or
            integers differ by more than rounding ties.
    """
    with _name_4_bits(quantized):
        model = run_converter(quantized)
    if model.output_shape != [1, 1, logits.shape[1]]:
        raise ConversionError("The converter dropped layers of the network with few bits.")
    found = model.predict(photos, batch_size=1).reshape(len(photos), -1)
    check_classes(logits, found)
    unequal = photos[np.abs(logits - found).max(axis=1) > 0]
    find_ties(quantized, model, unequal, len(photos))
    return model


@contextmanager
def _name_4_bits(quantized: keras.Model) -> Iterator[None]:
    """Makes the quantizers of narrower weights name 4 bits, except while they quantize."""
    quantizers = [getattr(layer, "weight_quantizer", None) for layer in quantized.layers]
    narrow = [one for one in quantizers if one is not None and one.bitwidth < FEWEST_BITS]
    classes = [type(one) for one in narrow]
    try:
        for one in narrow:
            object.__setattr__(one, "__class__", _make_wide_class(type(one), one.bitwidth))
        yield
    finally:
        for one, original in zip(narrow, classes, strict=True):
            object.__setattr__(one, "__class__", original)


def _make_wide_class(original: type, bits: int) -> type:
    class Wide(original):
        """A quantizer of `bits` bits that names 4 while it does not quantize."""

        quantizes = False

        @property
        def bitwidth(self) -> int:
            return bits if type(self).quantizes else FEWEST_BITS

        def call(self, *arguments: Any, **options: Any) -> Any:
            type(self).quantizes = True
            try:
                return super().call(*arguments, **options)
            finally:
                type(self).quantizes = False

    return Wide
