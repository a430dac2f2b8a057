"""Making a study's table, a row at a time; what was measured before is not measured again."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tf_keras as keras

from qana.conversion.convert import convert
from qana.data.arrays import apply_shades_of_grey, encode_labels, identity, load_inputs
from qana.errors import ConversionError
from qana.evaluation.bootstrap import compute_intervals
from qana.evaluation.metrics import summarize
from qana.evaluation.report_files import read_studies, write_report
from qana.inference.temperature import softmax
from qana.network.logits import compute_logits
from qana.network.macs import count_macs
from qana.studies.study import Study, Variant
from qana.training.stages import Say, Stages
from qana.training.subsets import Subsets, load_subsets

RARE = ("df", "vasc", "akiec")
COLUMNS = (
    "variant",
    "stage",
    "accuracy",
    "balanced accuracy",
    "macro F1",
    "macro F1, 95 % interval",
    *(f"recall {label}" for label in (*RARE, "mel")),
    "parameters",
    "MACs (million)",
)
Network = Callable[[np.ndarray], np.ndarray]
"""(N, S, S, 3) uint8 to (N, 7) logits."""


def run_study(study: Study, data: Path, runs: Path, out: Path, progress: Say) -> dict[str, Any]:
    """Trains and measures every variant, and writes `out`/studies/<name>.json after each stage.

    What that file holds already, of the very same recipes, is kept: a study goes on where it was
    stopped, on another machine as well. So is what another study measured on the same subset.

    Args:
        study: what to compare.
        data: HAM10000 folder.
        runs: folder of the stages.
        out: models folder.
        say: takes one line of progress.

    Returns:
        The document: study, title, command, subset, columns, rows, note; missing, labels of the
        variants that are not measured whole yet; refused, what the check of a conversion did not
        let pass, and why; measured, the figures by `Variant.key`.

    Raises:
        DataError: the data cannot be used, or `runs` holds a run of another recipe.
        ReportError: the file of an earlier run is damaged.
    """
    path = out / "studies" / f"{study.name}.json"
    earlier = _earlier(study, out)
    measured = {v.key: earlier[v.key] for v in study.variants if v.key in earlier}

    def write() -> dict[str, Any]:
        document = _document(study, measured)
        write_report(path, document)
        return document

    write()  # what is of a recipe no longer in the study goes
    for variant in study.variants:
        progress(f"{study.name}: {variant.label}")
        known = measured.setdefault(variant.key, {})
        if set(variant.stages) <= known.keys():
            continue
        for stage, found in _measure(variant, study.subset, known, data, runs, progress):
            known[stage] = found
            write()
        keras.backend.clear_session()
    return write()


def _earlier(study: Study, out: Path) -> dict[str, Any]:
    """What is known on the subset of a study, by `Variant.key`; its own file has the last word."""
    known = [one for one in read_studies(out) if one["subset"] == study.subset]
    known.sort(key=lambda one: one["study"] == study.name)
    found: dict[str, Any] = {}
    for one in known:
        for key, stages in one.get("measured", {}).items():
            found.setdefault(key, {}).update(stages)
    return found


def _document(study: Study, measured: dict[str, dict[str, Any]]) -> dict[str, Any]:
    whole = [v for v in study.variants if set(v.stages) <= measured.get(v.key, {}).keys()]
    known = [(v, stage) for v in study.variants for stage in v.stages if v.key in measured]
    return {
        "study": study.name,
        "title": study.title,
        "command": f"python -m qana study {study.name} --data DIR",
        "subset": study.subset,
        "columns": list(COLUMNS),
        "rows": [
            _row(v.label, stage, measured[v.key][stage])
            for v, stage in known
            if stage in measured[v.key]
        ],
        "note": study.note,
        "missing": [variant.label for variant in study.variants if variant not in whole],
        "refused": [
            f"{v.label}, {stage}: {measured[v.key][stage]['failed']}"
            for v, stage in known
            if "failed" in measured[v.key].get(stage, {})
        ],
        "measured": {key: stages for key, stages in measured.items() if stages},
    }


def _measure(
    variant: Variant, subset: str, known: dict[str, Any], data: Path, runs: Path, progress: Say
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each stage that is not known yet, with its figures."""
    subsets = load_subsets(data, variant.recipe)
    stages = Stages(subsets, variant.recipe, runs, progress)
    photos = subsets.test if subset == "test" else subsets.validation
    first = apply_shades_of_grey if variant.recipe.colour_constancy else identity
    inputs = load_inputs(photos, variant.recipe.input_size, first)
    lesions = [photo.lesion_id for photo in photos]
    for stage in [stage for stage in variant.stages if stage not in known]:
        try:
            network = _network(stages, stage, subsets)
        except ConversionError as error:
            progress(str(error))
            found: dict[str, Any] = {"failed": str(error)}
        else:
            logits = _flipped(network, inputs) if variant.flips else network(inputs)
            found = _measured(encode_labels(photos), logits, lesions)
        yield stage, found | _cost(stages)


def _network(stages: Stages, stage: str, subsets: Subsets) -> Network:
    if stage == "akida":
        model, _ = convert(stages.tuned_network, subsets.inputs)
        return lambda inputs: model.predict(inputs, batch_size=64).reshape(len(inputs), -1)
    keras_model = getattr(stages, f"{stage}_network")
    return lambda inputs: compute_logits(keras_model, inputs)


def _flipped(network: Network, inputs: np.ndarray) -> np.ndarray:
    views = (inputs, inputs[:, ::-1], inputs[:, :, ::-1], inputs[:, ::-1, ::-1])
    probabilities = np.mean([softmax(network(np.ascontiguousarray(view))) for view in views], 0)
    return np.log(probabilities)


def _measured(labels: np.ndarray, logits: np.ndarray, lesions: list[str]) -> dict[str, Any]:
    result = summarize(labels, softmax(logits))
    return {
        **{name: result[name] for name in ("accuracy", "balanced_accuracy", "macro_f1")},
        "ci95": compute_intervals(labels, logits.argmax(axis=1), lesions)["macro_f1"],
        "recall": {label: result["per_class"][label]["recall"] for label in (*RARE, "mel")},
    }


def _cost(stages: Stages) -> dict[str, Any]:
    return {
        "parameters": int(stages.float_network.count_params()),
        "macs": count_macs(stages.float_network),
    }


def _row(label: str, stage: str, found: dict[str, Any]) -> list[Any]:
    cost = [found["parameters"], round(found["macs"] / 1e6, 1)]
    if "failed" in found:
        return [label, stage, *[None] * (len(COLUMNS) - 4), *cost]
    low, high = found["ci95"]
    return [
        label,
        stage,
        *(round(found[name], 3) for name in ("accuracy", "balanced_accuracy", "macro_f1")),
        f"{low:.3f} to {high:.3f}",
        *(round(found["recall"][name], 2) for name in (*RARE, "mel")),
        *cost,
    ]
