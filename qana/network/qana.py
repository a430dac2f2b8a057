"""QANA for Akida 2.0."""

from typing import Any

import tf_keras as keras

from qana.classes import LABELS
from qana.network import efficientnet_lite as lite
from qana.network.blocks.channel_attention import spatial_channel_attention
from qana.network.blocks.ghost import residual_ghost
from qana.network.blocks.heads import average_head, projection_head
from qana.network.blocks.squeeze_excitation import squeeze_excitation

NARROW_STEM = 24
NARROW_BLOCKS: dict[int, dict[str, Any]] = {1: {"expansion": 3, "fused": True}, 3: {"expansion": 3}}
"""What a narrow network has otherwise: the arguments of its first blocks by their index. Large maps
cost most, in time and in events: most of what their many channels say, fewer can say, and the
largest of them, within block 1 before its stride, is not made at all."""


def qana(
    *,
    input_size: int = 128,
    ghost: bool = True,
    attention: bool = True,
    squeeze: bool = True,
    projection: bool = True,
    bounded: bool = True,
    features: int = 320,
    narrow: bool = False,
) -> keras.Model:
    """The network: 394,639 parameters, 51.57 million MACs at 128x128.

    The first layers are those of EfficientNet-Lite0 up to its 112 channels, one residual block a
    scale at most, so that ImageNet's weights can be transferred: seven thousand photos are too few
    to learn edges and textures from. On them stands what the QANA paper (Wang et al., arXiv
    2507.15958, section 3) names, each in a form that Akida 2.0 runs (`blocks` says how):
    spatially-aware channel attention at three scales, residual ghost features, squeeze and
    excitation, the quantized projection head. Each correction starts as nearly nothing, so the
    transferred layers begin undisturbed.

    Args:
        input_size: side of the input, pixels; a multiple of 32 (the last map is halved once more).
        ghost, attention, squeeze, projection: False leaves that part out (ablation).
        bounded: False lifts the upper bound of every activation (ablation).
        features: channels that the head averages.
        narrow: True takes maps and channels out of the first blocks, see `NARROW_BLOCKS`; such one
            gets its first weights from a wide one (`qana.network.narrow`).

    Returns:
        Keras model: (N, input_size, input_size, 3) image, 0 to 255, to (N, 7) float32 logits.
    """
    image = keras.Input((input_size, input_size, 3), name="image")
    x = lite.stem(image, NARROW_STEM if narrow else lite.STEM)
    for index in (0, 1, 3, 4):
        x = lite.block(x, index, **(NARROW_BLOCKS.get(index, {}) if narrow else {}))
    if attention:
        x = spatial_channel_attention(x, "attention40")
    for index in (5, 6):
        x = lite.block(x, index)
    if attention:
        x = spatial_channel_attention(x, "attention80")
    x = lite.block(x, 8)
    if ghost:
        x = residual_ghost(x, "ghost112")
    if attention:
        x = spatial_channel_attention(x, "attention112")
    if squeeze:
        x = squeeze_excitation(x, "excitation")
    head = projection_head if projection else average_head
    model = keras.Model(image, head(x, features, len(LABELS)), name="qana")
    return model if bounded else keras.models.clone_model(model, clone_function=_unbounded)


def _unbounded(layer: keras.layers.Layer) -> keras.layers.Layer:
    if isinstance(layer, keras.layers.ReLU):
        return keras.layers.ReLU(name=layer.name)
    return type(layer).from_config(layer.get_config())
