"""`qana export` writes networks that onnxruntime runs alone, with the logits of Akida."""

import errno
import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnx
import pytest

from qana.classes import LABELS
from qana.cli.main import main
from qana.export import onnx_files
from qana.export.akida_layers import ExportError
from qana.export.onnx_files import OnnxChecks, name_onnx_files, write_onnx_files
from qana.export.onnx_keras import export_keras
from qana.export.onnx_network import export_onnx
from qana.imaging import read_image, to_input
from qana.inference.classifier import load_classifier
from qana.inference.manifest import find_entry
from qana.inference.model_store import hash_file

MODELS = ("akida2", "akd1000")
ALONE = """
import json, sys
import numpy as np
import onnxruntime

photos = np.load(sys.argv[1])
for path in sys.argv[2:]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    whole = session.run(["class_logits"], {"image": photos})[0]
    single = [session.run(None, {"image": photo[None]})[0] for photo in photos[:3]]
    assert np.array_equal(whole[:3].argmax(1), np.concatenate(single).argmax(1))
    np.save(path + ".npy", whole)
heavy = {"tensorflow", "tf_keras", "keras", "torch", "akida", "quantizeml", "qana", "onnx"}
print(json.dumps(sorted(heavy & {*sys.modules})))
"""
"""A program that knows nothing but onnxruntime and numpy."""


@pytest.fixture(scope="module")
def photos(samples) -> np.ndarray:
    """(21, 128, 128, 3) uint8."""
    return np.stack([to_input(read_image(sample.path), 128) for sample in samples])


@pytest.fixture(scope="module", params=MODELS)
def written(request, tmp_path_factory, photos) -> dict[str, Any]:
    """Files of a model, what the command printed, and what onnxruntime alone computes of them."""
    folder = tmp_path_factory.mktemp(request.param) / "made" / "by the command"
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("builtins.print", lambda *words, **_options: printed.append(words[0]))
        options = ["--model", request.param, "--format", "onnx", "--out", str(folder), "--json"]
        assert main(["export", *options]) == 0
    document = json.loads(printed[-1])
    np.save(folder / "photos.npy", photos)
    program = [sys.executable, "-c", ALONE, str(folder / "photos.npy")]
    files = [document["integer"], document["float"]]
    ran = subprocess.run([*program, *files], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == []
    integer, float_ = (np.load(f"{path}.npy") for path in files)
    return {"document": document, "integer": integer, "float": float_, "folder": folder}


def test_onnxruntime_alone_has_the_logits_of_akida(written, photos) -> None:
    expected = load_classifier(written["document"]["model"]).logits(photos)
    np.testing.assert_array_equal(written["integer"], expected)


def test_the_float_network_mostly_has_the_class_of_akida(written, photos) -> None:
    classes = load_classifier(written["document"]["model"]).logits(photos).argmax(axis=1)
    same = int((written["float"].argmax(axis=1) == classes).sum())
    assert same == written["document"]["same_class"]
    others = 2 if find_entry(written["document"]["model"]).record["weight_bits"] == 8 else 4
    assert same >= len(photos) - others  # 4 bits change the class of more photos than 8
    assert not np.array_equal(written["float"], written["integer"])


def test_the_float_network_has_the_logits_of_its_keras_form(written) -> None:
    assert 0 <= written["document"]["largest_difference"] < 1e-4


def test_the_card_describes_the_files(written) -> None:
    document = written["document"]
    entry = find_entry(document["model"])
    card = Path(document["card"]).read_text(encoding="utf-8")
    for form in ("integer", "float"):
        path = Path(document[form])
        assert f"`{path.name}`" in card
        assert hash_file(path) in card
    assert entry.sha256 in card
    assert "Not a medical device" in card
    assert entry.record["licence"] in card
    assert "(N, 128, 128, 3) | uint8" in card
    assert ", ".join(LABELS) in card
    assert "{{" not in card and "None |" not in card


def test_the_program_on_the_card_runs(written, samples, tmp_path) -> None:
    card = Path(written["document"]["card"]).read_text(encoding="utf-8")
    program = re.search(r"```python\n(.*?)```", card, re.DOTALL)[1]
    program = program.replace("lesion.jpg", str(samples[0].path))
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=written["folder"],
    )
    assert ran.returncode == 0, ran.stderr
    for label in LABELS:
        assert f"'{label}'" in ran.stdout


