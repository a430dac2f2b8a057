"""Lists the blocks that the vendor's converter is run on, and holds the outcome of each.

`qana.walkthrough.conversion_cases_job` runs them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class BlockForm:
    """One way to build a block.

    Attributes:
        key: argument of `qana.walkthrough.conversion_cases_job.run_case`.
        name: of the form, in a few words.
        about: one sentence on what the block computes in this form.
    """

    key: str
    name: str
    about: str


@dataclass(frozen=True)
class Case:
    """A block in its common form and in the form that QANA uses.

    Attributes:
        name: of the block.
        common: the published or usual form.
        spiking: the form that runs on Akida.
    """

    name: str
    common: BlockForm
    spiking: BlockForm


@dataclass(frozen=True)
class LayerFate:
    """The Akida layer that replaces one Keras layer.

    Attributes:
        name: of the Keras layer; an activation inside a layer has its own entry, NAME_activ.
        kind: type of the Keras layer, in a few words.
        into: name of the Akida layer that computes it; None where the converter dropped it.
    """

    name: str
    kind: str
    into: str | None


@dataclass(frozen=True)
class ActivationStep:
    """The quantization of one activation, in the channel with the largest input.

    Attributes:
        layer: name of the activation's layer.
        largest: largest input of the activation over the calibration photos.
        top: largest value that its integers represent.
        step: difference of two integers, in the activation's unit.
        lost: share of the non-zero float activations that quantization sets to zero, 0 to 1.
    """

    layer: str
    largest: float
    top: float
    step: float
    lost: float


@dataclass(frozen=True)
class ConversionOutcome:
    """The outcome of the vendor's tools and of QANA's own check for one network.

    Attributes:
        layers: of the Keras network, in network order, without its input.
        akida: name to type of the Akida layers; empty where an error stopped the conversion.
        messages: package and text of each warning and error, verbatim.
        output_shape: (H, W, C) of the Akida model's output; None where an error stopped the
            conversion.
        left_in_float: first layer that the quantizer does not know; None where it knows all.
        refusal: message of QANA's check; None where it accepts the network.
        passes: name of each device to the number of passes; empty where the check refuses.
        step: quantization of the activation that the case is about; None in other cases.
        photos: number of calibration and check photos.
    """

    layers: tuple[LayerFate, ...]
    akida: dict[str, str]
    messages: tuple[tuple[str, str], ...]
    output_shape: tuple[int, ...] | None
    left_in_float: str | None
    refusal: str | None
    passes: dict[str, int]
    step: ActivationStep | None
    photos: int

    @property
    def arrived(self) -> int:
        """Number of Keras layers that an Akida layer computes."""
        return sum(layer.into is not None for layer in self.layers)

    @property
    def added(self) -> tuple[str, ...]:
        """Names of the Akida layers without a Keras layer."""
        wanted = {layer.into for layer in self.layers}
        return tuple(name for name in self.akida if name not in wanted)


CASES = (
    Case(
        "Attention gate",
        BlockForm(
            "attention_published",
            "As published",
            "A depthwise and a 1x1 convolution look around each pixel, a **sigmoid** makes a gate "
            "of it, 0 to 1, and the gate **multiplies** the features.",
        ),
        BlockForm(
            "attention_spiking",
            "Spike-compatible",
            "The same two convolutions make a correction instead of a gate, and it is **added** to "
            "the features.",
        ),
    ),
    Case(
        "Squeeze and excitation",
        BlockForm(
            "excitation_published",
            "As published",
            "The whole map is **averaged**, two dense layers and a **sigmoid** make a gate a "
            "channel, and the gate is broadcast back to **multiply** the features.",
        ),
        BlockForm(
            "excitation_spiking",
            "Spike-compatible",
            "A strided depthwise convolution squeezes, two 1x1 convolutions keep the bottleneck, a "
            "transposed one spreads the result over the map, and it is **added**.",
        ),
    ),
    Case(
        "Activation",
        BlockForm(
            "activation_unbounded",
            "Without a bound",
            "The first convolution behind QANA's stem, with its trained weights, and a "
            "**ReLU without an upper bound**: one outlier sets the range.",
        ),
        BlockForm(
            "activation_bounded",
            "Bounded at 6",
            "The same trained convolution, and the **ReLU bounded at 6** that QANA was trained "
            "with.",
        ),
    ),
    Case(
        "Whole network",
        BlockForm(
            "network_published",
            "As published",
            "The network of the paper, whole: no stem, gates in every block, separable "
            "convolutions from the first layer on.",
        ),
        BlockForm(
            "network_spiking",
            "Spike-compatible",
            "The deployed QANA, whole and trained, in the quantized form that its Akida model was "
            "made from.",
        ),
    ),
)
"""All cases, in the order of their display."""
