"""The paper's protocol on clinical photos: what its way of splitting is worth there.

The paper reports a clinical set that was never released. The smartphone photos of PAD-UFES-20 and
the close-ups of MILK10k stand in for it. One network is trained by one recipe on two splits:

- the paper's: copies enlarge each class to the size of the largest, then single images are split;
- the honest one: lesions (patients for PAD-UFES-20) are split, then copies enlarge the classes of
  the training images alone.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from qana.classes import LABELS
from qana.data.paper_split import SplitRow, load_split_images, make_paper_split
from qana.data.photo import DERMOSCOPIC, Photo
from qana.data.source_splits import split_sources
from qana.data.sources import read_sources
from qana.data.split_overlap import measure_overlap
from qana.errors import DataError
from qana.evaluation.estimates import make_answers
from qana.evaluation.source_scores import score_sources
from qana.protocols.paper_clinical_report import ClinicalSplit, PaperClinicalReport
from qana.protocols.paper_networks import (
    RECIPE,
    load_row_subsets,
    make_subsets,
    score_network,
    train_and_classify,
)
from qana.protocols.paper_report import PublishedScores
from qana.training.recipe import Recipe
from qana.training.subsets import Subsets

PUBLISHED = PublishedScores(accuracy=0.908, macro_f1=0.817)
"""By the authors on their clinical set, arXiv 2507.15958; not measured here."""


def run(
    data: Path, model: str, progress: Callable[[str], None], runs: Path = Path("runs")
) -> PaperClinicalReport:
    """Trains one network by one recipe on both splits and evaluates both on Akida.

    Args:
        data: folder that holds PAD-UFES-20 and MILK10k, or one of them.
        model: not used; the protocol trains a network of the deployed architecture.
        progress: receives one line of progress.
        runs: folder for the results of the stages, from which an interrupted run continues.

    Returns:
        The report. All intervals are of 95 % over lesions, and over patients for PAD-UFES-20.

    Raises:
        DataError: the data cannot be used, or hold no clinical photo.
        ConversionError: a converted network differs from the quantized one.
    """
    photos = read_clinical_photos(data)
    counts, copies = _count_labels(photos), count_copies(photos)
    paper_rows = make_paper_split(photos, copies)
    honest_rows = make_honest_split(photos)
    validation = [row for row in honest_rows if row.subset == "validation"]
    learned = [row for row in honest_rows if row.subset == "train"]
    return PaperClinicalReport(
        protocol="paper-clinical",
        command="python -m qana protocol paper-clinical --data DIR",
        photos=counts,
        copies=copies,
        published=PUBLISHED,
        recipe=RECIPE.digest(),
        paper_split=_measure(
            replace(RECIPE, name="paper-clinical"),
            paper_rows,
            photos,
            lambda: make_subsets(paper_rows, photos),
            runs,
            progress,
        ),
        honest_split=_measure(
            replace(RECIPE, name="paper-clinical-honest"),
            honest_rows,
            photos,
            lambda: load_row_subsets(learned, validation, photos),
            runs,
            progress,
        ),
    )


def read_clinical_photos(data: Path) -> list[Photo]:
    """Reads the smartphone and close-up photos that have one of the seven labels.

    Raises:
        DataError: there is none.
    """
    photos = [
        photo
        for photo in read_sources(data)
        if photo.image_type != DERMOSCOPIC and photo.label is not None
    ]
    if not photos:
        raise DataError(
            f"{data.name} holds no clinical photo: give the folder with PAD-UFES-20 and MILK10k."
        )
    return photos


def count_copies(photos: Sequence[Photo]) -> dict[str, int]:
    """Counts the copies that enlarge each class that occurs to the size of the largest.

    Args:
        photos: photos with a label.

    Returns:
        Label to its number of copies, without the largest class.
    """
    counts = _count_labels(photos)
    largest = max(counts.values())
    return {label: largest - count for label, count in counts.items() if count < largest}


def make_honest_split(photos: Sequence[Photo]) -> list[SplitRow]:
    """Splits lesions and patients first, and enlarges the classes of the training subset alone.

    Args:
        photos: photos with a label.

    Returns:
        Rows of the subsets "train", with copies, "validation" and "test".

    Raises:
        DataError: a lesion or a patient is in two subsets.
    """
    parts = split_sources(photos)
    rows = make_paper_split(parts["train"], count_copies(parts["train"]))
    learned = [SplitRow(row.image_id, row.copy, "train") for row in rows]
    others = [
        SplitRow(photo.image_id, 0, subset)
        for subset in ("validation", "test")
        for photo in parts[subset]
    ]
    return [*learned, *others]


def _measure(
    recipe: Recipe,
    rows: Sequence[SplitRow],
    photos: Sequence[Photo],
    load: Callable[[], Subsets],
    runs: Path,
    progress: Callable[[str], None],
) -> ClinicalSplit:
    """Trains and evaluates one network. It calls `load`, so one set of images is in memory."""
    overlap = measure_overlap(rows, photos)
    progress(
        f"{recipe.name}: {overlap.own_source:.0%} of the test images have their own source photo "
        "in training"
    )
    test_rows = [row for row in rows if row.subset == "test"]
    by_id = {photo.image_id: photo for photo in photos}
    test = [by_id[row.image_id] for row in test_rows]
    inputs = load_split_images(test_rows, photos, recipe.input_size)
    logits, conversion = train_and_classify(load(), recipe, inputs, runs, progress)
    return ClinicalSplit(
        train=len(rows) - len(test_rows),
        test=len(test_rows),
        test_copies=sum(row.copy > 0 for row in test_rows),
        overlap=overlap,
        scores=score_network(test, logits, conversion),
        sources=score_sources(test, make_answers(test, logits)).rows,
    )


def _count_labels(photos: Sequence[Photo]) -> dict[str, int]:
    counts = Counter(photo.label for photo in photos)
    return {label: counts[label] for label in LABELS if counts[label]}
