"""Raises the thresholds of the rectified layers, so that a photo makes fewer events.

Akida's activation is a staircase: a sum below the threshold gives no event, and each further step
of the sum gives the next integer. The bias holds the threshold, so a lower bias is a higher
threshold: with `n` steps more, the sums that gave 1 to n are silent, and the others give n less.
Only rectified layers have a threshold. A layer without a rectifier sends sums of both signs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import akida
import numpy as np

from qana.export.akida_rescaling import read_rescaling
from qana.walkthrough.edited_network import Changes, EditableNetwork, EditedAnswer

STEPS = (0, 1, 2, 4, 8, 16)
"""Choices for a threshold, in integers of the layer's output."""
SHARE_OF_BEST = 0.7
"""Budget of the exercise, as a share of the largest saving that `find_saving` found."""
PLAIN_SAVING = 0.005
"""Saving that the exercise asks for where no search was run: half a percent of the events."""
BIAS = "bias"

Thresholds = Mapping[int, int]
"""Side of a map, pixels, to the number of steps that the thresholds of its layers rise."""


@dataclass(frozen=True)
class Saving:
    """What a search found for one photo.

    Attributes:
        share: largest saving of events with the same class, as a share of all events.
        thresholds: of that saving.
    """

    share: float
    thresholds: dict[int, int]

    @property
    def budget(self) -> float:
        """Saving that the exercise asks for, 0 to 1, in whole thousandths."""
        return max(int(1000 * SHARE_OF_BEST * self.share), 1) / 1000


def list_sides(layers: Mapping[str, akida.Layer]) -> tuple[int, ...]:
    """Lists the sides of the maps of the rectified layers, the largest first.

    Args:
        layers: of an Akida 2.0 network, by name.
    """
    return tuple(sorted({layer.output_dims[0] for layer in _list_rectified(layers)}, reverse=True))


def raise_thresholds(network: EditableNetwork, thresholds: Thresholds) -> Changes:
    """Makes the changes that raise thresholds.

    A bias has 8 bits with a shift of its own, so a threshold rises by the nearest number that it
    can hold, and stops at its end.

    Args:
        network: the network.
        thresholds: the thresholds.
    """
    changes = {}
    for layer in _list_rectified(network.layers):
        if steps := thresholds.get(layer.output_dims[0], 0):
            rescaling = read_rescaling(layer)
            shift = layer.get_variable("bias_shift").astype(np.float64)
            lower = steps * 2.0**rescaling.shift / rescaling.scale / 2.0**shift
            limits = np.iinfo(np.int8)
            bias = np.clip(np.round(layer.get_variable(BIAS) - lower), limits.min, limits.max)
            changes[layer.name] = {BIAS: bias.astype(np.int8)}
    return changes


def compute_saving(answer: EditedAnswer, events: int) -> float:
    """Computes which share of the deployed network's events an answer saves.

    Args:
        answer: of the changed network.
        events: of the deployed network for the same photo.
    """
    return 1 - answer.events / events


def find_saving(network: EditableNetwork, inputs: np.ndarray) -> Saving:
    """Searches thresholds that save events and keep the class.

    It raises one threshold at a time by one choice: the one after which the class has the largest
    lead. It ends when every rise loses the class, and does not claim that no better choice exists.

    Args:
        network: the network.
        inputs: (S, S, 3) uint8 network input.
    """
    plain = network.run(inputs, {})
    sides = list_sides(network.layers)
    chosen = dict.fromkeys(sides, 0)
    best = Saving(0.0, dict(chosen))
    while tries := _list_rises(chosen):
        answers = [network.run(inputs, raise_thresholds(network, one)) for one in tries]
        kept = [
            (answer.compute_margin(plain.label), compute_saving(answer, plain.events), one)
            for answer, one in zip(answers, tries, strict=True)
            if answer.label == plain.label
        ]
        if not kept:
            break
        _margin, share, chosen = max(kept, key=lambda found: found[0])
        if share > best.share:
            best = Saving(share, dict(chosen))
    return best


def _list_rises(chosen: Thresholds) -> Sequence[dict[int, int]]:
    return [
        {**chosen, side: STEPS[STEPS.index(steps) + 1]}
        for side, steps in chosen.items()
        if steps != STEPS[-1]
    ]


def _list_rectified(layers: Mapping[str, akida.Layer]) -> list[akida.Layer]:
    """Lists the layers with a rectifier whose maps are larger than one pixel."""
    return [
        layer
        for layer in layers.values()
        if "max_value" in layer.get_variable_names() and layer.output_dims[0] > 1
    ]
