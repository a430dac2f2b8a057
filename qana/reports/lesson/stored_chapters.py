"""Prepares the chapters of the lesson that `python -m qana walkthrough` has computed."""

from dataclasses import dataclass

import numpy as np

from qana.data.balanced_subset import load_balanced_subset
from qana.inference.classifier import AkidaClassifier
from qana.inference.prediction import Prediction
from qana.walkthrough.bit_widths import CHOICES
from qana.walkthrough.conversion_cases import CASES, BlockForm, ConversionOutcome
from qana.walkthrough.quiz import (
    Question,
    ask_converter,
    ask_plain_skin,
    ask_sparsity,
    ask_time_steps,
)
from qana.walkthrough.stored_results import StaleResultsError, StoredResults, read_stored_results


@dataclass(frozen=True)
class FormResult:
    """What became of one form of a block.

    Attributes:
        block: name of the block.
        form: name of the form.
        about: one sentence on what the block computes, in plain text.
        arrived: number of its layers that the converted model computes.
        layers: number of its layers.
        verdict: what QANA's check reports.
        messages: package and text of each warning and error of the vendor's tools, verbatim.
    """

    block: str
    form: str
    about: str
    arrived: int
    layers: int
    verdict: str
    messages: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class StoredChapters:
    """Results of the deployed network with all forms and bits.

    Attributes:
        forms: of all blocks.
        photos: number of photos that `right` counts among.
        right: for each number of bits of the weights, the right answers with each number of bits
            of the activations, in the order of `choices`.
        choices: numbers of bits.
        float_right: right answers of the float network.
        deployed_right: right answers of the deployed network, which is tuned.
        converter: what the converter does with the published attention gate.
    """

    forms: tuple[FormResult, ...]
    photos: int
    right: dict[int, tuple[int, ...]]
    choices: tuple[int, ...]
    float_right: int
    deployed_right: int
    converter: ConversionOutcome


def gather_stored_chapters(classifier: AkidaClassifier) -> StoredChapters | None:
    """Reads the stored results; None if there are none for these weights."""
    try:
        stored = read_stored_results(classifier.entry)
    except StaleResultsError:
        return None
    return make_stored_chapters(stored)


def make_stored_chapters(stored: StoredResults) -> StoredChapters:
    """Counts and words what the stored results say."""
    _photos, labels = load_balanced_subset()

    def count_right(logits: np.ndarray) -> int:
        return int((logits.argmax(axis=1) == labels).sum())

    return StoredChapters(
        forms=tuple(
            _describe_form(case.name, form, stored.cases[form.key])
            for case in CASES
            for form in (case.common, case.spiking)
        ),
        photos=len(labels),
        right={
            weights: tuple(count_right(stored.answers[weights, acts].logits) for acts in CHOICES)
            for weights in CHOICES
        },
        choices=CHOICES,
        float_right=count_right(stored.float_answers.logits),
        deployed_right=count_right(stored.deployed),
        converter=stored.cases[CASES[0].common.key],
    )


def make_questions(
    photo: Prediction, skin: Prediction, stored: StoredChapters | None
) -> tuple[Question, ...]:
    """Makes the questions of the lesson about one photo.

    Args:
        photo: answer to the photo.
        skin: answer to plain skin.
        stored: the stored chapters, which one question is about; None leaves it out.
    """
    size = sum(layer.size for layer in photo.layers)
    questions = [
        ask_time_steps(photo.events, size),
        ask_sparsity(photo),
        ask_plain_skin(photo.events, skin.events),
    ]
    return (*questions, *([ask_converter(stored.converter)] if stored else []))


def _describe_form(block: str, form: BlockForm, outcome: ConversionOutcome) -> FormResult:
    if outcome.refusal is not None:
        verdict = f"Refused. {' '.join(w for w in outcome.refusal.split() if w.strip('_='))}"
    elif not outcome.passes:
        verdict = "Refused before it could be checked: the quantizer left nothing to convert."
    else:
        passes = ", ".join(f"{count} on {device}" for device, count in outcome.passes.items())
        verdict = (
            f"Accepted. All {outcome.photos} photos get the same class as in Keras, and it maps "
            f"entirely. Passes: {passes}."
        )
    return FormResult(
        block,
        form.name,
        form.about.replace("**", ""),
        outcome.arrived,
        len(outcome.layers),
        verdict,
        outcome.messages,
    )
