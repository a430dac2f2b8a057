"""Stored results of Convert: none, or made up ones for the present weights."""

import dataclasses

import numpy as np
import pytest

from qana.classes import LABELS
from qana.data.balanced_subset import load_balanced_subset
from qana.data.samples import load_calibration_photos
from qana.inference.manifest import ModelEntry
from qana.walkthrough.agreement import Agreement, LayerAgreement
from qana.walkthrough.bit_widths import LAYERS, QuantizedAnswers, snap_weights
from qana.walkthrough.conversion_cases import CASES, ConversionOutcome, LayerFate
from qana.walkthrough.event_budget import Saving
from qana.walkthrough.float_layers import FloatNetwork
from qana.walkthrough.stored_results import (
    PAIRS,
    StaleResultsError,
    StoredResults,
    compute_digest,
)

STALE = "The stored results of this page belong to other weights."


def forget_stored_results(patch: pytest.MonkeyPatch) -> None:
    """Makes the page find stored results of other weights."""

    def refuse(entry: ModelEntry) -> StoredResults:
        raise StaleResultsError(STALE)

    patch.setattr("ui.convert.stored.read_stored_results", refuse)


def keep_stored_results(patch: pytest.MonkeyPatch, stored: StoredResults) -> None:
    """Makes the page find these stored results."""
    patch.setattr("ui.convert.stored.read_stored_results", lambda entry: stored)


class MadeUpResults(StoredResults):
    """Stored results whose networks answer with the class of the number of weight bits."""

    def answer_photo(self, inputs: np.ndarray, bits: tuple[int, int]) -> np.ndarray:
        return np.eye(len(LABELS), dtype=np.float32)[bits[0] % len(LABELS)]


def make_stored_results(entry: ModelEntry) -> StoredResults:
    """Makes results up that have the shapes of real ones."""
    rng = np.random.default_rng(0)
    _photos, labels = load_balanced_subset()
    samples = load_calibration_photos()
    digests = [compute_digest(photo) for photo in samples]

    def answer(bits: int) -> QuantizedAnswers:
        weights = rng.normal(0, 1, 200).astype(np.float32)
        scale = np.float32(np.abs(weights).max() / (2 ** (bits - 1) - 1)) if bits else 1.0
        levels = {name: snap_weights(weights, scale, bits) for name in LAYERS} if bits else {}
        logits = rng.normal(0, 1, (len(labels), len(LABELS))).astype(np.float32)
        return QuantizedAnswers(logits, levels, 12.0)

    fates = (LayerFate("a", "Conv2D", "a"), LayerFate("b", "sigmoid", None))
    words = (("cnn2snn", "The end is ignored."),)
    outcome = ConversionOutcome(fates, {"a": "Conv2D"}, words, None, None, "No.", {}, None, 21)
    agreement = Agreement((LayerAgreement("a", 9, 1, 1, True),), (), 0.0, True)
    return MadeUpResults(
        entry=entry,
        answers={bits: answer(bits[0]) for bits in PAIRS},
        float_answers=answer(0),
        deployed=rng.normal(0, 1, (len(labels), len(LABELS))).astype(np.float32),
        cases={
            form.key: dataclasses.replace(outcome, passes={})
            for case in CASES
            for form in (case.common, case.spiking)
        },
        agreements=dict.fromkeys(digests, agreement),
        highest=FloatNetwork(entry).find_highest(samples[:2]),
        lossy_blocks=dict.fromkeys(digests),
        savings=dict.fromkeys(digests, Saving(0.02, {})),
        _digests={},
    )
