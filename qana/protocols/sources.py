"""The sources protocol: one network on every source of photos, and what makes it fail."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from qana.data.photo import Photo
from qana.data.source_splits import split_sources
from qana.data.sources import read_sources
from qana.evaluation.source_scores import compute_criterion, group_by_source
from qana.inference.classifier import load_classifier
from qana.protocols.classified_photos import classify_photos
from qana.protocols.event_places import measure_event_places
from qana.protocols.left_out_source import evaluate_left_out
from qana.protocols.phone_conditions import measure_phone_conditions
from qana.protocols.shortcuts import compare_concepts, measure_artefacts
from qana.protocols.shortcuts_report import Shortcuts
from qana.protocols.source_results import score_groups, score_sources
from qana.protocols.sources_report import TEST, VALIDATION, LeftOutSource, SourcesReport

SUBSETS = (TEST, VALIDATION)


def run(
    data: Path,
    model: str,
    progress: Callable[[str], None],
    subset: str = TEST,
    left_out: Sequence[LeftOutSource] = (),
) -> SourcesReport:
    """Evaluates a deployed model on the photos of all sources, on Akida.

    Every run gives the same report. Intervals are of 95 % over lesions, and over patients for
    PAD-UFES-20. Make decisions with the validation subset.

    Args:
        data: folder that holds one data set or several.
        model: name of the model in the models folder.
        progress: receives one line of progress.
        subset: "test" or "validation".
        left_out: results of an earlier report on networks that were trained without a source.
            They are kept, because they do not depend on the deployed weights.

    Returns:
        The report.

    Raises:
        DataError: the data cannot be used, or a split leaks.
        ModelError: the model is missing or changed.
        ImageError: a photo cannot be read.
    """
    classifier = load_classifier(model)
    progress("Checking that no lesion and no patient is in two subsets")
    photos = split_sources(read_sources(data))[subset]
    progress(f"{_count_photos(photos)} on {classifier.device}")
    classified = classify_photos(classifier, photos, progress)
    results = score_sources(classified)
    progress("Computing the intervals of the groups")
    groups = score_groups(classified)
    concepts = compare_concepts(classified)
    return SourcesReport(
        protocol="sources",
        command=_make_command(model, subset),
        model=model,
        sha256=classifier.entry.sha256,
        subset=subset,
        criterion=compute_criterion([result.scores for result in results]),
        sources=results,
        groups=groups,
        shortcuts=Shortcuts(concepts, measure_artefacts(classifier, photos, progress)),
        phone=measure_phone_conditions(classifier, photos, progress),
        events=measure_event_places(classifier, photos, progress),
        left_out=list(left_out),
    )


def add_left_out(
    report: SourcesReport,
    data: Path,
    networks: Mapping[str, Path],
    progress: Callable[[str], None],
) -> SourcesReport:
    """Adds networks that were trained without a source to a report, and measures nothing else.

    Args:
        report: the report. Its earlier results on other sources are kept.
        data: folder that holds the sources.
        networks: source to the file of a network that was trained without it.
        progress: receives one line of progress.

    Returns:
        The report with the new results.

    Raises:
        DataError: the data cannot be used, or a split leaks.
        ImageError: a photo cannot be read.
        UserError: a source or a file does not exist.
    """
    photos = split_sources(read_sources(data))[report.subset]
    kept = [old for old in report.left_out if old.source not in networks]
    new = []
    for source, path in networks.items():
        progress(f"Evaluating {path.name} on the {report.subset} photos of {source}")
        new.append(evaluate_left_out(source, path, photos))
    return replace(report, left_out=[*kept, *new])


def _make_command(model: str, subset: str) -> str:
    ending = "" if subset == TEST else f" --subset {subset}"
    return f"python -m qana protocol sources --data DIR --model {model}{ending}"


def _count_photos(photos: Sequence[Photo]) -> str:
    kinds = ", ".join(
        f"{len(indices)} {source} {image_type}"
        for (source, image_type), indices in group_by_source(photos).items()
    )
    return f"{len(photos)} photos ({kinds})"
