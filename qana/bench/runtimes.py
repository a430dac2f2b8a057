"""The runtimes that are compared: one network, run in different ways.

Akida and the dense runtime compute the very same integers; torch runs the float network that they
came from, as it was before quantization and tuning.

Each answers a batch of pixels with logits and returns when they are there, so that the time of a
call is the time of an answer: copying to a device and back is in it, as it is for a camera.
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
    """A runtime that this machine does not have; the message says what would give it one."""


class Runtime(Protocol):
    """Attributes:
    device: in words.
    precision: of weights and activations, in words.
    meter: kind of energy meter that sees this device, for `qana.bench.meters.choose_meter.choose_meter`.
    chip: the Akida device that the meter asks, or None.
    doubt: what a critic should know of it, in one line, or None.
    """

    device: str
    precision: str
    meter: str
    chip: object | None
    doubt: str | None

    def run(self, inputs: np.ndarray) -> np.ndarray:
        """(N, S, S, 3) uint8 to (N, 7) float32 logits."""


class AkidaRuntime:
    """The converted network on a chip or in the vendor's simulator."""

    meter = "akida"

    def __init__(self, entry: ModelEntry) -> None:
        classifier = AkidaClassifier(entry)
        self.device = classifier.device
        self.chip: object | None = classifier.chip
        self.precision = f"{entry.weight_bits}/{entry.activation_bits}-bit integers, as events"
        self.doubt = None if classifier.chip else SIMULATED
        self.run = classifier.logits


class OnnxRuntime:
    """The same integers, every one of them computed: ONNX Runtime on the processor."""

    device, meter = PROCESSOR, "cpu"
    chip: object | None = None

    def __init__(self, entry: ModelEntry) -> None:
        try:
            from qana.export.onnx_network import OnnxNetwork
        except ModuleNotFoundError:
            raise MissingRuntimeError(
                "ONNX Runtime is not installed: pip install onnxruntime."
            ) from None
        self.precision = f"{entry.weight_bits}/{entry.activation_bits}-bit integers, dense"
        self.doubt: str | None = DENSE
        self.run = OnnxNetwork(load_network(entry).layers).logits


class TorchRuntime:
    """The float network in torch, built from the Keras form."""

    precision = "32-bit float"
    chip: object | None = None
    doubt: str | None = FLOAT

    def __init__(self, entry: ModelEntry, kind: str) -> None:
        """kind: a torch device: "cuda", "mps" or "cpu"."""
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
        torch.backends.cudnn.benchmark = True  # the shapes never change: let it pick its kernels
        torch.backends.cudnn.allow_tf32 = False  # it would round to 10 bits and still say float
        _keep_tensorflow_off_the_card()
        twin = TorchNetwork(load_keras_form(entry, "float")).to(kind)
        self._twin = twin.to(memory_format=torch.channels_last)

    def run(self, inputs: np.ndarray) -> np.ndarray:
        """As `Runtime.run`. Asking for the logits on the host waits for the device."""
        with self._torch.inference_mode():
            pixels = self._torch.from_numpy(inputs).to(self._kind)
            # Pixels cross as bytes; the permuted view is channels-last already.
            return self._twin(pixels.permute(0, 3, 1, 2).float()).cpu().numpy()


def _keep_tensorflow_off_the_card() -> None:
    """It only reads the weights, but would take the card's memory and raise its power at rest."""
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")


RUNTIMES: dict[str, Callable[[ModelEntry], Runtime]] = {
    "akida": AkidaRuntime,
    "cuda": lambda entry: TorchRuntime(entry, "cuda"),
    "mps": lambda entry: TorchRuntime(entry, "mps"),
    "cpu": lambda entry: TorchRuntime(entry, "cpu"),
    "dense": OnnxRuntime,
}
"""Key of `RUNTIME_NAMES` to what loads it; it raises MissingRuntimeError where there is none."""
