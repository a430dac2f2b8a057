"""Builds QANA for Akida 2.0."""

from typing import NamedTuple

import tf_keras as keras

from qana.classes import LABELS
from qana.network import efficientnet_lite as lite
from qana.network.blocks.channel_attention import spatial_channel_attention
from qana.network.blocks.ghost import residual_ghost
from qana.network.blocks.heads import average_head, projection_head
from qana.network.blocks.squeeze_excitation import squeeze_excitation


class NarrowBlock(NamedTuple):
    """Settings of an inverted residual block that differ in a narrow network.

    Attributes:
        expansion: factor of the number of channels inside the block.
        fused: True for the fused form of the block.
        kernel: side of the kernel, pixels; None for that of EfficientNet-Lite0.
    """

    expansion: int
    fused: bool = False
    kernel: int | None = None


NARROW_STEM = 24
"""Number of channels after the stem of a narrow network."""
NARROW_BLOCKS = {1: NarrowBlock(3, fused=True), 3: NarrowBlock(3)}
"""Index of a block to its settings in a narrow network. Large maps cost the most time and events,
so a narrow network has fewer channels there, and they carry most of the information. The fused
block 1 avoids the largest map, the one before its stride."""
COMPACT_BLOCKS = {1: NarrowBlock(2, fused=True), 3: NarrowBlock(3, fused=True, kernel=3)}
"""The same for a compact network. It has no block 0, so two of the three maps at half the size of
the input are gone. The fused block 3 has a smaller kernel, which pays for its full convolution."""


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
    compact: bool = False,
) -> keras.Model:
    """Builds QANA: 394,639 parameters, 51.57 million MACs at 128x128.

    The first layers are those of EfficientNet-Lite0 up to its 112 channels, with at most one
    residual block a scale. They take over ImageNet weights, because seven thousand photos are too
    few to learn edges and textures from. The parts of the QANA paper (Wang et al., arXiv
    2507.15958, section 3) follow, in the form that Akida 2.0 can run (`qana.network.blocks`):
    spatially-aware channel attention at three scales, residual ghost features, squeeze and
    excitation, and the quantized projection head. Each added branch starts with a small scale, so
    it hardly changes the output of the transferred layers at first.

    Args:
        input_size: side of the input, pixels; a multiple of 32, because squeeze and excitation
            halves the last map once more.
        ghost: False leaves out the ghost features (ablation).
        attention: False leaves out the channel attention (ablation).
        squeeze: False leaves out the squeeze and excitation (ablation).
        projection: False uses the usual head (ablation).
        bounded: False removes the upper bound of every ReLU (ablation).
        features: number of channels that the head averages.
        narrow: True uses smaller maps and fewer channels in the first blocks (`NARROW_BLOCKS`).
            `qana.network.initialize_narrow` gives it its first weights.
        compact: True leaves out block 0 and uses `COMPACT_BLOCKS`, for fewer events. The first
            weights come from the same function.

    Returns:
        Keras model with an (N, input_size, input_size, 3) image, 0 to 255, as its input and (N, 7)
        float32 logits as its output.

    Raises:
        ValueError: both `narrow` and `compact` are True.
    """
    if narrow and compact:
        raise ValueError("A network is either narrow or compact: set one of the two options.")
    image = keras.Input((input_size, input_size, 3), name="image")
    x = lite.stem(image, NARROW_STEM if narrow or compact else lite.STEM)
    changed = COMPACT_BLOCKS if compact else NARROW_BLOCKS if narrow else {}
    for index in (1, 3, 4) if compact else (0, 1, 3, 4):
        x = lite.block(x, index, *changed.get(index, ()))
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
    return model if bounded else keras.models.clone_model(model, clone_function=_remove_bound)


def _remove_bound(layer: keras.layers.Layer) -> keras.layers.Layer:
    """Copies a layer; a ReLU loses its upper bound."""
    if isinstance(layer, keras.layers.ReLU):
        return keras.layers.ReLU(name=layer.name)
    return type(layer).from_config(layer.get_config())
