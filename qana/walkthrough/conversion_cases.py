"""Blocks to run the vendor's converter on, and what came of each; TensorFlow is not needed here.

`qana.walkthrough.conversion_cases_job` runs them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class BlockForm:
    """One way to build a block.

    Attributes:
        key: what `qana.walkthrough.conversion_cases_job.run_case` takes.
        name: in a few words.
        about: one sentence: what the block does in this form.
    """

    key: str
    name: str
    about: str


@dataclass(frozen=True)
class Case:
    """A block in two forms: the common one and the one that QANA uses.

    Attributes:
        name: of the block.
        common: as it was published, or as it is commonly written.
        spiking: as it runs on Akida.
    """

    name: str
    common: BlockForm
    spiking: BlockForm


@dataclass(frozen=True)
class LayerFate:
    """What became of one Keras layer.

    Attributes:
        name: of the layer; an activation inside a layer stands alone, as NAME_activ.
        kind: what it is, in a few words.
        into: name of the Akida layer that computes it; None where it was dropped.
    """

    name: str
    kind: str
    into: str | None


@dataclass(frozen=True)
class ActivationStep:
    """How the quantizer divides the range of one activation, in the channel that reaches highest.

    Attributes:
        layer: of the network.
        largest: value that enters the activation, over the calibration photos.
        top: largest value that its integers can hold.
        step: between two integers, in the activation's unit.
        lost: share of the float network's non-zero activations that are zero here, 0 to 1.
    """

    layer: str
    largest: float
    top: float
    step: float
    lost: float


@dataclass(frozen=True)
class ConversionOutcome:
    """What the vendor's tools made of a network, and what our check says of it.

    Attributes:
        layers: of the Keras network, in its order, without its input.
        akida: name to kind of the layers that came out; empty where an error stopped it.
        said: verbatim, each warning and error with the package it came from.
        output_shape: of what came out, (H, W, C); None where an error stopped it.
        left_in_float: first layer that the quantizer does not know; None where it knows all.
        refusal: sentence of our check; None where it accepts.
        passes: device name to the passes that it needs; empty where our check refuses.
        step: of the activation that the case is about; None in the others.
        photos: size of the calibration and check set.
    """

    layers: tuple[LayerFate, ...]
    akida: dict[str, str]
    said: tuple[tuple[str, str], ...]
    output_shape: tuple[int, ...] | None
    left_in_float: str | None
    refusal: str | None
    passes: dict[str, int]
    step: ActivationStep | None
    photos: int

    @property
    def arrived(self) -> int:
        """Keras layers that an Akida layer computes."""
        return sum(layer.into is not None for layer in self.layers)

    @property
    def added(self) -> tuple[str, ...]:
        """Akida layers that no Keras layer asked for."""
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
            "The depthwise convolution that follows QANA's stem, with its trained weights, and a "
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
"""In the order to show them."""
