"""A network in the layers of Akida 1.0, for the chips that the deployed one cannot run on.

AKD1000 and AKD1500 run convolutions, separable convolutions and a dense layer, one after another.
This is AkidaNet 0.5 in that form. It is not trained: where a layer lies on a chip follows from its
shape and bits, whatever its weights are.
"""

import akida
import cnn2snn
import tf_keras as keras
from quantizeml.models import QuantizationParams, quantize
from tf_keras import layers

from qana.labels import LABELS
from qana.network.akidanet import CONVOLUTIONS, SEPARABLE
from qana.network.blocks import BOUND, convolution
from qana.walkthrough.chip import FIRST_GENERATION, map_model
from qana.walkthrough.mapping import Mapping
from qana.workshop.store import Store
from qana.workshop.worker import Tell

WIDTH = 0.5
BITS = QuantizationParams(
    input_weight_bits=8, weight_bits=4, activation_bits=4, per_tensor_activations=True
)
"""What Akida 1.0 takes: 8-bit weights in the first layer, 4 bits in all others."""
CALIBRATION_IMAGES = 8
"""Random ones: they set ranges, which no mapping depends on."""


def map_sequential(store: Store, tell: Tell, model: str, side: int) -> dict[str, Mapping]:
    """Maps the sequential network on the chips of the first generation.

    Args:
        store: keeps the converted network.
        tell: takes progress.
        model: name of the deployed model, which this network does not depend on.
        side: of the input, pixels; a multiple of 32.

    Returns:
        A mapping for each of `FIRST_GENERATION`.
    """
    network = store.get(("sequential", side), lambda: _converted(tell, side))
    tell("Mapping it", 0.95)
    return {device: map_model(network, device) for device in FIRST_GENERATION}


def _converted(tell: Tell, side: int) -> akida.Model:
    tell(f"Building AkidaNet {WIDTH} in the layers of Akida 1.0", 0.2)
    network = sequential(side)
    tell("Quantizing it to 4 bits", 0.25)
    with cnn2snn.set_akida_version(cnn2snn.AkidaVersion.v1):
        quantized = quantize(
            network, qparams=BITS, num_samples=CALIBRATION_IMAGES, batch_size=CALIBRATION_IMAGES
        )
        tell("Converting it for Akida 1.0", 0.6)
        return cnn2snn.convert(quantized)


def sequential(side: int) -> keras.Model:
    """AkidaNet 0.5 with separable convolutions, untrained.

    The same filters and strides as `qana.network.akidanet`, whose depthwise and pointwise pairs
    are one layer here. The last average comes between convolution and normalization, the one
    order that Akida 1.0 takes.

    Args:
        side: of the input, pixels; a multiple of 32.

    Returns:
        Keras model: (N, side, side, 3) image, 0 to 255, to (N, 7) float32 logits.
    """
    image = keras.Input((side, side, 3), name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescale")(image)
    for index, (filters, stride) in enumerate(CONVOLUTIONS):
        x = convolution(x, int(filters * WIDTH), f"conv{index}", kernel=3, stride=stride)
    for index, (filters, stride) in enumerate(SEPARABLE, start=1):
        name = f"separable{index}"
        x = layers.SeparableConv2D(
            int(filters * WIDTH), 3, strides=stride, padding="same", use_bias=False, name=name
        )(x)
        if index == len(SEPARABLE):
            x = layers.GlobalAveragePooling2D(name="average")(x)
        x = layers.BatchNormalization(name=f"{name}_bn")(x)
        x = layers.ReLU(max_value=BOUND, name=f"{name}_relu")(x)
    return keras.Model(image, layers.Dense(len(LABELS), name="logits")(x), name="sequential")
