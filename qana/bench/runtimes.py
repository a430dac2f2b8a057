"""The runtimes that are compared: different ways to run one network.

Akida and ONNX Runtime compute identical integers. torch runs the float network from before
quantization and quantization-aware tuning.

Each runtime returns when the logits are in host memory. The time of a call therefore includes the
copies to a device and back, as it does for a camera.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from qana.bench.torch_runtimes import PROCESSOR, MissingRuntimeError, TorchPlan, TorchRuntime
from qana.inference.classifier import AkidaClassifier
from qana.inference.load_network import load_network
from qana.inference.manifest import ModelEntry

SIMULATED = "The simulator's time is this computer's and says nothing about a chip's."
DENSE = (
    "Equal to Akida to the bit, its integers carried in 32-bit floats: not the fastest way to run "
    "8-bit integers."
)


class Runtime(Protocol):
    """One network, loaded on one device.

    Attributes:
        device: in words.
        precision: of weights and activations, in words.
        meter: kind of the device's energy meter; see `qana.bench.meters.choose_meter`.
        chip: the Akida device whose power the meter reads, or None.
        doubt: one line on what limits the numbers, or None.
    """

    device: str
    precision: str
    meter: str
    chip: object | None
    doubt: str | None

    def run(self, inputs: np.ndarray) -> np.ndarray:
        """Computes the logits: (N, S, S, 3) uint8, 0 to 255, to (N, 7) float32."""


class AkidaRuntime:
    """The converted network on a chip or in the vendor's simulator. See `Runtime`."""

    meter = "akida"

    def __init__(self, entry: ModelEntry) -> None:
        """Loads the network.

        Args:
            entry: the model.

        Raises:
            ModelError: the model is missing or changed.
        """
        classifier = AkidaClassifier(entry)
        self.device = classifier.device
        self.chip: object | None = classifier.chip
        self.precision = f"{entry.weight_bits}/{entry.activation_bits}-bit integers, as events"
        self.doubt = None if classifier.chip else SIMULATED
        self.run = classifier.logits


class OnnxRuntime:
    """The same integers, computed densely by ONNX Runtime on the processor. See `Runtime`."""

    device, meter = PROCESSOR, "cpu"
    chip: object | None = None

    def __init__(self, entry: ModelEntry) -> None:
        """Loads the network.

        Args:
            entry: the model.

        Raises:
            MissingRuntimeError: ONNX Runtime is not installed.
            ModelError: the model is missing or changed.
        """
        try:
            from qana.export.onnx_network import OnnxNetwork
        except ModuleNotFoundError:
            raise MissingRuntimeError(
                "ONNX Runtime is not installed: pip install onnxruntime."
            ) from None
        self.precision = f"{entry.weight_bits}/{entry.activation_bits}-bit integers, dense"
        self.doubt: str | None = DENSE
        self.run = OnnxNetwork(load_network(entry).layers).compute_logits


def _use(plan: TorchPlan) -> Callable[[ModelEntry], Runtime]:
    """Makes the loader of the float network with one plan."""
    return lambda entry: TorchRuntime(entry, plan)


RUNTIMES: dict[str, Callable[[ModelEntry], Runtime]] = {
    "akida": AkidaRuntime,
    "cuda": _use(TorchPlan("cuda")),
    "cuda-graph": _use(TorchPlan("cuda", tuned=True)),
    "cuda-compiled": _use(TorchPlan("cuda", tuned=True, compiled=True)),
    "cuda-half": _use(TorchPlan("cuda", tuned=True, half=True)),
    "cuda-compiled-half": _use(TorchPlan("cuda", tuned=True, compiled=True, half=True)),
    "mps": _use(TorchPlan("mps")),
    "cpu": _use(TorchPlan("cpu")),
    "dense": OnnxRuntime,
}
"""Key of `qana.bench.command.RUNTIME_NAMES` to the runtime. Each raises MissingRuntimeError where
the machine lacks it."""
