"""Runs a study: trains and measures its variants, and writes the table.

A variant that has been measured before is not measured again.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tf_keras as keras

from qana.conversion.convert import convert
from qana.data.arrays import encode_labels, identity, load_inputs
from qana.data.colour_constancy import apply_shades_of_grey
from qana.errors import ConversionError
from qana.evaluation.bootstrap import compute_intervals
from qana.evaluation.metrics import score_probabilities
from qana.evaluation.report_files import (
    Cell,
    StudyTable,
    read_studies,
    to_document,
    write_report,
)
from qana.inference.temperature import softmax
from qana.network.logits import compute_logits
from qana.network.macs import count_macs
from qana.studies.study import Study, Variant
from qana.training import ProgressCallback
from qana.training.stages import Stages
from qana.training.subsets import Subsets, load_subsets

RARE_CLASSES = ("df", "vasc", "akiec")
COLUMNS = (
    "variant",
    "stage",
    "accuracy",
    "balanced accuracy",
    "macro F1",
    "macro F1, 95 % interval",
    *(f"recall {label}" for label in (*RARE_CLASSES, "mel")),
    "parameters",
    "MACs (million)",
)
ComputeLogits = Callable[[np.ndarray], np.ndarray]
"""(N, S, S, 3) uint8 to (N, 7) logits."""


def run_study(
    study: Study, data: Path, runs: Path, out: Path, progress: ProgressCallback
) -> StudyTable:
    """Trains and measures each variant, and writes `out`/studies/<name>.json after each stage.

    Stored figures of the same recipes are kept, so a stopped study continues, on another machine as
    well. Figures that another study measured for the same recipe and subset are copied.

    Args:
        study: study to run.
        data: HAM10000 folder.
        runs: folder of all runs.
        out: models folder.
        progress: receives one line for each variant and each stage.

    Returns:
        The table as written.

    Raises:
        DataError: the data cannot be used, or `runs` has a run of another recipe with the same
            name.
        ReportError: the file of an earlier run is damaged.
    """
    path = out / "studies" / f"{study.name}.json"
    earlier = _read_earlier_figures(study, out)
    measured = {v.key: earlier[v.key] for v in study.variants if v.key in earlier}

    def write() -> StudyTable:
        table = _build_table(study, measured)
        write_report(path, to_document(table))
        return table

    write()  # so that figures of variants that have left the study are removed
    for variant in study.variants:
        progress(f"{study.name}: {variant.label}")
        known = measured.setdefault(variant.key, {})
        if set(variant.stages) <= known.keys():
            continue
        for stage, found in _measure_stages(variant, study.subset, known, data, runs, progress):
            known[stage] = found
            write()
        keras.backend.clear_session()
    return write()


def _read_earlier_figures(study: Study, out: Path) -> dict[str, Any]:
    """Reads the stored figures for the subset of a study, by `Variant.key`.

    The study's own file has priority over the files of other studies.
    """
    known = [table for table in read_studies(out) if table.subset == study.subset]
    known.sort(key=lambda table: table.study == study.name)
    found: dict[str, Any] = {}
    for table in known:
        for key, stages in (table.measured or {}).items():
            found.setdefault(key, {}).update(stages)
    return found


def _build_table(study: Study, measured: dict[str, dict[str, Any]]) -> StudyTable:
    """Builds the table of a study from the figures by `Variant.key` and stage."""
    whole = [v for v in study.variants if set(v.stages) <= measured.get(v.key, {}).keys()]
    known = [(v, stage) for v in study.variants for stage in v.stages if v.key in measured]
    return StudyTable(
        study=study.name,
        title=study.title,
        command=f"python -m qana study {study.name} --data DIR",
        subset=study.subset,
        columns=list(COLUMNS),
        rows=[
            _build_row(v.label, stage, measured[v.key][stage])
            for v, stage in known
            if stage in measured[v.key]
        ],
        note=study.note,
        missing=[variant.label for variant in study.variants if variant not in whole],
        refused=[
            f"{v.label}, {stage}: {measured[v.key][stage]['failed']}"
            for v, stage in known
            if "failed" in measured[v.key].get(stage, {})
        ],
        measured={key: stages for key, stages in measured.items() if stages},
    )


def _measure_stages(
    variant: Variant,
    subset: str,
    known: dict[str, Any],
    data: Path,
    runs: Path,
    progress: ProgressCallback,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Measures each stage that is not in `known`, and yields its name and its figures."""
    subsets = load_subsets(data, variant.recipe)
    stages = Stages(subsets, variant.recipe, runs, progress)
    photos = subsets.test if subset == "test" else subsets.validation
    first = apply_shades_of_grey if variant.recipe.colour_constancy else identity
    inputs = load_inputs(photos, variant.recipe.input_size, first)
    lesions = [photo.lesion_id for photo in photos]
    for stage in [stage for stage in variant.stages if stage not in known]:
        try:
            network = _load_network(stages, stage, subsets)
        except ConversionError as error:
            progress(str(error))
            found: dict[str, Any] = {"failed": str(error)}
        else:
            logits = _average_flips(network, inputs) if variant.flips else network(inputs)
            found = _measure_logits(encode_labels(photos), logits, lesions)
        yield stage, found | _count_costs(stages)


def _load_network(stages: Stages, stage: str, subsets: Subsets) -> ComputeLogits:
    """Returns the network of a stage as a function. Converts it for the stage "akida"."""
    if stage == "akida":
        model, _ = convert(stages.tuned_network, subsets.inputs)
        return lambda inputs: model.predict(inputs, batch_size=64).reshape(len(inputs), -1)
    keras_model = getattr(stages, f"{stage}_network")
    return lambda inputs: compute_logits(keras_model, inputs)


def _average_flips(network: ComputeLogits, inputs: np.ndarray) -> np.ndarray:
    """Returns the log of the mean probabilities of four mirror images, (N, 7)."""
    views = (inputs, inputs[:, ::-1], inputs[:, :, ::-1], inputs[:, ::-1, ::-1])
    probabilities = np.mean([softmax(network(np.ascontiguousarray(view))) for view in views], 0)
    return np.log(probabilities)


def _measure_logits(labels: np.ndarray, logits: np.ndarray, lesions: list[str]) -> dict[str, Any]:
    """Computes the figures of a row from (N,) labels, (N, 7) logits and N lesion names."""
    result = score_probabilities(labels, softmax(logits))
    return {
        **{name: getattr(result, name) for name in ("accuracy", "balanced_accuracy", "macro_f1")},
        "ci95": list(compute_intervals(labels, logits.argmax(axis=1), lesions).macro_f1),
        "recall": {label: result.per_class[label].recall for label in (*RARE_CLASSES, "mel")},
    }


def _count_costs(stages: Stages) -> dict[str, Any]:
    """Counts the parameters and the MACs of the float network."""
    return {
        "parameters": int(stages.float_network.count_params()),
        "macs": count_macs(stages.float_network),
    }


def _build_row(label: str, stage: str, found: dict[str, Any]) -> list[Cell]:
    """Builds the cells of a row. A failed conversion has empty cells for its figures."""
    cost = [found["parameters"], round(found["macs"] / 1e6, 1)]
    if "failed" in found:
        return [label, stage, *[None] * (len(COLUMNS) - 4), *cost]
    low, high = found["ci95"]
    return [
        label,
        stage,
        *(round(found[name], 3) for name in ("accuracy", "balanced_accuracy", "macro_f1")),
        f"{low:.3f} to {high:.3f}",
        *(round(found["recall"][name], 2) for name in (*RARE_CLASSES, "mel")),
        *cost,
    ]
