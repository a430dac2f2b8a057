"""What the samples cost: events are counted, energy is modelled from them."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from qana.bench.board_model import Estimate, fit_board_models, scale_by_events
from qana.bench.synaptic_operations import count_operations
from qana.data.samples import Sample, load_samples
from qana.imaging import read_image, to_input
from qana.inference.classifier import AkidaClassifier
from qana.inference.events import count_events


@dataclass(frozen=True)
class SampleCost:
    """Attributes:
    recorded: class of the lesion.
    events: non-zero hidden activations of its photo.
    energy: that a board would spend on it.
    """

    recorded: str
    events: int
    energy: Estimate


def estimate_sample_costs(classifier: AkidaClassifier) -> tuple[SampleCost, ...]:
    """Of every sample, in their order, on the first board whose energy is modelled; the samples'
    mean events stand for those of the network."""
    model = next(model for model in fit_board_models() if model.quantity == "energy")
    estimate = model.predict_model(classifier.entry)
    samples = load_samples()
    events = [
        sum(
            layer.events
            for layer in count_events(classifier.record_layers(_inputs(classifier, sample)))
        )
        for sample in samples
    ]
    mean = float(np.mean(events))
    return tuple(
        SampleCost(sample.label, count, scale_by_events(estimate, count, mean))
        for sample, count in zip(samples, events, strict=True)
    )


def count_layer_operations(classifier: AkidaClassifier, sample: Sample) -> list[dict[str, Any]]:
    """Of every layer that has weights, as `qana.bench.synaptic_operations.LayerOperations`."""
    inputs = _inputs(classifier, sample)
    found = count_operations(classifier.layers, classifier.record_layers(inputs), inputs)
    return [asdict(layer) for layer in found]


def _inputs(classifier: AkidaClassifier, sample: Sample) -> np.ndarray:
    return to_input(read_image(sample.path), classifier.input_size)
