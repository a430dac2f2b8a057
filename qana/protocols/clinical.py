"""The clinical protocol: phone photos of other patients, before and after fine-tuning."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from qana.classes import LABELS
from qana.conversion.convert import convert
from qana.data.labelled_folder import LabelledImage
from qana.data.pad_ufes_20 import read_pad_ufes
from qana.data.photo import Photo
from qana.evaluation.bootstrap import compute_intervals
from qana.evaluation.evaluate import evaluate
from qana.evaluation.metrics import score_probabilities
from qana.evaluation.model_record import read_record
from qana.imaging import assess_quality, crop_centre, read_image, to_input
from qana.imaging.field_of_view import crop_to_field_of_view
from qana.inference.classifier import load_classifier
from qana.inference.manifest import find_entry, find_models_folder
from qana.inference.model_store import verify_file
from qana.inference.temperature import softmax
from qana.network.quantizeml_loading import load_model
from qana.protocols.clinical_report import ClinicalReport, FineTunedScores, QualityCount
from qana.training.float_fit import fit_float
from qana.training.quantization import quantize_network
from qana.training.recipe import Recipe
from qana.training.subsets import Subsets
from qana.training.views import Views

ATTRIBUTION = "PAD-UFES-20, Pacheco et al., Data in Brief 32 (2020) 106221, CC BY 4.0"
RECIPE = Recipe(
    "clinical", frame_height=160, epochs=15, learning_rate=3e-4, warmup_epochs=1, batch=32
)
"""Fixed in advance: two hundred photos are too few for a validation set."""
FOLDS = 5


def run(data: Path, model: str, progress: Callable[[str], None]) -> ClinicalReport:
    """Evaluates a deployed model on PAD-UFES-20, then fine-tunes it there, by patient.

    All intervals are of 95 % over patients. Averages leave out classes that do not occur.

    Args:
        data: PAD-UFES-20 folder.
        model: name of the model in the models folder.
        progress: receives one line of progress.

    Returns:
        The report.

    Raises:
        DataError: the data cannot be used.
        ModelError: the model is missing or changed.
        ConversionError: a fine-tuned network does not convert completely.
    """
    photos = read_pad_ufes(data)
    classifier = load_classifier(model)
    labelled = [photo for photo in photos if photo.label]
    progress(f"{len(photos)} photos on {classifier.device}")
    zero_shot = evaluate(classifier, _to_labelled_images(labelled))
    with_scc = evaluate(classifier, _to_labelled_images(photos))
    passed = sum(assess_quality(read_image(photo.path)).ok for photo in photos)
    return ClinicalReport(
        protocol="clinical",
        command=f"python -m qana protocol clinical --data DIR --model {model}",
        attribution=ATTRIBUTION,
        model=model,
        sha256=classifier.entry.sha256,
        photos=len(photos),
        patients=len({photo.patient_id for photo in photos}),
        diagnoses=dict(sorted(Counter(photo.diagnosis for photo in photos).items())),
        zero_shot=zero_shot,
        zero_shot_with_scc=with_scc,
        fine_tuned=_fine_tune_and_evaluate(labelled, model, progress),
        quality=QualityCount(passed=passed, photos=len(photos)),
        skin_types=_count_skin_types(photos),
    )


def _to_labelled_images(photos: Sequence[Photo]) -> list[LabelledImage]:
    """Groups the photos by patient, because the protocol measures transfer to other people."""
    return [
        LabelledImage(photo.image_id, photo.path, photo.label or "akiec", photo.group_id)
        for photo in photos
    ]


def _fine_tune_and_evaluate(
    photos: Sequence[Photo], model: str, progress: Callable[[str], None]
) -> FineTunedScores:
    """Cross-validates by patient: each photo is classified by a network without its patient."""
    entry = find_entry(model)
    float_file = read_record(entry).keras.float_
    path = verify_file(find_models_folder() / float_file.file, float_file.sha256)
    size = entry.input_shape[0]
    labels = np.array([LABELS.index(photo.label or "akiec") for photo in photos])
    patients = np.array([photo.group_id for photo in photos])
    pictures = [read_image(photo.path) for photo in photos]
    fields = [crop_to_field_of_view(picture) for picture in pictures]
    frames = np.stack([crop_centre(field, RECIPE.frame_height) for field in fields])
    inputs = np.stack([to_input(picture, size) for picture in pictures])
    logits = np.empty((len(photos), len(LABELS)), np.float32)
    for number, (learned, held_out) in enumerate(_split_folds(labels, patients), start=1):
        progress(f"Fine-tuning without the patients of fold {number} of {FOLDS}")
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
    return FineTunedScores(
        **vars(score_probabilities(labels, softmax(logits))),
        folds=FOLDS,
        ci95=compute_intervals(labels, logits.argmax(axis=1), patients),
    )


def _split_folds(
    labels: np.ndarray, patients: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=RECIPE.seed)
    yield from splitter.split(labels, labels, patients)


def _count_skin_types(photos: Sequence[Photo]) -> dict[str, int]:
    """Counts the photos of each Fitzpatrick type; most types have too few for a score."""
    counts = Counter(str(photo.fitzpatrick or "not recorded") for photo in photos)
    return dict(sorted(counts.items()))
