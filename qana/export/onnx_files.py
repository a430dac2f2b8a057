"""Writes a deployed model as ONNX files with a card: its float network and its integer network."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import akida
import jinja2
import numpy as np
import onnx
import onnxruntime
from onnx import helper

from qana.classes import LABELS
from qana.data.samples import load_samples
from qana.export.akida_layers import ExportError
from qana.export.onnx_keras import export_keras
from qana.export.onnx_network import IR_VERSION, OPSET, export_onnx
from qana.imaging import read_image, to_input
from qana.imaging.crop import CROP_SHARE
from qana.inference.load_network import load_network
from qana.inference.manifest import ModelEntry
from qana.network.keras_forms import locate_keras_form
from qana.output_files import write_files
from qana.resources import VERSION

TEMPLATE = "onnx_card.md.jinja"
TOLERANCE = 1e-2
"""Largest difference of a logit between the float network in ONNX Runtime and in Keras. Both sum
float32 in another order, which changes logits of the deployed models by less than 1e-4."""


@dataclass(frozen=True)
class OnnxPaths:
    """Where the files of a model are written.

    Attributes:
        integer: the quantized network.
        float_: the network from before quantization.
        card: Markdown that describes both.
    """

    integer: Path
    float_: Path
    card: Path

    @property
    def all(self) -> tuple[Path, ...]:
        """All paths."""
        return (self.integer, self.float_, self.card)


@dataclass(frozen=True)
class OnnxChecks:
    """What the exported networks compute for the sample photos.

    Attributes:
        photos: number of sample photos.
        same_class: photos for which the float network gives the class of Akida.
        largest_difference: largest difference of a logit of the float network from Keras.
    """

    photos: int
    same_class: int
    largest_difference: float


def name_onnx_files(entry: ModelEntry, folder: Path) -> OnnxPaths:
    """Names the files of a model in a folder; no file is written."""
    return OnnxPaths(
        integer=folder / f"{entry.name}.integer.onnx",
        float_=folder / f"{entry.name}.float.onnx",
        card=folder / f"{entry.name}.onnx.md",
    )


def write_onnx_files(entry: ModelEntry, keras_model: Any, paths: OnnxPaths) -> OnnxChecks:
    """Exports both networks of a model, checks them on the sample photos and writes the files.

    Args:
        entry: entry of the deployed model.
        keras_model: its float form, as `qana.network.keras_forms.load_keras_form` loads it.
        paths: files to write. Their folder is created if it is missing.

    Returns:
        The results of the checks.

    Raises:
        ExportError: a layer cannot be exported, or an exported network computes other logits. No
            file is written.
        ModelError: the .fbz is missing or changed.
        OSError: the files cannot be written. Earlier files are as they were.
    """
    network = load_network(entry)
    integer = _describe(export_onnx(network.layers), entry, "integer")
    float_ = _describe(export_keras(keras_model), entry, "float")
    checks = _check(entry, network, keras_model, integer, float_)
    card = _make_card(entry, paths, integer, float_, checks)
    paths.card.parent.mkdir(parents=True, exist_ok=True)
    contents = (integer, float_, card.encode())
    write_files(dict(zip(paths.all, contents, strict=True)))
    return checks


def _describe(model: onnx.ModelProto, entry: ModelEntry, form: str) -> bytes:
    """Adds to an ONNX model what it is, and returns the content of its file."""
    onnx.checker.check_model(model, full_check=True)
    model.producer_name, model.producer_version = "qana", VERSION
    model.doc_string = "Not a medical device: for research and teaching only."
    properties = {
        "model": entry.name,
        "form": form,
        "fbz_sha256": entry.sha256,
        "labels": ",".join(LABELS),
        "licence": str(entry.record["licence"]),
    }
    helper.set_model_props(model, properties)
    return bytes(model.SerializeToString(deterministic=True))


def _check(
    entry: ModelEntry, network: akida.Model, keras_model: Any, integer: bytes, float_: bytes
) -> OnnxChecks:
    size = entry.input_shape[0]
    photos = np.stack([to_input(read_image(sample.path), size) for sample in load_samples()])
    expected = network.predict(photos).reshape(len(photos), -1)
    if not np.array_equal(_run(integer, photos), expected):
        raise ExportError(
            f"The integer network of {entry.name} has other logits than Akida, so nothing was "
            "written: install the pinned requirements."
        )
    found = _run(float_, photos)
    reference = np.asarray(keras_model.predict(photos.astype(np.float32), verbose=0))
    difference = float(np.abs(found - reference).max())
    if not difference < TOLERANCE:
        raise ExportError(
            f"The float network of {entry.name} has other logits than Keras, so nothing was "
            "written: install the pinned requirements."
        )
    same = int((found.argmax(axis=1) == expected.argmax(axis=1)).sum())
    return OnnxChecks(len(photos), same, difference)


def _run(model: bytes, photos: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"image": photos})[0])


def _make_card(
    entry: ModelEntry, paths: OnnxPaths, integer: bytes, float_: bytes, checks: OnnxChecks
) -> str:
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    keras_path, keras_sha256 = locate_keras_form(entry, "float")
    return pages.get_template(TEMPLATE).render(
        command=f"python -m qana export --model {entry.name} --format onnx",
        entry=entry,
        integer={
            "name": paths.integer.name,
            "sha256": hashlib.sha256(integer).hexdigest(),
            "equal": checks.photos,
        },
        float={
            "name": paths.float_.name,
            "sha256": hashlib.sha256(float_).hexdigest(),
            "same_class": checks.same_class,
            "largest_difference": checks.largest_difference,
        },
        keras={"name": keras_path.name, "sha256": keras_sha256},
        photos=checks.photos,
        labels=LABELS,
        size=entry.input_shape[0],
        crop=CROP_SHARE,
        temperature=f"{entry.temperature:.4f}",
        licence=entry.record["licence"],
        opset=OPSET,
        ir_version=IR_VERSION,
        version=VERSION,
    )
