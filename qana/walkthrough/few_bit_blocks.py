"""Reduces the weights of chosen blocks to 4 bits, to find the one that loses an answer.

A weight of the deployed network is an 8-bit integer, and each channel uses its whole range. With 4
bits it stands on one of 15 levels, 18 integers apart: -126, -108, ... 126. The changed integers run
in the Akida engine, and the other blocks, all biases and all activations stay as they are. Nothing
is tuned again. The first layer keeps its weights, as the vendor's quantizer keeps them at 8 bits.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

import akida
import numpy as np

from qana.walkthrough.block_graph import Block
from qana.walkthrough.edited_network import Changes, EditableNetwork, EditedAnswer

BITS = 4
MOST_BACK = 2
"""Blocks that the exercise lets go back to 8 bits."""
WEIGHTS = "weights"


def snap_to_levels(weights: np.ndarray, bits: int = BITS) -> np.ndarray:
    """Snaps 8-bit integers to the levels of fewer bits, which stay integers of the same range.

    Args:
        weights: (...) int8, -127 to 127.
        bits: 2 to 8.

    Returns:
        The same shape, int8, on at most 2 ** bits - 1 levels with even distances.
    """
    most = 2 ** (bits - 1) - 1
    step = np.iinfo(np.int8).max // most
    levels = np.clip(np.round(weights / step), -most, most)
    return (levels * step).astype(np.int8)


def list_reducible_blocks(graph: Sequence[Block]) -> tuple[Block, ...]:
    """Lists the blocks with weights behind the first layer, in network order.

    Args:
        graph: blocks of the network, see `build_block_graph`.
    """
    weighted = [block for block in graph if block.parameters]
    return tuple(weighted[1:])


def reduce_blocks(
    network: EditableNetwork, graph: Sequence[Block], names: Collection[str]
) -> Changes:
    """Makes the changes that reduce the weights of blocks to 4 bits.

    Args:
        network: the network.
        graph: its blocks.
        names: names of the blocks to reduce, among `list_reducible_blocks`.
    """
    layers = [
        network.layers[layer.name]
        for block in list_reducible_blocks(graph)
        if block.name in names
        for layer in block.layers
    ]
    return {
        layer.name: {WEIGHTS: snap_to_levels(layer.get_variable(WEIGHTS))}
        for layer in layers
        if _has_weights(layer)
    }


def find_lossy_blocks(
    network: EditableNetwork, graph: Sequence[Block], inputs: np.ndarray, most: int = MOST_BACK
) -> tuple[str, ...] | None:
    """Finds the fewest blocks that must keep 8 bits for the network to keep its answer.

    Args:
        network: the network.
        graph: its blocks.
        inputs: (S, S, 3) uint8 network input.
        most: most blocks to try together.

    Returns:
        Names of these blocks; empty where the answer survives 4 bits in every block; None where no
        choice of `most` blocks brings it back.
    """
    label = network.run(inputs, {}).label
    for kept, answer in _try_all(network, graph, inputs, most):
        if answer.label == label:
            return kept
    return None


def _try_all(
    network: EditableNetwork, graph: Sequence[Block], inputs: np.ndarray, most: int
) -> Iterator[tuple[tuple[str, ...], EditedAnswer]]:
    names = [block.name for block in list_reducible_blocks(graph)]
    for size in range(most + 1):
        for kept in combinations(names, size):
            reduced = [name for name in names if name not in kept]
            yield kept, network.run(inputs, reduce_blocks(network, graph, reduced))


def _has_weights(layer: akida.Layer) -> bool:
    return WEIGHTS in layer.get_variable_names()
