"""The keys of the runtimes and the command that measures them.

This module imports no runtime, so the command line and the pages can read it quickly.
"""

from collections.abc import Sequence

RUNTIME_NAMES = {
    "akida": "Akida",
    "cuda": "Float on an NVIDIA GPU",
    "cuda-graph": "Float on an NVIDIA GPU, as one CUDA graph",
    "cuda-compiled": "Float on an NVIDIA GPU, compiled, as one CUDA graph",
    "cuda-half": "Half precision on an NVIDIA GPU, as one CUDA graph",
    "cuda-compiled-half": "Half precision on an NVIDIA GPU, compiled, as one CUDA graph",
    "mps": "Float on an Apple GPU",
    "cpu": "Float on the processor",
    "dense": "Dense on the processor",
}
"""Key to name, in the order in which runtimes are measured and displayed."""
NVIDIA_KEYS = ("cuda", "cuda-graph", "cuda-compiled", "cuda-half", "cuda-compiled-half")
"""The runtimes of an NVIDIA GPU: plain torch first, then what a tuned deployment would use."""
BROWSER_GPU = "Float on the GPU of a browser"
BROWSER_PROCESSOR = "Float on the processor, in a browser"
"""Names of the runtime that a visitor's browser measures. It has no key: no command starts it."""


def build_arguments(
    model: str, keys: Sequence[str], batches: Sequence[int], seconds: float
) -> tuple[str, ...]:
    """Builds the arguments of `python -m qana` that start a comparison.

    Args:
        model: name of the model.
        keys: runtimes to measure, keys of `RUNTIME_NAMES`.
        batches: batch sizes, images.
        seconds: time for each runtime and batch size, s.

    Example:
        >>> build_arguments("akida2", ["akida"], [1], 5)[:3]
        ('bench', '--model', 'akida2')
    """
    timing = ("bench", "--model", model, "--seconds", f"{seconds:g}")
    return (*timing, "--runtimes", *keys, "--batches", *map(str, batches))


def format_command(arguments: Sequence[str]) -> str:
    """Formats the arguments of `build_arguments` as a user types them in a terminal."""
    return " ".join(("python -m qana", *arguments))
