"""Measures shortcuts: features of a photo that are no part of the lesion but change the answer."""

from collections.abc import Callable, Sequence

import numpy as np

from qana.data.drawn_artefacts import ARTEFACTS
from qana.data.photo import Photo
from qana.evaluation.estimates import estimate_share, score_answers
from qana.evaluation.source_scores import group_by_source
from qana.inference.classifier import AkidaClassifier
from qana.protocols.classified_photos import (
    ClassifiedPhotos,
    change_photos,
    choose_photos,
    classify_photos,
    collect,
)
from qana.protocols.shortcuts_report import ArtefactResult, ConceptResult

CONCEPTS = ("pen", "gel", "hair")
"""MONET's concepts that are no part of a lesion."""
QUARTER = 0.25
MOST_DRAWN = 150
"""Photos of each source and image type that artefacts are drawn on."""
DRAWN_SOURCES = ("ham10000", "milk10k", "pad_ufes_20")
"""The sources that artefacts are drawn on: each image type is among them."""


def compare_concepts(classified: ClassifiedPhotos) -> list[ConceptResult]:
    """Compares photos with much pen, gel or hair with those that have little.

    The scores come from MONET, a model, and nobody has checked them. The two quarters hold
    different lesions, so a difference may have another cause.

    Args:
        classified: photos of any sources; those without MONET scores are left out.
    """
    results = []
    for (_, image_type), indices in group_by_source(classified.photos).items():
        rated = [i for i in indices if classified.photos[i].concepts is not None]
        if not rated:
            continue
        part = classified.select(rated)
        for concept in CONCEPTS:
            scores = np.array([(photo.concepts or {})[concept] for photo in part.photos])
            low, high = np.quantile(scores, (QUARTER, 1 - QUARTER))
            results.append(
                ConceptResult(
                    image_type=image_type,
                    concept=concept,
                    little_up_to=float(low),
                    much_from=float(high),
                    little=score_answers(part.answers.select(scores <= low)),
                    much=score_answers(part.answers.select(scores >= high)),
                )
            )
    return results


def measure_artefacts(
    classifier: AkidaClassifier,
    photos: Sequence[Photo],
    progress: Callable[[str], None],
    most: int = MOST_DRAWN,
) -> list[ArtefactResult]:
    """Counts the answers that change when something is drawn on a photo.

    Args:
        classifier: the classifier.
        photos: photos of any sources; those without a label are left out.
        progress: receives one line of progress.
        most: largest number of photos of each source and image type.

    Raises:
        ImageError: a photo cannot be read.
    """
    labelled = [p for p in photos if p.source in DRAWN_SOURCES and p.label is not None]
    results = []
    for (source, image_type), indices in group_by_source(labelled).items():
        chosen = choose_photos([labelled[index] for index in indices], most)
        progress(f"Drawing artefacts on {len(chosen)} photos: {source}, {image_type}")
        before = classify_photos(classifier, chosen)
        for name, draw in ARTEFACTS.items():
            after = collect(classifier, chosen, change_photos(chosen, draw))
            results.append(
                ArtefactResult(
                    source=source,
                    image_type=image_type,
                    artefact=name,
                    changed=estimate_share(before.predicted != after.predicted, before.groups),
                    accuracy_before=score_answers(before.answers).accuracy,
                    accuracy_after=score_answers(after.answers).accuracy,
                )
            )
    return results
