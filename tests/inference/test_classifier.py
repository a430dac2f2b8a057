"""The verdict is the engine's own, to the last bit, for every visitor."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import akida
import numpy as np
import pytest

from qana.classes import LABELS, MALIGNANT
from qana.data.samples import Sample
from qana.imaging import read_image, to_input
from qana.inference.backend import CHIP, CHIP_LOST, SIMULATOR
from qana.inference.classifier import AkidaClassifier, load_classifier
from qana.inference.events import SILENT, LayerRecorder
from qana.inference.manifest import find_models_folder
from qana.inference.model_store import check_replaced, read_verified_bytes

BLANK = np.zeros((1, 128, 128, 3), np.uint8)


def inputs_of(samples: tuple[Sample, ...], size: int) -> np.ndarray:
    return np.stack([to_input(read_image(sample.path), size) for sample in samples])


def test_logits_are_the_engine_s(classifier: AkidaClassifier, samples) -> None:
    inputs = inputs_of(samples, classifier.input_size)
    engine = akida.Model(str(classifier.entry.path))
    expected = engine.predict(inputs).reshape(len(inputs), -1)
    np.testing.assert_array_equal(classifier.logits(inputs), expected)
    one_by_one = [classifier.classify(read_image(sample.path)).logits for sample in samples]
    np.testing.assert_array_equal(np.stack(one_by_one), expected)


@pytest.mark.parametrize("name", ["akida2", "akd1000"])
@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_batch_gets_the_answers_of_its_photos_to_the_bit(name: str, count: int, samples) -> None:
    classifier = load_classifier(name)
    inputs = inputs_of(samples, classifier.input_size)[:count]
    found = classifier.classify_inputs(inputs)
    assert len(found) == count
    for one, square in zip(found, inputs, strict=True):
        alone = classifier.classify_input(square)
        np.testing.assert_array_equal(one.logits, alone.logits)
        np.testing.assert_array_equal(one.probabilities, alone.probabilities)
        assert one.layers == alone.layers
        assert (one.out_of_distribution, one.unsure) == (alone.out_of_distribution, alone.unsure)
        assert list(one.outputs) == list(alone.outputs)
        for layer, integers in alone.outputs.items():
            assert integers.dtype == one.outputs[layer].dtype
            np.testing.assert_array_equal(one.outputs[layer], integers)


def test_on_a_chip_the_answer_is_the_chip_s_and_the_events_are_counted_beside_it(
    classifier, samples, monkeypatch
) -> None:
    """The simulator in the chip's place: the vendor's virtual devices map a model but run none."""
    photo = read_image(samples[0].path)
    here = classifier.classify(photo)
    monkeypatch.setattr(classifier, "backend", "chip")
    monkeypatch.setattr(
        classifier._recorder, "logits", lambda _: pytest.fail("not the chip's answer")
    )
    there = classifier.classify(photo)
    assert there.backend == "chip"
    np.testing.assert_array_equal(there.logits, here.logits)
    assert there.events == here.events


def test_a_chip_that_is_unplugged_is_said_and_the_simulator_goes_on(
    classifier, samples, monkeypatch
) -> None:
    """A virtual device takes the model and refuses to run it, as one does that is gone."""
    monkeypatch.setattr(akida, "devices", lambda: [akida.TwelveNodesIPv2()])
    monkeypatch.setattr(AkidaClassifier, "_predict", lambda self, _: self._spare.forward(BLANK))
    lost = load_classifier()
    assert (lost.backend, lost.warning) == (CHIP, None)
    monkeypatch.undo()
    photo = read_image(samples[0].path)
    here, there = classifier.classify(photo), lost.classify(photo)
    assert (lost.backend, lost.warning, there.backend) == (SIMULATOR, CHIP_LOST, SIMULATOR)
    assert lost.chip is None
    np.testing.assert_array_equal(there.logits, here.logits)
    np.testing.assert_array_equal(lost.logits(here.inputs[None])[0], here.logits)


def test_a_model_file_that_is_replaced_is_noticed_and_not_mixed_in(tmp_path, samples) -> None:
    for name in ("manifest.json", "akida2.fbz", "akida2.gate.npz"):
        shutil.copyfile(find_models_folder() / name, tmp_path / name)
    loaded = load_classifier(folder=tmp_path)
    photo = read_image(samples[0].path)
    before = loaded.classify(photo)
    assert check_replaced(loaded.entry) is None
    file, whole = tmp_path / "akida2.fbz", (tmp_path / "akida2.fbz").read_bytes()
    for other in (whole[:-1], b"", None):
        file.unlink() if other is None else file.write_bytes(other)
        assert "akida2.fbz was replaced" in str(check_replaced(loaded.entry))
        np.testing.assert_array_equal(loaded.classify(photo).logits, before.logits)
    file.write_bytes(whole)
    assert check_replaced(loaded.entry) is None


def test_what_is_loaded_is_what_was_proven_though_the_file_is_replaced_in_between(
    tmp_path, monkeypatch, samples, classifier
) -> None:
    for name in ("manifest.json", "akida2.fbz", "akida2.gate.npz"):
        shutil.copyfile(find_models_folder() / name, tmp_path / name)

    def proven(path: Path, digest: str) -> bytes:
        data = read_verified_bytes(path, digest)
        shutil.copyfile(find_models_folder() / "akd1000.fbz", path)
        return data

    monkeypatch.setattr("qana.inference.load_network.read_verified_bytes", proven)
    loaded = load_classifier(folder=tmp_path)
    photo = read_image(samples[0].path)
    answers = (one.classify(photo).logits for one in (loaded, classifier))
    np.testing.assert_array_equal(*answers)
    assert "was replaced" in str(check_replaced(loaded.entry))


def test_a_prediction_adds_up(classifier: AkidaClassifier, samples) -> None:
    prediction = classifier.classify(read_image(samples[0].path))
    assert prediction.probabilities.sum() == pytest.approx(1)
    assert prediction.top[0][0] == LABELS[int(prediction.logits.argmax())]
    chances = [chance for _, chance in prediction.top]
    assert chances == sorted(chances, reverse=True)
    look = prediction.probabilities[np.array(MALIGNANT)].sum()
    assert prediction.malignant_probability == pytest.approx(look)
    assert prediction.events == sum(layer.events for layer in prediction.layers)
    assert 0 < prediction.sparsity < 1
    assert prediction.latency_ms > 0
    assert prediction.backend in ("chip", "simulator")


def test_events_of_every_layer_equal_those_of_the_cut_off_model(
    classifier: AkidaClassifier, samples
) -> None:
    """The engine shows only its last layer: cutting layer after layer is the slow truth."""
    inputs = inputs_of(samples[::7], classifier.input_size)
    recorder = LayerRecorder(akida.Model(str(classifier.entry.path)))
    cut = akida.Model(str(classifier.entry.path))
    found = [recorder.record(image) for image in inputs]
    compared = 0
    while cut.layer_count > 1:
        last = cut.layers[-1]
        if last.parameters.layer_type not in SILENT:
            truth = cut.forward(inputs)
            for outputs, expected in zip(found, truth, strict=True):
                np.testing.assert_array_equal(outputs[last.name], expected, err_msg=last.name)
            compared += 1
        cut.pop_layer()
    assert compared == len(found[0])


def test_events_are_those_of_this_photo(classifier, samples) -> None:
    events = [classifier.classify(read_image(sample.path)).events for sample in samples]
    assert len(set(events)) > len(samples) // 2


def test_visitors_at_once_get_the_verdict_of_their_own_photo(classifier, samples) -> None:
    photos = [read_image(sample.path) for sample in samples]
    alone = [classifier.classify(photo) for photo in photos]
    with ThreadPoolExecutor(8) as visitors:
        together = list(visitors.map(classifier.classify, photos * 3))
    for prediction, expected in zip(together, alone * 3, strict=True):
        np.testing.assert_array_equal(prediction.logits, expected.logits)
        assert prediction.events == expected.events


def test_classifying_loads_neither_tensorflow_nor_torch() -> None:
    code = (
        "import sys; from qana.cli.main import main; from qana.data.samples import load_samples; "
        "code = main(['predict', '--json', str(load_samples()[0].path)]); "
        "heavy = {'tensorflow', 'torch', 'tf_keras', 'keras', 'sklearn', 'scipy', 'pandas'}; "
        "print(sorted(heavy & set(sys.modules)), code, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr.strip() == "[] 0"
