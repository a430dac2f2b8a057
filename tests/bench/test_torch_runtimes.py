"""The float network in torch gives the same logits, however it is tuned.

Without an NVIDIA card, the work between the fixed buffers is done again instead of replayed, and
torch compiles nothing. The rest of the path is the same.
"""

import numpy as np
import pytest

from qana.bench.command import NVIDIA_KEYS, RUNTIME_NAMES
from qana.bench.runtimes import RUNTIMES
from qana.bench.torch_runtimes import MissingRuntimeError, TorchPlan, TorchRuntime
from qana.inference.manifest import find_entry

torch = pytest.importorskip("torch")
pytest.importorskip("tensorflow")
CLOSE = 1e-3
PLANS = {
    "plain": TorchPlan("cpu"),
    "tuned": TorchPlan("cpu", tuned=True),
    "compiled": TorchPlan("cpu", tuned=True, compiled=True, backend="eager"),
}


@pytest.fixture(scope="module", params=["akida2", pytest.param("akd1000", marks=pytest.mark.slow)])
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def photos(model: str) -> np.ndarray:
    side = find_entry(model).input_shape[0]
    return np.random.default_rng(3).integers(0, 256, (5, side, side, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def expected(model: str, photos: np.ndarray) -> np.ndarray:
    from qana.network.keras_forms import load_keras_form

    keras = load_keras_form(find_entry(model), "float")
    return np.asarray(keras.predict(photos.astype(np.float32), verbose=0))


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_every_plan_gives_the_logits_of_keras(
    model: str, plan: TorchPlan, photos: np.ndarray, expected: np.ndarray
) -> None:
    runtime = TorchRuntime(find_entry(model), plan)
    assert runtime.precision == "32-bit float" and runtime.meter == "cpu"
    assert np.abs(runtime.run(photos) - expected).max() < CLOSE
    first, rest = runtime.run(photos[:1]), runtime.run(photos[1:2])
    assert np.abs(first - expected[:1]).max() < CLOSE, "a later replay must not overwrite it"
    assert np.abs(rest - expected[1:2]).max() < CLOSE
    assert np.abs(runtime.run(photos) - expected).max() < CLOSE, "two batch sizes, one runtime"


def test_half_precision_states_its_measured_deviation(
    model: str, photos: np.ndarray, expected: np.ndarray
) -> None:
    runtime = TorchRuntime(find_entry(model), TorchPlan("cpu", tuned=True, half=True))
    assert runtime.precision == "16-bit float"
    found = runtime.run(photos)
    assert found.dtype == np.float32
    assert 0 < np.abs(found - expected).max() < 1
    doubt = runtime.doubt or ""
    deviation = float(doubt.rpartition("by up to ")[2].rstrip("."))
    assert 0 < deviation < 1 and "differ from the 32-bit network's" in doubt


def test_a_tuned_network_has_no_normalization_left(model: str) -> None:
    from qana.network.keras_forms import load_keras_form
    from qana.network.torch_folding import fold_normalization
    from qana.network.torch_network import TorchNetwork

    network = TorchNetwork(load_keras_form(find_entry(model), "float"))
    kinds = (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d)
    before = sum(isinstance(module, kinds) for module in network.modules())
    folded = fold_normalization(network)
    left = sum(isinstance(module, kinds) for module in network.modules())
    assert folded > 0 and left == before - folded
    assert left <= before / 10
    assert fold_normalization(network) == 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")
@pytest.mark.parametrize("key", NVIDIA_KEYS)
def test_without_a_card_every_runtime_of_a_card_says_what_is_missing(key: str) -> None:
    with pytest.raises(MissingRuntimeError, match="torch sees no NVIDIA card here"):
        RUNTIMES[key](find_entry("akida2"))


def test_every_runtime_has_a_name() -> None:
    assert set(RUNTIMES) == set(RUNTIME_NAMES) and set(NVIDIA_KEYS) < set(RUNTIMES)
