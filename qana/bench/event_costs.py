"""Counts the events of the samples and models the energy of each."""

from dataclasses import dataclass

import numpy as np

from qana.bench.activity import find_sparsity
from qana.bench.board_model import Estimate, fit_board_models
from qana.bench.event_scaling import scale_by_events
from qana.bench.synaptic_operations import LayerOperations, count_operations
from qana.data.samples import Sample, load_samples
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.events import count_events


@dataclass(frozen=True)
class SampleCost:
    """Events and modelled energy of one sample.

    Attributes:
        recorded: recorded class of the lesion, one of `qana.classes.LABELS`.
        events: non-zero hidden activations of the photo.
        energy: modelled energy of the photo on a board.
    """

    recorded: str
    events: int
    energy: Estimate


def estimate_sample_costs(classifier: AkidaClassifier) -> tuple[SampleCost, ...]:
    """Estimates the cost of every sample, in their order.

    The energy is that of the first board with an energy model. The mean events of the samples
    stand for the mean events of the network.

    Args:
        classifier: a loaded classifier.
    """
    model = next(model for model in fit_board_models() if model.quantity == "energy")
    estimate = model.predict_model(classifier.entry, find_sparsity(classifier.entry))
    samples = load_samples()
    events = [
        sum(layer.events for layer in count_events(classifier.record_layers(inputs)))
        for inputs in (_read_inputs(classifier, sample) for sample in samples)
    ]
    mean = float(np.mean(events))
    return tuple(
        SampleCost(sample.label, count, scale_by_events(estimate, count, mean))
        for sample, count in zip(samples, events, strict=True)
    )


def count_layer_operations(
    classifier: AkidaClassifier, sample: Sample
) -> tuple[LayerOperations, ...]:
    """Counts the synaptic operations of each layer that has weights, for one sample.

    Args:
        classifier: a loaded classifier.
        sample: its photo is read from its file.
    """
    inputs = _read_inputs(classifier, sample)
    return count_operations(classifier.layers, classifier.record_layers(inputs), inputs)


def _read_inputs(classifier: AkidaClassifier, sample: Sample) -> np.ndarray:
    """Reads the (S, S, 3) uint8 network input of one sample."""
    return to_input(read_image(sample.path), classifier.input_size)
