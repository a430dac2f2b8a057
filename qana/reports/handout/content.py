"""What the handout says, from the model, its manifest and the answer for one photo."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qana.inference.classifier import AkidaClassifier, Prediction
from qana.inference.manifest import ModelEntry
from qana.walkthrough import quiz
from qana.walkthrough.block_graph import Block, build_block_graph
from qana.walkthrough.chip_drawing import ChipMapping
from qana.walkthrough.chip_drawing_reader import map_entry
from qana.walkthrough.conversion_cases import ConversionOutcome
from qana.walkthrough.layer_events import LayerFrame, make_frames
from qana.walkthrough.quiz import Question

DEVICES = "12 nodes", "6 nodes"
MAPS = 3


@dataclass(frozen=True, eq=False)
class HandoutContent:
    """What the page says.

    Attributes:
        entry: the model's.
        prediction: of the photo.
        photo: what it is, in a few words.
        graph: the network's blocks.
        maps: events of the layers that are drawn.
        mappings: on each of `DEVICES`.
        questions: for the class.
    """

    entry: ModelEntry
    prediction: Prediction
    photo: str
    graph: tuple[Block, ...]
    maps: tuple[LayerFrame, ...]
    mappings: tuple[ChipMapping, ...]
    questions: tuple[Question, ...]


def gather_content(classifier: AkidaClassifier, image: np.ndarray, photo: str) -> HandoutContent:
    """Computes what the page says.

    Args:
        classifier: the model.
        image: (H, W, 3) uint8 RGB of any size; its centre square is read.
        photo: what it is, in a few words.
    """
    prediction = classifier.classify(image)
    graph = build_block_graph(classifier.layers, prediction.layers)
    large, small = (map_entry(classifier.entry, device) for device in DEVICES)
    # The last question and its options are the same whatever the converter does; only the answer,
    # which is not printed, needs a run of it.
    nothing_ran = ConversionOutcome((), {}, (), None, None, None, {}, None, 0)
    questions = (
        quiz.ask_sparsity(prediction),
        quiz.ask_largest_block(graph),
        quiz.ask_weight_levels(classifier.layers),
        quiz.ask_passes(large, small),
        quiz.ask_converter(nothing_ran),
    )
    maps = _to_draw(make_frames(prediction.outputs))
    return HandoutContent(
        classifier.entry, prediction, photo, graph, maps, (large, small), questions
    )


def _to_draw(frames: Sequence[LayerFrame]) -> tuple[LayerFrame, ...]:
    """Of the largest maps, the layer of each size that is silent most; linear ones hardly are."""
    best: dict[int, LayerFrame] = {}
    for frame in frames:
        side = len(frame.counts)
        if not frame.signed and (side not in best or frame.sparsity > best[side].sparsity):
            best[side] = frame
    return tuple(best[side] for side in sorted(best, reverse=True)[:MAPS])
