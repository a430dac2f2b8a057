"""The vendor's converter, without the graph that it builds for a single run.

cnn2snn runs a network once to learn what it multiplies and shifts by, and has TensorFlow trace and
optimize a graph for that: a minute of work for a second of use. Run operation by operation, the
converted model is the same to the byte for Akida 2.0. For Akida 1.0 the last step differs by a bit
of float32, and published models of it are to come out the same again: there the graph stays.
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
def generation(target: str) -> Iterator[None]:
    """Within it, quantizeml and cnn2snn work for the chips of a target, "akida2" or "akd1000"."""
    with set_akida_version(AkidaVersion.v1 if target == AKIDA1 else AkidaVersion.v2):
        yield


def run_converter(quantized: keras.Model) -> akida.Model:
    """What cnn2snn makes of a network, unchecked: see `qana.conversion.convert.convert`.

    Args:
        quantized: Keras model quantized for the generation that is set, see
            `qana.conversion.vendor_converter.generation`.

    Raises:
        RuntimeError, ValueError, TypeError: the converter's own, in its words.
    """
    graph_free = get_akida_version() == AkidaVersion.v2
    with _eagerly() if graph_free else nullcontext():
        return cnn2snn.convert(quantized)


@contextmanager
def _eagerly() -> Iterator[None]:
    """For the whole process: no other thread should build a graph meanwhile."""
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)
