"""Asks questions about a photo and the deployed network, with computed answers.

The numeric options are computed too: the right one from the model, and the wrong ones from numbers
that a reader could confuse with it. The page Convert asks `ask_time_steps`, `ask_plain_skin`,
`ask_sparsity`, `ask_converter` and `ask_loss`, before the lesson and after it. The handout asks
others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import akida
import numpy as np

from qana.inference.prediction import Prediction
from qana.walkthrough.block_graph import Block
from qana.walkthrough.chip_drawing import ChipMapping, format_passes
from qana.walkthrough.conversion_cases import ConversionOutcome

OFFSETS = ((-0.16, -0.08), (-0.08, 0.08), (0.08, 0.16))
"""Offsets of the two wrong shares, which make the true one the last, middle or first option."""
STOPS = "It stops with an error"
SHORTENS = "It warns, and hands over a shorter network"
CONVERTS = "It converts the whole network"
ONE_STEP = "One, and afterwards a neuron keeps nothing"
TENS_OF_STEPS = "Tens, and a neuron keeps its membrane potential between them"
LAYER_STEPS = "One for each layer, in which all neurons fire together"
SKIN_RANGES = (
    (0.5, "Less than half as many"),
    (0.9, "Between half and nine tenths as many"),
    (1.1, "About as many, within a tenth"),
    (float("inf"), "More than a tenth more"),
)
"""Upper end of each range of the ratio of events, and its text."""
QUANTIZING, CONVERTING, MAPPING = (
    "Where numbers become integers of few bits",
    "Where the integers move into Akida's layers",
    "Where the layers are placed on the chip",
)


@dataclass(frozen=True)
class Question:
    """A question with several options.

    Attributes:
        key: identifier of the question.
        text: one or two sentences.
        options: at least two different texts.
        right: index of the right option.
        why: one or two sentences that explain the answer with its numbers.
    """

    key: str
    text: str
    options: tuple[str, ...]
    right: int
    why: str


def ask_sparsity(prediction: Prediction) -> Question:
    """Asks which share of the hidden activations is zero for a photo."""
    share = prediction.sparsity
    others = [share + away for away in OFFSETS[prediction.events % len(OFFSETS)]]
    size = sum(layer.size for layer in prediction.layers)
    return _make_numeric_question(
        "silence",
        f"Your photo makes {size:,} activations in the hidden layers. How many are zero, so that "
        "Akida never sends them?",
        share,
        others,
        lambda value: f"{value:.0%}",
        f"{prediction.events:,} of them are events; {share:.1%} are silent.",
    )


def ask_time_steps(events: int, size: int) -> Question:
    """Asks how many time steps one photo takes on Akida.

    Args:
        events: events of the photo's hidden layers.
        size: activations of these layers.
    """
    return Question(
        "time",
        "How many time steps does Akida take for one photo?",
        (TENS_OF_STEPS, LAYER_STEPS, ONE_STEP),
        2,
        f"Each of the {size:,} neurons adds its inputs once, and {events:,} send one event. A "
        "second run of the same photo gives the same integers.",
    )


def ask_plain_skin(events: int, skin: int) -> Question:
    """Asks how many events plain skin makes, compared with the photo.

    Args:
        events: events of the photo.
        skin: events of a picture of plain skin.
    """
    right = next(i for i, (end, _text) in enumerate(SKIN_RANGES) if skin / events < end)
    return Question(
        "skin",
        "A picture of plain skin, without any lesion, goes through the same network. How many "
        "events does it make, compared with your photo?",
        tuple(text for _end, text in SKIN_RANGES),
        right,
        f"Your photo makes {events:,} events and plain skin {skin:,}, {skin / events - 1:+.1%}.",
    )


def ask_loss(quantized: int, converted: int, photos: int) -> Question:
    """Asks at which step a network with 4 bits loses answers.

    Args:
        quantized: photos whose answer changes from float to 4-bit integers, without tuning.
        converted: photos whose class differs between quantized Keras and Akida.
        photos: number of photos of the first count.
    """
    return Question(
        "loss",
        "A float network is quantized to 4 bits without tuning, and converted for Akida. Mapping "
        "to a chip would come next. Where does it lose answers?",
        (QUANTIZING, CONVERTING, MAPPING),
        0 if quantized >= converted else 1,
        f"At 4 bits, {quantized} of {photos} test lesions get another answer than in float. The "
        f"conversion moves the same integers: {converted} samples change their class. Mapping "
        "changes no number.",
    )


def ask_largest_block(graph: Sequence[Block]) -> Question:
    """Asks which block has the most multiply-accumulates."""
    ranked = sorted(graph, key=lambda block: -block.macs)
    first, second = ranked[0], ranked[1]
    widest = max(ranked[2:], key=lambda block: block.parameters)
    offered = sorted((first, second, widest), key=[*graph].index)
    total = sum(block.macs for block in graph)
    return Question(
        "dearest",
        "Which of these blocks takes the most multiply-accumulates?",
        tuple(f"{block.title} ({block.name})" for block in offered),
        offered.index(first),
        f"{first.name} takes {first.macs / total:.0%} of them with "
        f"{first.parameters:,} parameters, {widest.name} {widest.macs / total:.0%} with "
        f"{widest.parameters:,}: the map is larger where {first.name} works, and each weight is "
        "used at each of its places.",
    )


def ask_weight_levels(layers: Sequence[akida.Layer]) -> Question:
    """Asks how many levels the weights of the largest layer use."""
    weighted = [layer for layer in layers if "weights" in layer.get_variable_names()]
    layer = max(weighted, key=lambda one: one.get_variable("weights").size)
    weights = layer.get_variable("weights")
    used, bits = len(np.unique(weights)), layer.parameters.weights_bits
    return _make_numeric_question(
        "levels",
        f"Layer {layer.name} has {weights.size:,} weights of {bits} bits. How many different "
        "integers are there among them?",
        used,
        (2 ** (bits - 1), 2**bits),
        lambda value: f"{value:,.0f}",
        f"{bits} bits could hold {2**bits}, but levels lie evenly on both sides of zero, which "
        f"leaves {2**bits - 1}; {used} of them are used, from {weights.min()} to {weights.max()}.",
    )


def ask_passes(large: ChipMapping, small: ChipMapping) -> Question:
    """Asks in how many passes a smaller device runs the network."""
    many = len(large.mesh.processors), len(small.mesh.processors)
    needed = len(large.passes), len(small.passes)
    used = sum(large.count_used(number) for number in range(needed[0]))
    least = -(-used // many[1])
    return _make_numeric_question(
        "passes",
        f"On {large.device} ({many[0]} neural processors) the network runs in "
        f"{format_passes(needed[0])}. In how many on {small.device} ({many[1]})?",
        needed[1],
        (needed[0], needed[0] * many[0] / many[1]),
        lambda value: f"{value:.0f}",
        f"The engine's own mapping takes {needed[1]}; the smallest number that could hold all that "
        f"{large.device} holds in {format_passes(needed[0])} would be {least}.",
    )


def ask_converter(outcome: ConversionOutcome) -> Question:
    """Asks what the vendor's converter does with the published attention gate."""
    if not outcome.akida:
        right = STOPS
    elif outcome.arrived < len(outcome.layers):
        right = SHORTENS
    else:
        right = CONVERTS
    options = (STOPS, SHORTENS, CONVERTS)
    message = f" It says: “{outcome.messages[-1][1]}”." if outcome.messages else ""
    return Question(
        "converter",
        "A network has the published attention gate, a sigmoid and a multiplication, in its "
        "middle. What does the vendor's converter do with it?",
        options,
        options.index(right),
        f"{outcome.arrived} of {len(outcome.layers)} layers arrive.{message}",
    )


def _make_numeric_question(
    key: str,
    text: str,
    true: float,
    others: Sequence[float],
    write: Callable[[float], str],
    why: str,
) -> Question:
    """Makes a question with numbers as options, smallest first."""
    offered = sorted({write(value): value for value in (*others, true)}.items(), key=lambda o: o[1])
    words = tuple(written for written, _value in offered)
    return Question(key, text, words, words.index(write(true)), why)
