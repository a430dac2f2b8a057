"""Texts about the blocks and layers of QANA. The blocks are those of `qana.network.blocks`."""

UNITS = {
    "InputConv2D": "Convolution",
    "Conv2D": "Convolution",
    "DepthwiseConv2D": "Depthwise",
    "DepthwiseConv2DTranspose": "Transposed depthwise",
    "Dense1D": "Linear",
    "Quantizer": "Pixels in",
    "Dequantizer": "Scaling",
}
"""Akida's layer types in terms of the field. Other types keep Akida's name."""
JOINED = {"dequantizer": "logits"}
"""First word of a layer to the block that it joins: the scaling of the logits joins the logits."""

KINDS: dict[str, tuple[str, str]] = {
    "input": ("Pixels", "The photo enters as it is: 8-bit integers, three colours a pixel."),
    "stem": (
        "Stem",
        "A strided 3x3 convolution turns the three colours of the pixels into many channels at "
        "half the side.",
    ),
    "block": (
        "Inverted residual {}",
        "Works on more channels than it hands on: widened by a 1x1 convolution, unless the input "
        "is wide already, filtered by a depthwise convolution, and brought back by a linear 1x1 "
        "convolution.",
    ),
    "fused": (
        "Fused inverted residual {}",
        "Widens and filters at once, by one full convolution, and is brought back by a linear 1x1 "
        "convolution: more products than in two steps, but no map of many channels at the full "
        "size between them.",
    ),
    "attention": (
        "Attention, {} channels",
        "A depthwise 5x5 looks around and a 1x1 convolution mixes the channels: a correction that "
        "raises or lowers a channel at a place, by its context there.",
    ),
    "ghost": (
        "Ghost, {} channels",
        "Half of the features come from a 1x1 convolution, the rest from a cheap depthwise 3x3 of "
        "those; a linear 1x1 convolution projects them back.",
    ),
    "excitation": (
        "Squeeze and excitation",
        "A strided depthwise convolution squeezes each neighbourhood, two 1x1 convolutions form a "
        "bottleneck, and a transposed depthwise convolution spreads the excitation back over the "
        "map.",
    ),
    "head": (
        "Projection head",
        "A depthwise 3x3 and a 1x1 convolution make the last features, each averaged over the "
        "whole map.",
    ),
    "logits": (
        "Logits",
        "A linear layer whose outputs are the logits, one a class: no softmax behind it.",
    ),
}
"""Letters of a block's name to its title, which takes the block's number, and its description. A
"block" without a depthwise convolution is a "fused" one."""
