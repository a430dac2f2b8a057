"""QANA for Akida 2.0."""

import tf_keras as keras
from tf_keras import layers

from qana.labels import LABELS
from qana.network.blocks import (
    convolution,
    depthwise,
    projection_head,
    residual_ghost,
    spatial_channel_attention,
    squeeze_excitation,
)
from qana.network.registry import register


@register
def qana(
    *,
    input_size: int = 128,
    widths: tuple[int, ...] = (16, 40, 96, 224),
    features: int = 448,
    squeeze: bool = True,
    attention: bool = True,
) -> keras.Model:
    """The deployed network: 435,631 parameters, 50.66 million MACs at 128x128.

    A stem halves the picture; then one stage a width: step down (depthwise stride 2 and 1x1),
    residual ghost features, spatially-aware channel attention; squeeze and excitation on the last
    map; the quantized projection head. It keeps every idea that the QANA paper (Wang et al.,
    arXiv 2507.15958, section 3) names, each in a form that Akida 2.0 runs: `blocks` says how.
    Unlike the published network it has a stem: at twice the side of the input, the first block
    would cost half of all MACs.

    Args:
        input_size: side of the input, pixels; a multiple of 32 (the sides must halve to the end).
        widths: channels of each stage.
        features: channels that the head averages.
        squeeze: False leaves the squeeze and excitation out (ablation).
        attention: False leaves the attention out (ablation).

    Returns:
        Keras model: (N, input_size, input_size, 3) image, 0 to 255, to (N, 7) float32 logits.
    """
    image = keras.Input((input_size, input_size, 3), name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescale")(image)
    x = convolution(x, widths[0], "stem", kernel=3, stride=2)
    x = depthwise(x, "stem_mix")
    for index, width in enumerate(widths, start=1):
        if index > 1:
            x = depthwise(x, f"step{index}_down", stride=2)
            x = convolution(x, width, f"step{index}_widen")
        x = residual_ghost(x, f"stage{index}")
        if attention:
            x = spatial_channel_attention(x, f"stage{index}_attention")
    if squeeze:
        x = squeeze_excitation(x, "excitation")
    return keras.Model(image, projection_head(x, features, len(LABELS)), name="qana")
