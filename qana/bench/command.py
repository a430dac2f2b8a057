"""The command of a measurement: what is started, and what stands beside its numbers."""

from collections.abc import Sequence


def build_arguments(
    model: str, keys: Sequence[str], batches: Sequence[int], seconds: float
) -> tuple[str, ...]:
    """What follows `python -m qana`; the arguments are those of `qana.bench.run_bench.run_bench`."""
    timing = ("bench", "--model", model, "--seconds", f"{seconds:g}")
    return (*timing, "--runtimes", *keys, "--batches", *map(str, batches))


def format_command(given: Sequence[str]) -> str:
    """The command as it is typed, from `build_arguments`."""
    return " ".join(("python -m qana", *given))


RUNTIME_NAMES = {
    "akida": "Akida",
    "cuda": "Float on an NVIDIA GPU",
    "mps": "Float on an Apple GPU",
    "cpu": "Float on the processor",
    "dense": "Dense on the processor",
}
"""Key to name, in the order in which they are shown and measured."""
