"""The protocol same-lesion: measures what photos of a test lesion in training are worth.

The lesion_id of HAM10000 does not group all photos of a lesion, so some test lesions had photos in
training or validation under another id. The split of today excludes these photos, but networks that
were trained before have seen them. This protocol scores a model with and without such lesions.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from qana.data.ham10000 import read_ham10000
from qana.data.lesion_split import split_photos
from qana.data.photo import Photo
from qana.data.same_lesion import find_seen_photos, group_photos, read_same_lesion_pairs
from qana.evaluation.estimates import make_answers, score_answers
from qana.evaluation.report_files import read_report_if_present
from qana.imaging import to_input
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.protocols.classified_photos import read_photo
from qana.protocols.same_lesion_report import SameLesionReport, SameLesionScores

BATCH = 32


def run(data: Path, model: str, progress: Callable[[str], None]) -> SameLesionReport:
    """Scores a model on the test photos of HAM10000, on Akida, with and without seen lesions.

    Args:
        data: HAM10000 folder in its official layout.
        model: name of the model in the models folder.
        progress: receives one line of progress.

    Returns:
        The stored report with the scores of this model.

    Raises:
        DataError: the data cannot be used, or the split leaks.
        ModelError: the model is missing or changed.
        ImageError: a photo cannot be read.
    """
    classifier = load_classifier(model)
    photos = read_ham10000(data)
    test = split_photos(photos)["test"]
    known = {photo.image_id for photo in photos}
    pairs = [pair for pair in read_same_lesion_pairs() if known.issuperset(pair)]
    names = find_seen_photos(photos, test, group_photos(photos, pairs))
    seen = np.array([photo.image_id in names for photo in test], bool)
    progress(f"{len(test)} test photos on {classifier.device}, {sum(seen)} of lesions seen before")
    answers = make_answers(test, _compute_logits(classifier, test), classifier.entry.temperature)
    earlier = read_report_if_present("protocols/same-lesion.json", SameLesionReport, None)
    scores = SameLesionScores(
        sha256=classifier.entry.sha256,
        all_photos=score_answers(answers),
        without_seen=score_answers(answers.select(~seen)),
        seen=score_answers(answers.select(seen)),
    )
    return SameLesionReport(
        protocol="same-lesion",
        command="python -m qana protocol same-lesion --data DIR --model NAME, for each model",
        pairs=len(pairs),
        seen_photos=int(seen.sum()),
        seen_lesions=len({photo.lesion_id for photo, one in zip(test, seen, strict=True) if one}),
        models={**(earlier.models if earlier else {}), model: scores},
    )


def _compute_logits(classifier: AkidaClassifier, photos: Sequence[Photo]) -> np.ndarray:
    """Runs the classifier on all photos: (N, 7) float32."""
    return np.concatenate(
        [
            classifier.logits(
                np.stack(
                    [
                        to_input(read_photo(photo), classifier.input_size)
                        for photo in photos[at : at + BATCH]
                    ]
                )
            )
            for at in range(0, len(photos), BATCH)
        ]
    )
