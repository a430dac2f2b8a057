"""Keras with the steps of Akida 1.0, so that the two can be compared integer by integer.

Keras rounds a sum x to the nearest of the steps behind it, x / act_step. Akida 1.0 has whole
numbers only: half a step is rounded before it enters the threshold, as the converter writes it, and
the step itself is cut to sixteenths, as the engine computes with it (found by comparing the two;
with it every integer of every layer is the same). At 4 bits that moves up to two integers in a
hundred by one. It is the chip's arithmetic, not an error of conversion, and what is left when Keras
computes so as well would be one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf
from quantizeml.layers import OutputQuantizer
from quantizeml.tensors import FixedPoint, QFloat, QTensor, pow2

from qana.inference.manifest import STEP_PARTS


@contextmanager
def akida1_steps() -> Iterator[None]:
    """Within it, quantized Keras networks that are called (not `predict`ed, which keeps a graph
    from before) round as Akida 1.0 does."""
    original = OutputQuantizer.call

    def call(self: OutputQuantizer, inputs: QTensor) -> FixedPoint:
        if not isinstance(inputs, QFloat):
            return original(self, inputs)
        # As the original does, up to the shift.
        scaled = QFloat(inputs.fp, inputs.scales * self.rescaling_rate)
        sums, scales = scaled.promote(self.buffer_bitwidth).to_fixed_point(self.scale_bits)
        rounded, shift = sums.rescale(self.frac_bits, self.value_bits)
        step = pow2(-shift) / scales.values
        above = inputs.fp.values - tf.round(step / 2)
        steps = tf.math.ceil(above / (tf.floor(step * STEP_PARTS) / STEP_PARTS))
        top = 2.0**self.value_bits - 1
        return FixedPoint(tf.clip_by_value(steps, 0, top), rounded.value_bits, rounded.frac_bits)

    OutputQuantizer.call = call
    try:
        yield
    finally:
        OutputQuantizer.call = original
