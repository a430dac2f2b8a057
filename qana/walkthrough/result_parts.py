"""Computes the parts of the stored results that need TensorFlow, each in a process of its own.

TensorFlow never frees about 0.6 GB of every network that it quantizes, so no process may quantize
them all. `qana.walkthrough.store_results` calls these functions and keeps what they return.
"""

from qana.data.balanced_subset import load_balanced_subset
from qana.data.samples import load_all_samples
from qana.imaging import read_image, to_input
from qana.inference.manifest import find_entry
from qana.inference.model_store import hash_file
from qana.jobs.cache import Cache
from qana.walkthrough.agreement_job import compare_networks
from qana.walkthrough.bit_widths_job import answer_subset, get_network
from qana.walkthrough.conversion_cases import CASES
from qana.walkthrough.conversion_cases_job import run_case
from qana.walkthrough.few_bit_conversion import convert_few_bits
from qana.walkthrough.outcome_json import (
    Record,
    encode_agreement,
    encode_answers,
    encode_outcome,
)
from qana.walkthrough.stored_results import Bits, compute_digest, locate_network


def convert_cases(model: str) -> Record:
    """Runs the vendor's tools on the blocks of the chapter on conversion.

    Args:
        model: name of the model.
    """
    cache = Cache()
    return {
        form.key: encode_outcome(run_case(cache, _ignore, model, form.key))
        for case in CASES
        for form in (case.common, case.spiking)
    }


def compare_samples(model: str) -> Record:
    """Compares Keras and Akida on each sample, layer by layer.

    Args:
        model: name of the model.
    """
    cache, side = Cache(), find_entry(model).input_shape[0]
    found: Record = {}
    for sample in load_all_samples():
        inputs = to_input(read_image(sample.path), side)
        agreement = compare_networks(cache, _ignore, model, inputs)
        found[compute_digest(inputs)] = encode_agreement(agreement)
    return found


def answer_float(model: str) -> Record:
    """Classifies the balanced subset with the float network.

    Args:
        model: name of the model.
    """
    return encode_answers(answer_subset(Cache(), _ignore, model, 0, 0))


def quantize_pair(model: str, bits: Bits) -> Record:
    """Quantizes the float network to a pair of bits, and saves it for the Akida engine.

    Args:
        model: name of the model.
        bits: one of `qana.walkthrough.stored_results.PAIRS`.

    Returns:
        Its answers, and the SHA-256 of its file.

    Raises:
        ConversionError: it does not compute on Akida as in Keras.
    """
    cache = Cache()
    found = answer_subset(cache, _ignore, model, *bits)
    quantized, _seconds = get_network(cache, _ignore, model, *bits)
    path = locate_network(model, bits)
    convert_few_bits(quantized, load_balanced_subset()[0], found.logits).save(str(path))
    return {"answers": encode_answers(found), "sha256": hash_file(path)}


def _ignore(words: str, share: float) -> None:
    """Takes the progress of a job, which is too fine here."""
