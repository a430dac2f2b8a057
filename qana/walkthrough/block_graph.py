"""Builds the graph of blocks of a converted network, with the cost of each block.

The graph is read from the Akida model, so it is that of the model that classifies. A layer keeps
the name that `qana.network` gave it, and the first word of the name is its block. A layer of an
unknown block forms a block under its own first word, so the sums over the blocks are those of the
whole network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from string import digits

import akida
import numpy as np

from qana.errors import UserError
from qana.inference.events import LayerEvents
from qana.walkthrough.block_texts import JOINED, KINDS, UNITS


@dataclass(frozen=True)
class LayerCost:
    """Cost of one layer of a block.

    Attributes:
        name: of the layer.
        unit: description of the layer, such as "Depthwise 5x5, stride 2".
        shape: (H, W, C) of its output.
        parameters: number of integers in its weights and biases.
        macs: multiply-accumulates of one photo by the engine's count: each weight at each position
            of the output before pooling, padding included.
        events: non-zero outputs for this photo; None for a layer that sends no events of its own
            (pixels, Concatenate) and for the logits.
    """

    name: str
    unit: str
    shape: tuple[int, ...]
    parameters: int
    macs: int
    events: int | None


@dataclass(frozen=True)
class Block:
    """One block of the graph.

    Attributes:
        name: first word of the names of its layers, such as "attention40".
        kind: letters of its name or "fused"; a key of `qana.walkthrough.block_texts.KINDS` where
            the block is known.
        title: name to display.
        does: one or two sentences on what it computes.
        layers: in network order.
        sources: names of the blocks that feed it.
        skips: names of the blocks that are added to its result by a residual connection.
    """

    name: str
    kind: str
    title: str
    does: str
    layers: tuple[LayerCost, ...]
    sources: tuple[str, ...]
    skips: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W, C) of its output."""
        return self.layers[-1].shape

    @property
    def parameters(self) -> int:
        """Number of integers in the weights and biases of its layers."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of its layers for one photo."""
        return sum(layer.macs for layer in self.layers)

    @property
    def events(self) -> int:
        """Non-zero outputs of its layers for this photo."""
        return sum(layer.events or 0 for layer in self.layers)


def build_block_graph(
    layers: Sequence[akida.Layer], events: Sequence[LayerEvents]
) -> tuple[Block, ...]:
    """Builds the graph of a converted network.

    Args:
        layers: of an Akida 2.0 model, in network order, from `AkidaClassifier.layers`.
        events: of one photo, from `Prediction.layers`.

    Returns:
        The blocks, in the order of their first layers.

    Raises:
        UserError: there are no layers.
    """
    if not layers:
        raise UserError("This model has no layers: convert a trained network.")
    sent = {layer.name: layer.events for layer in events}
    members: dict[str, list[akida.Layer]] = {}
    for layer in layers:
        members.setdefault(_find_block(layer), []).append(layer)
    return tuple(_make_block(name, found, sent) for name, found in members.items())


def compute_shares(graph: Sequence[Block], cost: str) -> dict[str, float]:
    """Computes the share of each block in the cost of the network.

    Args:
        graph: all blocks.
        cost: "macs" or "parameters".

    Returns:
        Name of each block to its share, 0 to 1.
    """
    total = sum(getattr(block, cost) for block in graph)
    return {block.name: getattr(block, cost) / total for block in graph}


def _find_block(layer: akida.Layer) -> str:
    word = str(layer.name).split("_")[0]
    return JOINED.get(word, word)


def _make_block(name: str, layers: list[akida.Layer], sent: dict[str, int]) -> Block:
    letters = name.rstrip(digits)
    kind = "fused" if letters == "block" and not _has_depthwise(layers) else letters
    title, does = KINDS.get(kind, (name, "A part that this walkthrough has no words for."))
    entering: dict[bool, list[str]] = {False: [], True: []}
    for layer in layers:
        adds = layer.parameters.layer_type == akida.LayerType.Add
        entering[adds] += [_find_block(before) for before in layer.inbounds]
    sources, skips = (
        tuple(dict.fromkeys(found for found in entering[adds] if found != name))
        for adds in (False, True)
    )
    return Block(
        name=name,
        kind=kind,
        title=title.format(name[len(letters) :]),
        does=f"{does} The result is added to the block's input." if skips else does,
        layers=tuple(_make_cost(layer, sent.get(layer.name)) for layer in layers),
        sources=sources,
        skips=skips,
    )


def _has_depthwise(layers: Sequence[akida.Layer]) -> bool:
    return any(layer.parameters.layer_type == akida.LayerType.DepthwiseConv2D for layer in layers)


def _make_cost(layer: akida.Layer, events: int | None) -> LayerCost:
    held = set(layer.get_variable_names()) & {"weights", "bias"}
    return LayerCost(
        name=layer.name,
        unit=_describe_unit(layer),
        shape=tuple(layer.output_dims),
        parameters=sum(layer.get_variable(name).size for name in held),
        macs=layer.macs,
        events=events,
    )


def _describe_unit(layer: akida.Layer) -> str:
    kind = layer.parameters.layer_type
    words = UNITS.get(kind.name, kind.name)
    weights = layer.get_variable("weights") if "weights" in layer.get_variable_names() else None
    if weights is None or weights.ndim != 4:
        return words
    side = len(weights)
    words += f" {side}x{side}"
    if kind == akida.LayerType.DepthwiseConv2DTranspose:
        return f"{words}, stride {layer.output_dims[0] // layer.input_dims[0]}"
    if layer.parameters.kernel_stride > 1:
        words += f", stride {layer.parameters.kernel_stride}"
    if akida.PoolType(layer.parameters.pool_type) == akida.PoolType.Average:
        words += ", averaged"
    return f"{words}, identity" if _is_identity(kind, weights) else words


def _is_identity(kind: akida.LayerType, weights: np.ndarray) -> bool:
    # A depthwise kernel with one equal weight in the centre passes its input on.
    centre = weights[len(weights) // 2, len(weights) // 2]
    alone = np.count_nonzero(weights) == np.count_nonzero(centre)
    return bool(kind == akida.LayerType.DepthwiseConv2D and alone and np.ptp(centre) == 0)
