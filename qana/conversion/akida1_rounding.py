"""Makes quantized Keras networks round as Akida 1.0 does, for a comparison integer by integer.

An activation counts how many steps fit into the sum x of a layer. Keras computes this count as
x / act_step, rounded to the nearest integer. Akida 1.0 differs in two ways:

- It adds half a step by lowering the threshold, and the threshold is an integer. The converter
  therefore rounds half a step before it writes the threshold.
- It cuts the step to a multiple of 1/16. The vendor does not document this. It was found by
  comparing Keras with the simulator: with this rule, all integers of all layers are equal.

With 4-bit activations, up to 2 % of the integers differ by one. These differences come from the
arithmetic of the chip and not from the conversion. If a difference remains after Keras has rounded
as the chip does, the conversion is wrong.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf
from quantizeml.layers import OutputQuantizer
from quantizeml.tensors import FixedPoint, QFloat, QTensor, pow2

from qana.inference.manifest import STEP_PARTS


@contextmanager
def use_akida1_rounding() -> Iterator[None]:
    """Makes quantized Keras networks round as Akida 1.0 does inside a `with` block.

    This works for networks that are called directly. `predict` may reuse a graph that TensorFlow
    built before the block, with the original rounding.

    Example:
        >>> with use_akida1_rounding():
        ...     logits = compute_logits_eagerly(quantized, photos)
    """
    original = OutputQuantizer.call

    def call(self: OutputQuantizer, inputs: QTensor) -> FixedPoint:
        if not isinstance(inputs, QFloat):
            return original(self, inputs)
        # Same as the original method up to the shift.
        scaled = QFloat(inputs.fp, inputs.scales * self.rescaling_rate)
        sums, scales = scaled.promote(self.buffer_bitwidth).to_fixed_point(self.scale_bits)
        rounded, shift = sums.rescale(self.frac_bits, self.value_bits)
        step = pow2(-shift) / scales.values
        above_threshold = inputs.fp.values - tf.round(step / 2)
        steps = tf.math.ceil(above_threshold / (tf.floor(step * STEP_PARTS) / STEP_PARTS))
        maximum = 2.0**self.value_bits - 1
        return FixedPoint(
            tf.clip_by_value(steps, 0, maximum), rounded.value_bits, rounded.frac_bits
        )

    OutputQuantizer.call = call
    try:
        yield
    finally:
        OutputQuantizer.call = original
