"""Converts a trained network, measures it, and writes it to the models folder."""

import dataclasses
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import akida
import numpy as np
import tf_keras as keras

from qana.conversion.convert import ConversionReport, convert
from qana.data.labelled_folder import LabelledImage
from qana.data.lesion_split import SPLIT_FILE
from qana.data.outlier_photos import OutlierPhoto
from qana.data.photo import Photo
from qana.data.source_names import TITLES
from qana.evaluation.evaluate import evaluate
from qana.evaluation.fit_temperature import fit_temperature
from qana.evaluation.gate_record import COMPARED_SOURCE
from qana.evaluation.report_files import to_document
from qana.inference.classifier import load_classifier
from qana.inference.manifest import MANIFEST
from qana.inference.model_store import hash_file
from qana.network.macs import count_macs
from qana.training import ProgressCallback
from qana.training.operating_point import OperatingPoint
from qana.training.parent_model import ParentModel
from qana.training.recipe import Recipe
from qana.training.record_gate_and_abstention import record_gate_and_abstention
from qana.training.source_weights import select_compared, weigh_sources_alike
from qana.training.subsets import Subsets

LICENCE = "CC BY-NC 4.0 (weights follow their training data, {data})"


def publish(
    recipe: Recipe,
    float_network: keras.Model,
    quantized_network: keras.Model,
    subsets: Subsets,
    stage_metrics: dict[str, dict[str, object]],
    operating_point: OperatingPoint,
    out: Path,
    progress: ProgressCallback,
    photographs: Sequence[OutlierPhoto] = (),
) -> None:
    """Publishes a model: converts, checks, measures and records it.

    The temperature, the gate and the abstain band are fitted on the way. The files are moved to
    `out` only after every step has succeeded.

    Args:
        recipe: recipe of the networks.
        float_network: the float network.
        quantized_network: the tuned network, which is converted.
        subsets: the validation photos check the conversion and fit the temperature, with all
            sources weighted alike. The validation and the test photos of HAM10000 are measured.
        stage_metrics: metrics of each stage in Keras, which are copied to the manifest.
        operating_point: operating point of both networks, which is copied to the manifest.
        out: models folder. Its manifest keeps the entries of other models.
        progress: receives one line for each step.
        photographs: photographs without a lesion, for the gate.

    Raises:
        ConversionError: the converted model differs from the quantized network. `out` is then
            unchanged.
    """
    progress("Converting for Akida and checking the result")
    model, report = convert(quantized_network, subsets.inputs, recipe.target)
    temperature = fit_temperature(
        _predict_logits(model, subsets.inputs),
        subsets.labels,
        weigh_sources_alike(subsets.validation),
    )
    with TemporaryDirectory(dir=_make_folder(out)) as temporary:
        files = Path(temporary)
        model.save(str(files / f"{recipe.name}.fbz"))
        for kind, network in (("float", float_network), ("quantized", quantized_network)):
            network.save(files / f"{recipe.name}.{kind}.h5", include_optimizer=False)
        record = _build_record(recipe, float_network, model, report, files)
        record |= {
            "temperature": temperature,
            "metrics": {},
            "operating_point": dataclasses.asdict(operating_point),
        }
        _write_manifest(files / MANIFEST, [record])
        progress("Measuring on Akida")
        classifier = load_classifier(recipe.name, files)
        measured = {
            subset: to_document(evaluate(classifier, _to_labelled_images(select_compared(photos))))
            for subset, photos in (
                ("validation", subsets.validation),
                ("lesion-test", subsets.test),
            )
        }
        record["metrics"] = {**measured, "stages": stage_metrics}
        _write_manifest(files / MANIFEST, [record])
        parts = {"train": subsets.train, "validation": subsets.validation, "test": subsets.test}
        record |= record_gate_and_abstention(
            recipe.name, files, parts, progress, photographs=photographs
        )
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
    """Creates a folder if it is missing, and returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _predict_logits(model: akida.Model, inputs: np.ndarray) -> np.ndarray:
    """Computes logits on Akida: (N, S, S, 3) uint8 to (N, 7) float32."""
    return model.predict(inputs, batch_size=64).reshape(len(inputs), -1)


def _to_labelled_images(photos: Sequence[Photo]) -> list[LabelledImage]:
    return [LabelledImage(p.image_id, p.path, p.known_label, p.lesion_id) for p in photos]


def _build_record(
    recipe: Recipe,
    float_network: keras.Model,
    model: akida.Model,
    report: ConversionReport,
    files: Path,
) -> dict[str, Any]:
    """Builds the manifest entry, without metrics. The files must be in `files`."""
    return {
        "name": recipe.name,
        "target": recipe.target,
        "file": f"{recipe.name}.fbz",
        "input_shape": list(model.input_shape),
        "weight_bits": recipe.weight_bits,
        "activation_bits": recipe.activation_bits,
        "parameters": int(float_network.count_params()),
        # The engine gives no count for Akida 1.0.
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
        **({"sources": list(recipe.sources)} if recipe.sources else {}),
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
        "licence": LICENCE.format(
            data=", ".join(TITLES[source] for source in recipe.sources or (COMPARED_SOURCE,))
        ),
    }


def _describe_parent(recipe: Recipe) -> dict[str, Any]:
    """Returns the name and the hash of the parent, since its weights may be replaced later."""
    if not recipe.ancestor:
        return {}
    return {"ancestor": {"model": recipe.ancestor, "sha256": ParentModel(recipe.ancestor).sha256}}


def _merge_records(record: dict[str, Any], out: Path) -> list[dict[str, Any]]:
    """Returns the records of `out` with this one in place of the old one, or at the end.

    The edge head stays: it has a network of its own, and works until `qana edge` makes another.
    """
    path = out / MANIFEST
    records = json.loads(path.read_text(encoding="utf-8"))["models"] if path.is_file() else []
    by_name = {one["name"]: one for one in records}
    earlier = by_name.get(record["name"], {})
    head = {"edge": earlier["edge"]} if "edge" in earlier else {}
    return list((by_name | {record["name"]: record | head}).values())


def _write_manifest(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text(json.dumps({"models": records}, indent=1) + "\n", encoding="utf-8")
