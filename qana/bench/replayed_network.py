"""Records the computation of a network once for each batch size, and replays it.

A network of a hundred small layers keeps a GPU waiting: Python launches each layer, which takes
longer than the layer itself. A CUDA graph holds all launches, so that one call starts them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch

WARM_UPS = 3
"""Runs before the recording: kernels are chosen and memory is taken in them."""
Replay = Callable[[], None]
"""Does the recorded work again."""
Capture = Callable[[Callable[[], None]], Replay]
"""Records work that reads and writes fixed buffers."""


@dataclass(frozen=True)
class Recording:
    """The fixed buffers of one batch size, and the work between them.

    Attributes:
        inputs: (N, S, S, 3) uint8, overwritten before each replay.
        outputs: (N, 7) float32, overwritten by each replay.
        replay: computes `outputs` from `inputs`.
    """

    inputs: torch.Tensor
    outputs: torch.Tensor
    replay: Replay


class ReplayedNetwork:
    """A network that is recorded at the first call with each batch size and replayed after."""

    def __init__(
        self, compute: Callable[[torch.Tensor], torch.Tensor], device: str, capture: Capture
    ) -> None:
        """Takes the network; nothing is recorded yet.

        Args:
            compute: (N, S, S, 3) uint8 to (N, 7) float32, both on the device.
            device: torch device.
            capture: `capture_cuda_graph`, or `keep_work` where there is no NVIDIA GPU.
        """
        self._compute, self._device, self._capture = compute, device, capture
        self._recorded: dict[torch.Size, Recording] = {}

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        """Computes the logits.

        Args:
            pixels: (N, S, S, 3) uint8 in host memory.

        Returns:
            (N, 7) float32 on the device, valid until the next call with as many photos.
        """
        if pixels.shape not in self._recorded:
            self._recorded[pixels.shape] = self._record(pixels)
        recording = self._recorded[pixels.shape]
        recording.inputs.copy_(pixels, non_blocking=True)
        recording.replay()
        return recording.outputs

    def _record(self, pixels: torch.Tensor) -> Recording:
        inputs = pixels.to(self._device, copy=True)
        outputs = torch.empty_like(self._compute(inputs))

        def work() -> None:
            outputs.copy_(self._compute(inputs))

        return Recording(inputs, outputs, self._capture(work))


def capture_cuda_graph(work: Callable[[], None]) -> Replay:
    """Captures work on the current NVIDIA GPU as one CUDA graph.

    Args:
        work: launches kernels that read and write fixed buffers.

    Raises:
        RuntimeError: the work cannot be captured.
    """
    side, current = torch.cuda.Stream(), torch.cuda.current_stream()
    side.wait_stream(current)
    with torch.cuda.stream(side):  # torch asks for a warm-up outside the stream of the capture
        for _ in range(WARM_UPS):
            work()
    current.wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph.replay


def keep_work(work: Callable[[], None]) -> Replay:
    """Returns the work itself: without an NVIDIA GPU there are no launches to capture."""
    return work
