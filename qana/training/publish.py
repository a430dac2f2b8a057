"""A finished network into the models folder: converted, checked, measured, gated, recorded."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import akida
import numpy as np
import tf_keras as keras

from qana.conversion.convert import ConversionReport, convert
from qana.data.ham10000 import Photo
from qana.data.labelled_folder import LabelledImage
from qana.data.lesion_split import SPLIT_FILE
from qana.evaluation.evaluate import evaluate
from qana.evaluation.fit_temperature import fit_temperature
from qana.inference.classifier import load_classifier
from qana.inference.manifest import MANIFEST
from qana.inference.model_store import hash_file
from qana.network.macs import count_macs
from qana.training.parent_model import ParentModel
from qana.training.recipe import Recipe
from qana.training.record_gate_and_abstention import record_gate_and_abstention
from qana.training.subsets import Subsets

LICENCE = "CC BY-NC 4.0 (weights follow their training data, HAM10000)"


def publish(
    recipe: Recipe,
    networks: dict[str, keras.Model],
    subsets: Subsets,
    found: dict[str, object],
    out: Path,
    progress: Callable[[str], None],
) -> None:
    """Converts with every check, measures on Akida, fits the gate and the abstain band, and moves
    all files to `out` at once.

    Args:
        recipe: what made the networks.
        networks: "float" and "quantized" Keras models.
        subsets: validation is the check set and fits the temperature; test is measured.
        found: results of the earlier stages, for the manifest.
        out: models folder; its manifest keeps the entries of other models.
        say: takes one line of progress.

    Raises:
        ConversionError: the converted model is not the quantized one; `out` is left as it was.
    """
    progress("Converting for Akida, with every check")
    model, report = convert(networks["quantized"], subsets.inputs, recipe.target)
    temperature = fit_temperature(_predict_logits(model, subsets.inputs), subsets.labels)
    with TemporaryDirectory(dir=_make_folder(out)) as temporary:
        files = Path(temporary)
        model.save(str(files / f"{recipe.name}.fbz"))
        for kind, network in networks.items():
            network.save(files / f"{recipe.name}.{kind}.h5", include_optimizer=False)
        record = _build_record(recipe, networks["float"], model, report, files)
        record |= {
            "temperature": temperature,
            "metrics": {},
            "operating_point": found["operating_point"],
        }
        _write_manifest(files / MANIFEST, [record])
        progress("Measuring on Akida")
        classifier = load_classifier(recipe.name, files)
        measured = {
            "validation": evaluate(classifier, _to_labelled_images(subsets.validation)),
            "lesion-test": evaluate(classifier, _to_labelled_images(subsets.test)),
        }
        record["metrics"] = {**measured, "stages": found["stages"]}
        _write_manifest(files / MANIFEST, [record])
        parts = {"train": subsets.train, "validation": subsets.validation, "test": subsets.test}
        record |= record_gate_and_abstention(recipe.name, files, parts, progress)
        _write_manifest(files / MANIFEST, _merge_records(record, out))
        for path in sorted(files.iterdir()):
            shutil.move(path, out / path.name)
    result = measured["lesion-test"]
    progress(
        f"{recipe.name}: accuracy {result['accuracy']:.3f}, balanced accuracy "
        f"{result['balanced_accuracy']:.3f}, macro F1 {result['macro_f1']:.3f} on the "
        f"{result['n']} photos of the test lesions, on Akida ({result['backend']})"
    )


def _make_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _predict_logits(model: akida.Model, inputs: np.ndarray) -> np.ndarray:
    return model.predict(inputs, batch_size=64).reshape(len(inputs), -1)


def _to_labelled_images(photos: Sequence[Photo]) -> list[LabelledImage]:
    return [LabelledImage(p.image_id, p.path, p.label, p.lesion_id) for p in photos]


def _build_record(
    recipe: Recipe,
    float_network: keras.Model,
    model: akida.Model,
    report: ConversionReport,
    files: Path,
) -> dict[str, Any]:
    return {
        "name": recipe.name,
        "target": recipe.target,
        "file": f"{recipe.name}.fbz",
        "input_shape": list(model.input_shape),
        "weight_bits": recipe.weight_bits,
        "activation_bits": recipe.activation_bits,
        "parameters": int(float_network.count_params()),
        # The engine counts nothing for Akida 1.0.
        "macs": int(model.macs) or count_macs(float_network),
        "sha256": hash_file(files / f"{recipe.name}.fbz"),
        "bytes": (files / f"{recipe.name}.fbz").stat().st_size,
        "keras": {
            kind: {
                "file": f"{recipe.name}.{kind}.h5",
                "sha256": hash_file(files / f"{recipe.name}.{kind}.h5"),
            }
            for kind in ("float", "quantized")
        },
        "architecture": recipe.architecture,
        "recipe": recipe.digest(),
        "command": f"python -m qana train --data DIR --recipe {recipe.name}",
        **_describe_parent(recipe),
        "split": {"file": SPLIT_FILE.name, "sha256": hash_file(SPLIT_FILE)},
        "conversion": {
            "check_photos": report.photos,
            "equal_logits": report.equal_logits,
            "largest_difference": report.largest_difference,
            "other_class": report.other_class,
            "ties": report.ties,
            "passes": report.passes,
            "processors": report.processors,
        },
        "licence": LICENCE,
    }


def _describe_parent(recipe: Recipe) -> dict[str, Any]:
    """Which weights a network has inherited from: its ancestor's may be replaced one day."""
    if not recipe.ancestor:
        return {}
    return {"ancestor": {"model": recipe.ancestor, "sha256": ParentModel(recipe.ancestor).sha256}}


def _merge_records(record: dict[str, Any], out: Path) -> list[dict[str, Any]]:
    """The records of `out`, this one in the place of the one of its name, or behind all."""
    path = out / MANIFEST
    records = json.loads(path.read_text(encoding="utf-8"))["models"] if path.is_file() else []
    by_name = {one["name"]: one for one in records} | {record["name"]: record}
    return list(by_name.values())


def _write_manifest(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps({"models": records}, indent=1) + "\n", encoding="utf-8")
