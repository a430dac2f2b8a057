"""The paper's protocol: trains one network on the paper's split and on the lesion split."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from qana.data.arrays import load_inputs
from qana.data.ham10000 import read_ham10000
from qana.data.paper_split import (
    SPLIT_FILE,
    load_split_images,
    make_paper_split,
    read_paper_split,
)
from qana.data.split_overlap import measure_overlap
from qana.inference.model_store import hash_file
from qana.protocols.paper_networks import (
    RECIPE,
    make_subsets,
    score_network,
    train_and_classify,
)
from qana.protocols.paper_report import PaperReport, PaperSplit, PublishedScores
from qana.training.subsets import load_subsets

PUBLISHED = PublishedScores(accuracy=0.916, macro_f1=0.910)
"""By the authors, arXiv 2507.15958; not measured here."""


def run(
    data: Path, model: str, progress: Callable[[str], None], runs: Path = Path("runs")
) -> PaperReport:
    """Trains one network by one recipe on both splits and evaluates both on Akida.

    Args:
        data: HAM10000 folder in its official layout.
        model: not used; the protocol trains a network of the deployed architecture.
        progress: receives one line of progress.
        runs: folder for the results of the stages, from which an interrupted run continues.

    Returns:
        The report. All intervals are of 95 % over lesions.

    Raises:
        DataError: the data cannot be used.
        ConversionError: a converted network differs from the quantized one.
    """
    photos = read_ham10000(data)
    stored = read_paper_split()
    known = {row.image_id for row in stored} == {photo.image_id for photo in photos}
    rows = stored if known else make_paper_split(photos)
    overlap = measure_overlap(rows, photos)
    progress(
        f"{overlap.own_source:.0%} of the test images have their own source photo in training, "
        f"{overlap.own_source_not_nevi:.0%} of those that show no nevus"
    )
    test_rows = [row for row in rows if row.subset == "test"]
    by_id = {photo.image_id: photo for photo in photos}
    on_paper_split = score_network(
        [by_id[row.image_id] for row in test_rows],
        *train_and_classify(
            make_subsets(rows, photos),
            RECIPE,
            load_split_images(test_rows, photos, RECIPE.input_size),
            runs,
            progress,
        ),
    )
    lesion_recipe = replace(RECIPE, name="paper-lesion")
    subsets = load_subsets(data, lesion_recipe)
    on_lesion_split = score_network(
        subsets.test,
        *train_and_classify(
            subsets,
            lesion_recipe,
            load_inputs(subsets.test, lesion_recipe.input_size),
            runs,
            progress,
        ),
    )
    return PaperReport(
        protocol="paper",
        command="python -m qana protocol paper --data DIR",
        split=PaperSplit(
            file=SPLIT_FILE.name if known else None,
            sha256=hash_file(SPLIT_FILE) if known else None,
            train=len(rows) - len(test_rows),
            test=len(test_rows),
        ),
        overlap=overlap,
        published=PUBLISHED,
        recipe=RECIPE.digest(),
        test=on_paper_split,
        same_network_lesion=on_lesion_split,
    )
