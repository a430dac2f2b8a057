"""The runtimes that are compared: different ways to run one network.

Akida and ONNX Runtime compute identical integers. torch runs the float network from before
quantization and quantization-aware tuning.

Each runtime returns when the logits are in host memory. The time of a call therefore includes the
copies to a device and back, as it does for a camera.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np

from qana.errors import UserError
from qana.inference.classifier import AkidaClassifier
from qana.inference.load_network import load_network
from qana.inference.manifest import ModelEntry

PROCESSOR = "this computer's processor"
SIMULATED = "The simulator's time is this computer's and says nothing about a chip's."
DENSE = (
    "Equal to Akida to the bit, its integers carried in 32-bit floats: not the fastest way to run "
    "8-bit integers."
)
FLOAT = (
    "Weights from before quantization. Plain torch: batch normalization not folded, no compiled "
    "graph, no half precision, so a tuned deployment would be faster."
)


class MissingRuntimeError(UserError):
    """A runtime that this machine lacks. The message says how to get it."""


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


class TorchRuntime:
    """The float network in torch, built from its Keras form. See `Runtime`."""

    precision = "32-bit float"
    chip: object | None = None
    doubt: str | None = FLOAT

    def __init__(self, entry: ModelEntry, kind: str) -> None:
        """Loads the network onto the device.

        Args:
            entry: the model.
            kind: torch device, "cuda", "mps" or "cpu".

        Raises:
            MissingRuntimeError: torch is not installed, or sees no such device.
            UserError: the model has no float form, or its file is missing or changed.
        """
        try:
            import torch
        except ModuleNotFoundError:
            raise MissingRuntimeError(
                "torch is not installed: pip install -r requirements.txt."
            ) from None
        if kind == "cuda" and not torch.cuda.is_available():
            raise MissingRuntimeError(
                "torch sees no NVIDIA card here: run this on a machine with one."
            )
        if kind == "mps" and not torch.backends.mps.is_available():
            raise MissingRuntimeError("torch sees no Apple GPU here: run this on a Mac with one.")
        from qana.network.keras_forms import load_keras_form
        from qana.network.torch_network import TorchNetwork

        self.meter, self._torch, self._kind = kind, torch, kind
        self.device = {
            "cuda": lambda: str(torch.cuda.get_device_name()),
            "mps": lambda: "Apple GPU",
            "cpu": lambda: PROCESSOR,
        }[kind]()
        torch.backends.cudnn.benchmark = True  # the shapes never change, so kernels are tuned once
        torch.backends.cudnn.allow_tf32 = False  # TF32 keeps 10 bits of a float's 23
        _hide_gpu_from_tensorflow()
        network = TorchNetwork(load_keras_form(entry, "float")).to(kind)
        self._network = network.to(memory_format=torch.channels_last)

    def run(self, inputs: np.ndarray) -> np.ndarray:
        """Computes the logits: (N, S, S, 3) uint8, 0 to 255, to (N, 7) float32."""
        with self._torch.inference_mode():
            pixels = self._torch.from_numpy(inputs).to(self._kind)
            # Pixels cross as bytes, and the permuted view is in channels-last order already.
            # `cpu()` waits for the device.
            return self._network(pixels.permute(0, 3, 1, 2).float()).cpu().numpy()


def _hide_gpu_from_tensorflow() -> None:
    # TensorFlow only reads the weights, but it would take memory of the card and raise its power.
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")


RUNTIMES: dict[str, Callable[[ModelEntry], Runtime]] = {
    "akida": AkidaRuntime,
    "cuda": lambda entry: TorchRuntime(entry, "cuda"),
    "mps": lambda entry: TorchRuntime(entry, "mps"),
    "cpu": lambda entry: TorchRuntime(entry, "cpu"),
    "dense": OnnxRuntime,
}
"""Key of `qana.bench.command.RUNTIME_NAMES` to the runtime. Each raises MissingRuntimeError where
the machine lacks it."""
