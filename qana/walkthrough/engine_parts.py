"""Computes the parts of the stored results that need the Akida engine and NumPy alone."""

from dataclasses import asdict

from qana.data.balanced_subset import load_balanced_subset
from qana.data.samples import load_calibration_photos, load_samples
from qana.imaging import read_image, to_input
from qana.inference.load_network import load_network
from qana.inference.manifest import find_entry
from qana.walkthrough.block_graph import build_block_graph
from qana.walkthrough.edited_network import EditableNetwork
from qana.walkthrough.event_budget import find_saving
from qana.walkthrough.few_bit_blocks import find_lossy_blocks
from qana.walkthrough.float_layers import FloatNetwork
from qana.walkthrough.outcome_json import Record, encode_floats
from qana.walkthrough.stored_results import compute_digest


def answer_deployed(model: str) -> list[list[float]]:
    """Classifies the balanced subset with the deployed network.

    Args:
        model: name of the model.

    Returns:
        63 rows of seven logits.
    """
    photos, _labels = load_balanced_subset()
    return encode_floats(
        load_network(find_entry(model)).predict(photos, batch_size=1).reshape(len(photos), -1)
    )


def find_ranges(model: str) -> Record:
    """Finds the ranges of the activations over the calibration photos.

    Args:
        model: name of the model.
    """
    highest = FloatNetwork(find_entry(model)).find_highest(load_calibration_photos())
    return {name: encode_floats(values) for name, values in highest.items()}


def search_exercises(model: str) -> Record:
    """Searches a solution of the exercises for each dermatoscopic sample.

    Args:
        model: name of the model.
    """
    entry = find_entry(model)
    network = EditableNetwork(entry)
    lossy: Record = {}
    savings: Record = {}
    for sample in load_samples():
        inputs = to_input(read_image(sample.path), entry.input_shape[0])
        digest = compute_digest(inputs)
        graph = build_block_graph(list(network.layers.values()), network.run(inputs, {}).layers)
        lossy[digest] = find_lossy_blocks(network, graph, inputs)
        savings[digest] = asdict(find_saving(network, inputs))
    return {"lossy_blocks": lossy, "savings": savings}
