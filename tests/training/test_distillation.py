"""A distilled network learns the logits of its teacher, whatever the labels are."""

from dataclasses import replace

import numpy as np
import pytest

keras = pytest.importorskip("tf_keras")

from qana.classes import LABELS  # noqa: E402
from qana.edge_learning.teaching_photos import load_teaching_photos  # noqa: E402
from qana.imaging import to_input  # noqa: E402
from qana.network.logits import compute_logits  # noqa: E402
from qana.training.distillation import build_distillation_model, select_loss  # noqa: E402
from qana.training.keras_fit import fit_keras  # noqa: E402
from qana.training.named_recipes import RECIPES  # noqa: E402
from qana.training.operating_point import OperatingPoint, find_operating_point  # noqa: E402
from qana.training.quantization import quantize_network  # noqa: E402
from qana.training.recipe import Recipe, Schedule  # noqa: E402
from qana.training.stages import Stages  # noqa: E402
from qana.training.subsets import Subsets  # noqa: E402
from qana.training.views import Views  # noqa: E402

pytestmark = pytest.mark.slow  # trains networks

SIZE = 32
RECIPE = Recipe("test", input_size=SIZE, weight_decay=0.0, calibration_photos=16)
SCHEDULE = Schedule(batch=10, epochs=20, learning_rate=1e-2, warmup_epochs=1)


def network(channels: int, seed: int):
    # Statistics of several batches (momentum): those of the last batch alone are noise.
    keras.utils.set_random_seed(seed)
    image = keras.Input((SIZE, SIZE, 3))
    x = keras.layers.Rescaling(1 / 128, offset=-127 / 128)(image)
    x = keras.layers.Conv2D(channels, 3, strides=2, padding="same", use_bias=False)(x)
    x = keras.layers.BatchNormalization(momentum=0.8)(x)
    x = keras.layers.ReLU(6.0)(x)
    x = keras.layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x)
    x = keras.layers.BatchNormalization(momentum=0.8, name="map_bn")(x)
    x = keras.layers.ReLU(6.0)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(image, keras.layers.Dense(len(LABELS), name="logits")(x))


@pytest.fixture(scope="module")
def subsets() -> Subsets:
    photos = load_teaching_photos()
    inputs = np.stack([to_input(one.image, SIZE) for one in photos])
    frames = np.stack([to_input(one.image, SIZE + 8) for one in photos])
    wrong = np.arange(len(photos)) % len(LABELS)  # labels that must have no effect
    return Subsets((), (), (), frames, inputs, wrong, inputs, wrong)


def distil(subsets: Subsets, student, teacher, maps, tmp_path) -> tuple[float, float]:
    """Distils, and returns the mean difference of the logits before and after it."""
    views = Views(subsets.frames, subsets.train_labels, SIZE, mixup=0.2)
    expected = compute_logits(teacher, subsets.inputs)
    before = np.abs(compute_logits(student, subsets.inputs) - expected).mean()
    both = build_distillation_model(student, teacher, subsets.inputs, maps)
    fit_keras(both, views, subsets, RECIPE, SCHEDULE, tmp_path, "test", loss=select_loss)
    return before, np.abs(compute_logits(student, subsets.inputs) - expected).mean()


