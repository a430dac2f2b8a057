"""QANA as a graph of blocks: what each does, what feeds it and what it costs.

Everything is read from the converted network, so the graph is that of the model that answers. The
layers keep the names that `qana.network.qana` gave them, and the first word of a name is its block.
Words about a block are those of `qana.network.blocks`. A layer of no known block forms a block
under its own first word, so nothing is lost and all sums are those of the whole network.
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
    """One layer of a block.

    Attributes:
        name: of the layer.
        unit: what it computes, such as "Depthwise 5x5, stride 2".
        shape: of its output, (H, W, C).
        parameters: integers in its weights and biases.
        macs: multiply-accumulates of one photo as the engine counts them: each weight at each
            place of the output before pooling, padding included.
        events: non-zero values that it sent for this photo; None where it sends none of its own
            (pixels, Concatenate) or its result is the answer (logits).
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
        name: first word of its layers' names, such as "attention40".
        kind: its letters or "fused", a key of `KINDS` or something unknown.
        title: for people.
        does: one or two sentences.
        layers: in the order of the network.
        sources: blocks whose result enters its first step.
        skips: blocks whose result is added, as it is, to what this block computes.
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
        """Of its result, (H, W, C)."""
        return self.layers[-1].shape

    @property
    def parameters(self) -> int:
        """Of its layers together."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def macs(self) -> int:
        """Of its layers together."""
        return sum(layer.macs for layer in self.layers)

    @property
    def events(self) -> int:
        """Of its layers together, for this photo."""
        return sum(layer.events or 0 for layer in self.layers)


def build_block_graph(
    layers: Sequence[akida.Layer], events: Sequence[LayerEvents]
) -> tuple[Block, ...]:
    """The graph of a converted network.

    Args:
        layers: of an Akida 2.0 model, in its order, as `AkidaClassifier.layers`.
        events: of one photo, as `Prediction.layers`.

    Returns:
        The blocks in the order in which their first layers run.

    Raises:
        UserError: there are no layers.
    """
    if not layers:
        raise UserError("This model has no layers: convert a trained network.")
    sent = {layer.name: layer.events for layer in events}
    members: dict[str, list[akida.Layer]] = {}
    for layer in layers:
        members.setdefault(_block_of(layer), []).append(layer)
    return tuple(_block(name, found, sent) for name, found in members.items())


def compute_shares(graph: Sequence[Block], cost: str) -> dict[str, float]:
    """Name of each block to its share of the whole network's cost, 0 to 1.

    Args:
        graph: all blocks.
        cost: "macs" or "parameters".
    """
    total = sum(getattr(block, cost) for block in graph)
    return {block.name: getattr(block, cost) / total for block in graph}


def _block_of(layer: akida.Layer) -> str:
    word = str(layer.name).split("_")[0]
    return JOINED.get(word, word)


def _block(name: str, layers: list[akida.Layer], sent: dict[str, int]) -> Block:
    letters = name.rstrip(digits)
    kind = "fused" if letters == "block" and not _has_depthwise(layers) else letters
    title, does = KINDS.get(kind, (name, "A part that this walkthrough has no words for."))
    entering: dict[bool, list[str]] = {False: [], True: []}
    for layer in layers:
        adds = layer.parameters.layer_type == akida.LayerType.Add
        entering[adds] += [_block_of(before) for before in layer.inbounds]
    sources, skips = (
        tuple(dict.fromkeys(found for found in entering[adds] if found != name))
        for adds in (False, True)
    )
    return Block(
        name=name,
        kind=kind,
        title=title.format(name[len(letters) :]),
        does=f"{does} The result is added to the block's input." if skips else does,
        layers=tuple(_cost(layer, sent.get(layer.name)) for layer in layers),
        sources=sources,
        skips=skips,
    )


def _has_depthwise(layers: Sequence[akida.Layer]) -> bool:
    return any(layer.parameters.layer_type == akida.LayerType.DepthwiseConv2D for layer in layers)


def _cost(layer: akida.Layer, events: int | None) -> LayerCost:
    held = set(layer.get_variable_names()) & {"weights", "bias"}
    return LayerCost(
        name=layer.name,
        unit=_unit(layer),
        shape=tuple(layer.output_dims),
        parameters=sum(layer.get_variable(name).size for name in held),
        macs=layer.macs,
        events=events,
    )


def _unit(layer: akida.Layer) -> str:
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
    """A depthwise kernel of one same weight in the centre hands its input on."""
    centre = weights[len(weights) // 2, len(weights) // 2]
    alone = np.count_nonzero(weights) == np.count_nonzero(centre)
    return bool(kind == akida.LayerType.DepthwiseConv2D and alone and np.ptp(centre) == 0)
