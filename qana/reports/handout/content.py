"""Gathers the content of the handout from the model, its manifest and the prediction of a photo."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qana.inference.classifier import AkidaClassifier
from qana.inference.manifest import ModelEntry
from qana.inference.prediction import Prediction
from qana.walkthrough import quiz
from qana.walkthrough.block_graph import Block, build_block_graph
from qana.walkthrough.chip_drawing import ChipMapping
from qana.walkthrough.chip_drawing_reader import map_entry
from qana.walkthrough.conversion_cases import ConversionOutcome
from qana.walkthrough.layer_events import LayerFrame, make_frames
from qana.walkthrough.quiz import Question

DEVICES = "12 nodes", "6 nodes"
"""Virtual devices of `qana.walkthrough.chip_drawing_reader` that the page compares."""
MAX_MAPS = 3
"""Most event maps on the page."""


@dataclass(frozen=True, eq=False)
class HandoutContent:
    """The content of the page.

    Attributes:
        entry: of the model.
        prediction: of the photo.
        photo: description of the photo, in a few words.
        graph: blocks of the network.
        maps: events of the layers to draw.
        mappings: of the model on each of `DEVICES`.
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
    """Computes the content of the page.

    Args:
        classifier: a loaded classifier.
        image: (H, W, 3) uint8 RGB of any size; its centre square is read.
        photo: description of the photo, in a few words.
    """
    return gather_content_of_prediction(classifier, classifier.classify(image), photo)


def gather_content_of_prediction(
    classifier: AkidaClassifier, prediction: Prediction, photo: str
) -> HandoutContent:
    """Computes the content of the page for a photo that was classified already.

    Args:
        classifier: the classifier that answered.
        prediction: its answer.
        photo: description of the photo, in a few words.
    """
    graph = build_block_graph(classifier.layers, prediction.layers)
    large, small = (map_entry(classifier.entry, device) for device in DEVICES)
    # The last question and its options do not depend on the converter. The answer does, but the
    # page does not print it, so the converter need not run.
    no_outcome = ConversionOutcome((), {}, (), None, None, None, {}, None, 0)
    questions = (
        quiz.ask_sparsity(prediction),
        quiz.ask_largest_block(graph),
        quiz.ask_weight_levels(classifier.layers),
        quiz.ask_passes(large, small),
        quiz.ask_converter(no_outcome),
    )
    maps = _select_maps(make_frames(prediction.outputs))
    return HandoutContent(
        classifier.entry, prediction, photo, graph, maps, (large, small), questions
    )


def _select_maps(frames: Sequence[LayerFrame]) -> tuple[LayerFrame, ...]:
    """Selects the sparsest rectified layer of each of the largest map sizes."""
    best: dict[int, LayerFrame] = {}
    for frame in frames:
        side = len(frame.counts)
        if not frame.signed and (side not in best or frame.sparsity > best[side].sparsity):
            best[side] = frame
    return tuple(best[side] for side in sorted(best, reverse=True)[:MAX_MAPS])