def test_student_approaches_teacher_and_teacher_stays_unchanged(subsets, tmp_path) -> None:
    teacher, student = network(16, 1), network(4, 2)
    for _ in range(5):  # sets the batch statistics
        teacher(subsets.inputs.astype(np.float32), training=True)
    kept = teacher.get_weights()
    before, after = distil(subsets, student, teacher, ("map_bn",), tmp_path)
    assert after < 0.7 * before
    for now, then in zip(teacher.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(now, then)
    assert (tmp_path / "checkpoint").exists() and (tmp_path / "history.csv").is_file()


def test_a_penalty_silences_plain_skin_and_keeps_the_answers_to_lesions(subsets, tmp_path) -> None:
    teacher, student = network(16, 1), network(4, 2)
    for _ in range(5):  # sets the batch statistics
        teacher(subsets.inputs.astype(np.float32), training=True)
    # Logits as large as a trained network's, so that the answers count beside the penalty.
    teacher.layers[-1].set_weights([8 * one for one in teacher.layers[-1].get_weights()])
    skin = np.full((2, SIZE + 8, SIZE + 8, 3), (201, 150, 120), np.uint8)
    skin += np.random.default_rng(1).integers(0, 9, skin.shape, np.uint8)
    views = Views(subsets.frames, subsets.train_labels, SIZE, skin_frames=skin, plain_skin=0.3)
    expected = compute_logits(teacher, subsets.inputs)
    before = np.abs(compute_logits(student, subsets.inputs) - expected).mean()
    both = build_distillation_model(student, teacher, subsets.inputs, (), penalty=1.0)
    fit_keras(both, views, subsets, RECIPE, SCHEDULE, tmp_path, "test", loss=select_loss)
    maps = keras.Model(student.input, student.layers[4].output)
    active = [
        (maps(x.astype(np.float32)).numpy() > 0.01).mean()
        for x in (skin[:, 4:-4, 4:-4], subsets.inputs)
    ]
    assert active[0] < 0.5 * active[1]
    assert np.abs(compute_logits(student, subsets.inputs) - expected).mean() < before


def test_quantized_student_approaches_teacher(subsets, tmp_path) -> None:
    teacher = network(16, 1)
    quantized = quantize_network(network(4, 2), subsets.inputs, RECIPE)
    before, after = distil(subsets, quantized, teacher, (), tmp_path)
    assert after < before / 2


@pytest.mark.parametrize(
    "changes",
    [{"ancestor": "akida2-large"}, {"architecture": "akidanet", "imitates_float": True}],
    ids=["like its parent", "as the recipe asks"],
)
def test_tuning_imitates_its_own_float_network(changes, subsets, tmp_path) -> None:
    recipe = Recipe(
        "imitating",
        input_size=SIZE,
        weight_decay=0.0,
        tuning_batch=10,
        tuning_epochs=20,
        tuning_rate=1e-2,
        **changes,
    )
    stages = Stages(subsets, recipe, tmp_path, lambda line: None)
    float_network = network(16, 1)
    float_network.save(stages.folder / "float.h5")
    quantize_network(network(4, 2), subsets.inputs, RECIPE).save(stages.folder / "ptq.h5")
    expected = compute_logits(stages.float_network, subsets.inputs)
    before, after = (
        np.abs(compute_logits(one, subsets.inputs) - expected).mean()
        for one in (stages.ptq_network, stages.tuned_network)
    )
    assert after < before / 2
    expected = find_operating_point(
        float_network, subsets.inputs, subsets.labels, subsets.train_labels
    )
    assert stages.operating_point == expected != OperatingPoint(0.0, 0.0)


def test_the_network_of_few_bits_chooses_its_operating_point(subsets, tmp_path) -> None:
    recipe = Recipe("few bits", input_size=SIZE, weight_bits=4, activation_bits=4)
    stages = Stages(subsets, recipe, tmp_path, lambda line: None)
    networks = {"float": network(16, 1), "tuned": network(16, 2)}
    for name, one in networks.items():
        one.save(stages.folder / f"{name}.h5")
    points = {
        name: find_operating_point(one, subsets.inputs, subsets.labels, subsets.train_labels)
        for name, one in networks.items()
    }
    assert points["float"] != points["tuned"]
    assert stages.operating_point == points["tuned"]


def test_only_the_deployed_recipe_imitates_its_parent() -> None:
    assert RECIPES["akida2"].imitates_parent
    assert not any(RECIPES[name].imitates_parent for name in ("akida2-large", "akd1000", "smoke"))


def test_a_recipe_starts_from_the_float_network_of_another(subsets, tmp_path, monkeypatch) -> None:
    first = Recipe("first", input_size=SIZE, frame_height=SIZE + 8, batch=10, epochs=1)
    first = replace(first, architecture="akidanet", options={"width": 0.125}, transfer=False)
    monkeypatch.setitem(RECIPES, "first", first)
    second = replace(first, name="second", first="first", learning_rate=0.0, weight_decay=0.0)
    lines: list[str] = []
    started = Stages(subsets, second, tmp_path, lines.append)._load("float")
    assert (tmp_path / "first" / "float.h5").is_file() and lines.count("Stage float") == 2
    expected = Stages(subsets, first, tmp_path, lines.append)._load("float")
    for ours, theirs in zip(started.trainable_weights, expected.trainable_weights, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