def test_the_files_say_what_they_are(written) -> None:
    for form in ("integer", "float"):
        model = onnx.load(written["document"][form])
        properties = {one.key: one.value for one in model.metadata_props}
        assert properties["form"] == form
        assert properties["fbz_sha256"] == written["document"]["sha256"]
        assert properties["labels"] == ",".join(LABELS)
        assert "Not a medical device" in model.doc_string


def refuse(capsys: pytest.CaptureFixture[str], *options: object) -> str:
    assert main(["export", *(str(option) for option in options)]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    return err


def test_the_place_is_checked_before_tensorflow_is_loaded(tmp_path, capsys) -> None:
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        assert "cannot be written to" in refuse(capsys, "--out", out)
    (tmp_path / "akida2.float.onnx").mkdir()
    assert "is a folder" in refuse(capsys, "--out", tmp_path)


@pytest.mark.parametrize("package", ["tensorflow", "quantizeml"])
def test_a_missing_package_is_named_in_one_sentence(
    package: str, tmp_path, monkeypatch, capsys
) -> None:
    def load(_entry: object) -> None:
        raise ModuleNotFoundError(f"No module named '{package}'", name=package)

    monkeypatch.setattr("qana.cli.export._load_float", load)
    sentence = refuse(capsys, "--out", tmp_path / "new")
    assert "The export needs TensorFlow" in sentence
    assert f"the package {package} is missing" in sentence
    assert "pip install" in sentence
    assert not (tmp_path / "new").exists()


def test_a_network_with_other_logits_is_not_written(tmp_path, monkeypatch) -> None:
    other = load_classifier("akida2-large").layers
    monkeypatch.setattr(onnx_files, "export_onnx", lambda _layers: export_onnx(other))
    monkeypatch.setattr(onnx_files, "export_keras", lambda _model: export_onnx(other))
    entry = find_entry("akida2")
    with pytest.raises(ExportError, match="integer network of akida2 has other logits"):
        write_onnx_files(entry, None, name_onnx_files(entry, tmp_path / "new"))
    monkeypatch.setattr(onnx_files, "export_onnx", export_onnx)
    zeros = SimpleNamespace(predict=lambda photos, verbose: np.zeros((len(photos), 7)))
    with pytest.raises(ExportError, match="float network of akida2 has other logits"):
        write_onnx_files(entry, zeros, name_onnx_files(entry, tmp_path / "new"))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_a_full_disk_leaves_the_earlier_files(tmp_path, monkeypatch, fails_at: int) -> None:
    entry = find_entry("akida2")
    paths = name_onnx_files(entry, tmp_path)
    for path in paths.all[:fails_at]:
        path.write_text("earlier")
    checks = OnnxChecks(photos=21, same_class=21, largest_difference=0.0)
    monkeypatch.setattr(onnx_files, "export_keras", lambda _model: export_onnx(layers))
    monkeypatch.setattr(onnx_files, "_check", lambda *_: checks)
    layers = load_classifier("akida2").layers
    synced: list[int] = []

    def sync(number: int) -> None:
        synced.append(number)
        if len(synced) > fails_at:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", sync)
    with pytest.raises(OSError, match="No space left"):
        write_onnx_files(entry, None, paths)
    assert {path.read_text() for path in tmp_path.iterdir()} <= {"earlier"}
    assert len(list(tmp_path.iterdir())) == fails_at


def make_layer(kind: str, **attributes: Any) -> Any:
    layer = type(kind, (), {})()
    for name, value in {"name": "odd_one", **attributes}.items():
        setattr(layer, name, value)
    return layer


@pytest.mark.parametrize(
    ("kind", "attributes", "reason"),
    [
        ("LayerNormalization", {}, "no ONNX form"),
        ("Conv2D", {"activation": SimpleNamespace(__name__="relu")}, "activation"),
        ("Conv2D", {"dilation_rate": (2, 2)}, "dilated"),
        ("Conv2D", {"groups": 4}, "grouped"),
        ("ReLU", {"negative_slope": 0.1, "threshold": 0}, "no plain ReLU"),
        (
            "DepthwiseConv2DTranspose",
            {"kernel_size": (5, 5), "strides": (2, 2), "padding": "same"},
            "transposed convolution",
        ),
    ],
)
def test_a_layer_that_cannot_be_exported_is_named(
    kind: str, attributes: dict[str, Any], reason: str
) -> None:
    image = make_layer("InputLayer", name="image")
    layer = make_layer(kind, **attributes)
    layer.inbound_nodes = [SimpleNamespace(parent_nodes=[SimpleNamespace(layer=image)])]
    with pytest.raises(ExportError, match=f"odd_one .*{reason}"):
        export_keras(SimpleNamespace(layers=[image, layer]))
