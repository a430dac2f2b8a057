"""The float network in torch, from plain to as fast as the device allows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from qana.data.samples import load_samples
from qana.errors import UserError
from qana.imaging import read_image, to_input
from qana.inference.manifest import ModelEntry

if TYPE_CHECKING:
    from torch import Tensor

PROCESSOR = "this computer's processor"
PLAIN = (
    "Weights from before quantization. Plain torch: batch normalization not folded, no compiled "
    "graph, no half precision, so a tuned deployment would be faster."
)
TUNED = "Weights from before quantization, batch normalization folded into the convolutions."
DEVIATION_PHOTOS = 3
"""Photos whose logits show how far half precision is from 32 bits."""
MODE = "max-autotune-no-cudagraphs"
"""Mode of `torch.compile`. The graph is captured here, with the copies of the photos in it."""


class MissingRuntimeError(UserError):
    """A runtime that this machine lacks. The message says how to get it."""


@dataclass(frozen=True)
class TorchPlan:
    """How to run the float network.

    Attributes:
        device: torch device, "cuda", "mps" or "cpu".
        tuned: whether batch normalization is folded and the work is recorded once and replayed, on
            an NVIDIA GPU as one CUDA graph.
        compiled: whether torch compiles the network; needs `tuned`.
        half: whether weights and activations have 16 bits; needs `tuned`.
        backend: of `torch.compile`. "eager" compiles nothing, so that a test needs no compiler.
    """

    device: str
    tuned: bool = False
    compiled: bool = False
    half: bool = False
    backend: str = "inductor"


class TorchRuntime:
    """The float network in torch, built from its Keras form. See `qana.bench.runtimes.Runtime`."""

    chip: object | None = None

    def __init__(self, entry: ModelEntry, plan: TorchPlan) -> None:
        """Loads the network onto the device.

        Args:
            entry: the model.
            plan: how to run it.

        Raises:
            MissingRuntimeError: torch is not installed, or sees no such device.
            UserError: the model has no float form, or its file is missing or changed.
        """
        torch = _import_torch(plan.device)
        from qana.network.keras_forms import load_keras_form
        from qana.network.torch_network import TorchNetwork

        self.meter, self._torch, self._plan = plan.device, torch, plan
        self.device = _name_device(plan.device)
        self.precision = "16-bit float" if plan.half else "32-bit float"
        torch.backends.cudnn.benchmark = True  # the shapes never change, so kernels are tuned once
        torch.backends.cudnn.allow_tf32 = False  # TF32 keeps 10 bits of a float's 23
        _hide_gpu_from_tensorflow()
        network = TorchNetwork(load_keras_form(entry, "float"))
        self.doubt: str | None = PLAIN
        if plan.tuned:
            from qana.network.torch_folding import fold_normalization

            fold_normalization(network)
            self.doubt = TUNED
        network = network.to(plan.device).to(memory_format=torch.channels_last)
        self._dtype = torch.float32
        self._network: Callable[[Tensor], Tensor] = network
        if plan.half:
            exact = self._compute_samples(entry)
            self._network, self._dtype = network.half(), torch.float16
            deviation = float(np.abs(self._compute_samples(entry) - exact).max())
            self.doubt = f"{TUNED} {describe_deviation(deviation)}"
        if plan.compiled:
            options = {"mode": MODE} if plan.backend == "inductor" else {}
            self._network = torch.compile(
                self._network, backend=plan.backend, dynamic=False, **options
            )
        self._compute_logits = self._record() if plan.tuned else self._compute_plainly

    def run(self, inputs: np.ndarray) -> np.ndarray:
        """Computes the logits: (N, S, S, 3) uint8, 0 to 255, to (N, 7) float32."""
        with self._torch.inference_mode():
            # Pixels cross as bytes. `cpu()` waits for the device.
            logits = self._compute_logits(self._torch.from_numpy(inputs)).cpu().numpy()
        return np.array(logits)  # on a processor a replay would overwrite it

    def _compute_plainly(self, pixels: "Tensor") -> "Tensor":
        return self._compute(pixels.to(self._plan.device))

    def _compute(self, pixels: "Tensor") -> "Tensor":
        # The permuted view is in channels-last order already.
        return self._network(pixels.permute(0, 3, 1, 2).to(self._dtype)).float()

    def _record(self) -> Callable[["Tensor"], "Tensor"]:
        from qana.bench.replayed_network import ReplayedNetwork, capture_cuda_graph, keep_work

        device = self._plan.device
        capture = capture_cuda_graph if device == "cuda" else keep_work
        return ReplayedNetwork(self._compute, device, capture)

    def _compute_samples(self, entry: ModelEntry) -> np.ndarray:
        photos = [read_image(sample.path) for sample in load_samples()[:DEVIATION_PHOTOS]]
        inputs = np.stack([to_input(photo, entry.input_shape[0]) for photo in photos])
        with self._torch.inference_mode():
            return np.array(self._compute_plainly(self._torch.from_numpy(inputs)).cpu().numpy())


def describe_deviation(deviation: float) -> str:
    """Describes how far the logits of half precision are from those of 32 bits."""
    return f"Its logits differ from the 32-bit network's by up to {deviation:.2g}."


def _import_torch(device: str) -> Any:
    """Imports torch, and checks that it sees a device."""
    try:
        import torch
    except ModuleNotFoundError:
        raise MissingRuntimeError(
            "torch is not installed: pip install -r requirements.txt."
        ) from None
    if device == "cuda" and not torch.cuda.is_available():
        raise MissingRuntimeError("torch sees no NVIDIA card here: run this on a machine with one.")
    if device == "mps" and not torch.backends.mps.is_available():
        raise MissingRuntimeError("torch sees no Apple GPU here: run this on a Mac with one.")
    return torch


def _name_device(device: str) -> str:
    import torch

    return {
        "cuda": lambda: str(torch.cuda.get_device_name()),
        "mps": lambda: "Apple GPU",
        "cpu": lambda: PROCESSOR,
    }[device]()


def _hide_gpu_from_tensorflow() -> None:
    # TensorFlow only reads the weights, but it would take memory of the card and raise its power.
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")
