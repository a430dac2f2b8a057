"""Runs the vendor's converter, cnn2snn, without the TensorFlow graph that makes it slow.

cnn2snn runs a network once to record its multipliers and shifts. TensorFlow traces and optimizes a
graph for this single run, which takes a minute for a second of use. Eager execution skips the
graph. For Akida 2.0 it gives the same .fbz file, byte for byte. For Akida 1.0 it can change the
last bit of a float32 step, so those networks are still converted with the graph: a published model
must convert to the same file again.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import akida
import cnn2snn
import tensorflow as tf
import tf_keras as keras
from cnn2snn import AkidaVersion, get_akida_version, set_akida_version

from qana.inference.manifest import AKIDA1


@contextmanager
def use_generation(target: str) -> Iterator[None]:
    """Makes quantizeml and cnn2snn work for one generation of Akida inside a `with` block.

    Args:
        target: "akida2" for Akida 2.0 or "akd1000" for Akida 1.0.
    """
    with set_akida_version(AkidaVersion.v1 if target == AKIDA1 else AkidaVersion.v2):
        yield


def run_converter(quantized: keras.Model) -> akida.Model:
    """Converts a quantized Keras network with cnn2snn, without any check of the result.

    `qana.conversion.convert.convert` also checks the result.

    Args:
        quantized: Keras model, quantized for the generation that `use_generation` has set.

    Returns:
        The Akida model, not mapped to a device.

    Raises:
        RuntimeError: cnn2snn cannot convert the network. The message is its own.
        ValueError: the same.
        TypeError: the same.
    """
    eager = get_akida_version() == AkidaVersion.v2
    with _run_eagerly() if eager else nullcontext():
        return cnn2snn.convert(quantized)


@contextmanager
def _run_eagerly() -> Iterator[None]:
    """Switches eager execution on inside a `with` block.

    The switch holds for the whole process. No other thread may build a graph meanwhile.
    """
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)
