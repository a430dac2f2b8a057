"""The clinical protocol: phone photos of other patients, without and with fine-tuning on them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from qana.classes import LABELS
from qana.conversion.convert import convert
from qana.data.labelled_folder import LabelledImage
from qana.data.pad_ufes_20 import ClinicalPhoto, read_pad_ufes
from qana.evaluation.bootstrap import intervals
from qana.evaluation.evaluate import evaluate
from qana.evaluation.metrics import summarize
from qana.imaging import assess, centre_square, read_image, to_input
from qana.inference.classifier import load_classifier
from qana.inference.manifest import find_entry, models_folder
from qana.inference.model_store import verified_file
from qana.inference.probabilities import softmax
from qana.network.quantizeml_loading import load_model
from qana.training.float_fit import fit_float
from qana.training.quantization import quantize_network
from qana.training.recipe import Recipe
from qana.training.subsets import Subsets
from qana.training.views import Views

ATTRIBUTION = "PAD-UFES-20, Pacheco et al., Data in Brief 32 (2020) 106221, CC BY 4.0"
RECIPE = Recipe(
    "clinical", frame_height=160, epochs=15, learning_rate=3e-4, warmup_epochs=1, batch=32
)
"""Fixed beforehand: two hundred photos leave none to choose by."""
FOLDS = 5


def run(data: Path, model: str, say: Callable[[str], None]) -> dict[str, Any]:
    """Judges a deployed model on PAD-UFES-20, then fine-tunes it there, by patient.

    Args:
        data: PAD-UFES-20 folder.
        model: name of the model in the models folder.
        say: takes one line of progress.

    Returns:
        The document of models/protocols/clinical.json: photos, patients; zero_shot, the document of
        `evaluate` of the deployed model; zero_shot_with_scc, the same with SCC counted as akiec;
        fine_tuned, metrics of networks that were fine-tuned, quantized and converted without the
        patient that they are asked about; quality, what the photo check says; skin_types. All
        intervals are of 95 % over patients. Classes that do not occur are left out of averages.

    Raises:
        DataError: the data cannot be used.
        ModelError: the model is missing or changed.
        ConversionError: a fine-tuned network does not convert whole.
    """
    photos = read_pad_ufes(data)
    classifier = load_classifier(model)
    labelled = [photo for photo in photos if photo.label]
    say(f"{len(photos)} photos on {classifier.device}")
    zero_shot = evaluate(classifier, _images(labelled))
    with_scc = evaluate(classifier, _images(photos))
    sound = sum(assess(read_image(photo.path)).ok for photo in photos)
    patients = len({photo.patient_id for photo in photos})
    return {
        "protocol": "clinical",
        "command": f"python -m qana protocol clinical --data DIR --model {model}",
        "attribution": ATTRIBUTION,
        "model": model,
        "sha256": classifier.entry.sha256,
        "photos": len(photos),
        "patients": patients,
        "diagnoses": dict(sorted(Counter(photo.diagnosis for photo in photos).items())),
        "zero_shot": zero_shot,
        "zero_shot_with_scc": with_scc,
        "fine_tuned": _fine_tuned(labelled, model, say),
        "quality": {"passed": sound, "photos": len(photos)},
        "skin_types": _by_skin_type(photos),
    }


def _images(photos: Sequence[ClinicalPhoto]) -> list[LabelledImage]:
    """Grouped by patient, not by lesion: what is asked is how it does on other people."""
    return [
        LabelledImage(photo.image_id, photo.path, photo.label or "akiec", photo.patient_id)
        for photo in photos
    ]


def _fine_tuned(
    photos: Sequence[ClinicalPhoto], model: str, say: Callable[[str], None]
) -> dict[str, Any]:
    """Every photo is judged once, on Akida, by a network that saw no photo of its patient."""
    entry = find_entry(model)
    float_file = entry.record["keras"]["float"]
    path = verified_file(models_folder() / float_file["file"], float_file["sha256"])
    size = entry.input_shape[0]
    labels = np.array([LABELS.index(photo.label or "akiec") for photo in photos])
    patients = np.array([photo.patient_id for photo in photos])
    pictures = [read_image(photo.path) for photo in photos]
    frames = np.stack([centre_square(picture, RECIPE.frame_height) for picture in pictures])
    inputs = np.stack([to_input(picture, size) for picture in pictures])
    logits = np.empty((len(photos), len(LABELS)), np.float32)
    for number, (learned, held_out) in enumerate(_folds(labels, patients), start=1):
        say(f"Fine-tuning without the patients of fold {number} of {FOLDS}")
        network = load_model(str(path))
        subsets = Subsets(
            train=(),
            validation=(),
            test=(),
            frames=frames[learned],
            train_inputs=inputs[learned],
            train_labels=labels[learned],
            inputs=inputs[held_out],
            labels=labels[held_out],
        )
        with TemporaryDirectory() as folder:
            views = Views(frames[learned], labels[learned], size, RECIPE.balance)
            fit_float(network, views, subsets, RECIPE, Path(folder), f"fold {number}")
        quantized = quantize_network(network, inputs[learned], RECIPE)
        akida_model, _ = convert(quantized, inputs)
        logits[held_out] = akida_model.predict(inputs[held_out]).reshape(len(held_out), -1)
    return {
        **summarize(labels, softmax(logits)),
        "folds": FOLDS,
        "ci95": intervals(labels, logits.argmax(axis=1), patients),
    }


def _folds(labels: np.ndarray, patients: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    dealer = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=RECIPE.seed)
    yield from dealer.split(labels, labels, patients)


def _by_skin_type(photos: Sequence[ClinicalPhoto]) -> dict[str, int]:
    """Photos of each Fitzpatrick type: too few of most to judge by."""
    found = Counter(str(photo.skin_type or "not recorded") for photo in photos)
    return dict(sorted(found.items()))
