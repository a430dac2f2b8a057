"""Finds out which runtimes this machine lacks, without loading one."""

import ctypes
import platform
from functools import cache
from importlib.util import find_spec

from qana.bench.bench_result import MissingRuntime
from qana.bench.command import NVIDIA_KEYS, RUNTIME_NAMES

CUDA_LIBRARIES = ("libcuda.so.1", "nvcuda.dll")
"""The driver of an NVIDIA card, on Linux and on Windows."""
NO_CARD = "It has no NVIDIA card that it can use."
NO_APPLE = "It is no Mac with an Apple GPU."
NO_TORCH = "torch or TensorFlow is not installed: pip install -r requirements.txt."
NO_TRITON = "torch compiles for a card with Triton, which is not installed: pip install triton."
NO_ONNX = "ONNX Runtime is not installed: pip install onnxruntime."


@cache
def find_missing_runtimes() -> tuple[MissingRuntime, ...]:
    """Finds the runtimes that cannot run on this machine, with the reason. It takes milliseconds.

    A runtime that is not listed may still fail when it is loaded.
    """
    float_packages = all(map(_is_installed, ("torch", "tensorflow")))
    card = NO_CARD if not _has_card() else "" if float_packages else NO_TORCH
    compiler = "" if _is_installed("triton") else NO_TRITON
    reasons = {
        **{key: card or (compiler if "compiled" in key else "") for key in NVIDIA_KEYS},
        "mps": NO_APPLE if not _is_apple() else "" if float_packages else NO_TORCH,
        "cpu": "" if float_packages else NO_TORCH,
        "dense": "" if all(map(_is_installed, ("onnx", "onnxruntime"))) else NO_ONNX,
    }
    return tuple(
        MissingRuntime(key, RUNTIME_NAMES[key], reason) for key, reason in reasons.items() if reason
    )


def list_available_runtimes() -> list[str]:
    """Lists the keys of the runtimes that this machine seems to have."""
    missing = {one.runtime for one in find_missing_runtimes()}
    return [key for key in RUNTIME_NAMES if key not in missing]


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # an import hook may refuse the package
        return False


def _has_card() -> bool:
    for name in CUDA_LIBRARIES:
        try:
            driver = ctypes.CDLL(name)
        except OSError:
            continue
        count = ctypes.c_int(0)
        if driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0:
            return count.value > 0
    return False


def _is_apple() -> bool:
    return platform.system() == "Darwin" and platform.machine() == "arm64"
