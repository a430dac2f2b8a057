"""Checks every figure of README.md: without the photos what can be had, and with them the rest."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qana.data.source_names import TITLES
from qana.data.source_splits import split_sources
from qana.data.sources import read_sources
from qana.errors import explain_missing_package
from qana.inference.load_network import load_network
from qana.inference.manifest import CHIPS, DEFAULT_MODEL, ModelEntry, find_entry, read_manifest
from qana.network.keras_forms import locate_keras_form
from qana.protocols.protocol_reports import read_reports, read_sources_report
from qana.protocols.sources_report import TEST, SourceResult
from qana.reports.checked_figure import CheckedFigure, Status, compare
from qana.reports.light_report import read_light
from qana.reports.readme import BEGIN, COLUMNS, END

COMPARED = ("ham10000", "dermoscopic")
SCORES = ("accuracy", "balanced_accuracy", "macro_f1")
NEEDS_PHOTOS = "give --data a folder with HAM10000"
SOURCES = (
    ("HAM10000 (0\\.\\d+), MILK10k", "ham10000", "dermoscopic"),
    ("MILK10k (0\\.\\d+) \\(dermatoscope\\)", "milk10k", "dermoscopic"),
    ("and (0\\.\\d+) \\(camera\\)", "milk10k", "close-up"),
    ("BCN20000 (0\\.\\d+),", "bcn20000", "dermoscopic"),
    ("ISIC 2017 (0\\.\\d+),", "isic2017", "dermoscopic"),
    ("PAD-UFES-20 (0\\.\\d+) \\(phone\\)", "pad_ufes_20", "smartphone"),
)
"""Pattern of each mean recall of the five common classes, with its source and image type."""
EARLIER = (
    (
        "had accuracy (0\\.\\d+), balanced accuracy (0\\.\\d+) and macro F1 (0\\.\\d+)",
        "all_photos",
    ),
    ("without 50 photos, (0\\.\\d+), (0\\.\\d+) and (0\\.\\d+)", "without_seen"),
)
"""Pattern of the scores of the akida2 before, and the key in models/protocols/same-lesion.json."""
Results = Mapping[tuple[str, str], SourceResult]


@dataclass(frozen=True)
class Measured:
    """What was computed on the photos at hand.

    Attributes:
        sources: results of each model by source and image type; empty without photos.
    """

    sources: Mapping[str, Results] = field(default_factory=dict)

    def find(self, model: str, source: tuple[str, str]) -> SourceResult | None:
        """Finds the result of a model on a source and image type; None if it was not computed."""
        return self.sources.get(model, {}).get(source)


def measure_models(data: Path, progress: Callable[[str], None]) -> Measured:
    """Classifies the test photos of each source at hand with each model, on Akida.

    Args:
        data: folder of one data set, or folder whose subfolders are data sets.
        progress: receives lines of progress.

    Raises:
        DataError: the folder holds no data set, or a split does not fit.
        UserError: a package for the scores is missing.
    """
    with explain_missing_package():
        from qana.inference.classifier import load_classifier
        from qana.protocols.classified_photos import classify_photos
        from qana.protocols.source_results import score_sources
    photos = split_sources(read_sources(data))[TEST]
    found: dict[str, Results] = {}
    for entry in read_manifest():
        progress(f"{entry.name}: {len(photos)} test photos")
        kept = photos
        if entry.name != DEFAULT_MODEL:  # README states others on HAM10000 alone
            kept = [photo for photo in photos if photo.source == COMPARED[0]]
        results = score_sources(classify_photos(load_classifier(entry.name), kept, progress))
        found[entry.name] = {(one.source, one.image_type): one for one in results}
    return Measured(found)


def check_readme(text: str, measured: Measured) -> list[CheckedFigure]:
    """Checks the figures of README.md.

    Args:
        text: content of README.md.
        measured: what was computed on photos, if there are any.

    Returns:
        The figures in the order of the text. Patterns that the text no longer has are left out.

    Raises:
        ModelError: a model is missing or changed.
    """
    prose = " ".join(text.split())
    return [
        *_check_installation(prose),
        *_check_table(text, measured),
        *_check_sources(prose, measured),
        *_check_earlier(prose),
    ]


def _check_installation(prose: str) -> Iterator[CheckedFigure]:
    light = read_light()
    if full := re.search(r"torch: (\d+) GB of disk space", prose):
        reason = "install the full version and measure the folder .venv"
        yield compare("disk space, full", full[1], None, Status.COMPUTED, reason)
    if light and full and (part := re.search(r"about a (tenth) of the disk space", prose)):
        share = light.disk_mb / 1000 / float(full[1])
        found = "tenth" if 1 / 15 < share < 1 / 7 else f"share of {share:.2f}"
        reason = f"run `{light.command}`"
        yield compare("disk space, light", part[1], found, Status.RECORDED, reason)


def _check_table(text: str, measured: Measured) -> Iterator[CheckedFigure]:
    rows = text.partition(BEGIN)[2].partition(END)[0].strip().splitlines()[2:]
    for row in rows:
        cells = dict(
            zip(COLUMNS, (cell.strip() for cell in row.strip("|").split("|")), strict=True)
        )
        entry = find_entry(cells["Model"].strip("*"))
        for column, found, status, reason in _find_row(entry, measured):
            yield compare(f"{entry.name}, {column}", cells[column], found, status, reason)


def _find_row(
    entry: ModelEntry, measured: Measured
) -> Iterator[tuple[str, str | None, Status, str]]:
    """Finds the cells of a model: column, value, how it was found, and what would be better."""
    network = load_network(entry)
    yield "Chip", CHIPS[entry.target], Status.COMPUTED, ""
    yield "Bits (weights / activations)", _read_bits(network.layers), Status.COMPUTED, ""
    parameters = _count_parameters(entry)
    reason = "install h5py"
    yield "Parameters", None if parameters is None else f"{parameters:,}", Status.COMPUTED, reason
    counted = int(network.macs)
    status = Status.COMPUTED if counted else Status.RECORDED
    reason = "the engine counts no MACs for Akida 1.0: `qana train` counts them"
    yield "MACs", f"{(counted or entry.macs) / 1e6:.1f} M", status, reason
    result = measured.find(entry.name, COMPARED)
    titles = ("Accuracy", "Balanced accuracy", "Macro F1")
    for column, score in zip(titles, SCORES, strict=True):
        if result is None:
            value = entry.metrics["lesion-test"][score]
            yield column, f"{value:.3f}", Status.RECORDED, NEEDS_PHOTOS
        else:
            value = getattr(result.scores, score).value
            yield column, f"{value:.3f}", Status.COMPUTED, ""
    yield "File size", f"{entry.path.stat().st_size / 1000:.0f} kB", Status.COMPUTED, ""


def _read_bits(layers: Any) -> str:
    """Reads the bits of weights and activations from the layers between the first and the last."""
    weights: set[int | None] = set()
    activations: set[int | None] = set()
    kept = [layer for layer in layers if _read(layer, "weights_bits") is not None]
    for layer in kept[1:-1]:
        weights.add(_read(layer, "weights_bits"))
        activations.add(_read(layer, "output_bits") or _read(layer, "act_bits"))
    return " / ".join(",".join(sorted(map(str, found))) for found in (weights, activations))


def _read(layer: Any, name: str) -> int | None:
    try:
        return int(getattr(layer.parameters, name))
    except (AttributeError, ValueError):  # the engine raises ValueError for an absent one
        return None


def _count_parameters(entry: ModelEntry) -> int | None:
    """Counts the numbers in the file of the float network; None without the package h5py."""
    try:
        import h5py
    except ModuleNotFoundError:
        return None
    count = 0

    def add(_name: str, part: Any) -> None:
        nonlocal count
        count += int(part.size) if isinstance(part, h5py.Dataset) else 0

    with h5py.File(locate_keras_form(entry, "float")[0]) as file:
        file["model_weights"].visititems(add)
    return count


def _check_sources(prose: str, measured: Measured) -> Iterator[CheckedFigure]:
    entry = find_entry(DEFAULT_MODEL)
    report = read_sources_report(entry)
    recorded = {(one.source, one.image_type): one for one in report.sources} if report else {}
    for pattern, source, image_type in SOURCES:
        if not (stated := re.search(pattern, prose)):
            continue
        computed = measured.find(entry.name, (source, image_type))
        result = computed or recorded.get((source, image_type))
        value = result.scores.balanced_five.value if result else None
        yield compare(
            f"{entry.name}, mean recall of five classes on {TITLES[source]}, {image_type}",
            stated[1],
            None if value is None else f"{value:.2f}",
            Status.COMPUTED if computed else Status.RECORDED,
            f"give --data a folder with {TITLES[source]}",
        )


def _check_earlier(prose: str) -> Iterator[CheckedFigure]:
    report = read_reports().same_lesion
    earlier = report.models.get(DEFAULT_MODEL) if report else None
    reason = "the weights of the akida2 before are in the history of the repository alone"
    for pattern, part in EARLIER:
        if stated := re.search(pattern, prose):
            for number, score in enumerate(SCORES, start=1):
                value = getattr(getattr(earlier, part), score).value if earlier else None
                found = None if value is None else f"{value:.3f}"
                name = f"the akida2 before, {score.replace('_', ' ')}, {part.replace('_', ' ')}"
                yield compare(name, stated[number], found, Status.RECORDED, reason)
    if (stated := re.search(r"(\d+) of the ([\d,]+) test photos", prose)) and report and earlier:
        counts = (f"{report.seen_photos}", f"{earlier.all_photos.photos:,}")
        for name, text, count in zip(
            ("test photos of seen lesions", "test photos"), stated.groups(), counts, strict=True
        ):
            yield compare(name, text, count, Status.RECORDED, f"run `{report.command}`")
