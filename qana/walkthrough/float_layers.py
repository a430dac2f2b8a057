"""Opens layers of the float network with NumPy, for any photo and without TensorFlow.

quantizeml folds every normalization into the convolution before it, so a chip never computes one.
The folding here uses the arithmetic of `fold_batchnorms` of quantizeml:

    scale = gamma / sqrt(variance + epsilon)
    kernel' = kernel * scale, bias' = beta - mean * scale
"""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from qana.errors import UserError
from qana.export.compute_float_graph import apply_weight, compute_float_logits, compute_steps
from qana.export.float_graph import Step, build_float_graph
from qana.export.keras_file import KerasLayer, read_keras_layers
from qana.inference.manifest import ModelEntry, find_same_entry
from qana.inference.model_store import read_verified_bytes
from qana.network.keras_forms import locate_keras_form
from qana.walkthrough.folding import LAYERS, Activations, Folding

EQUALIZED = ("Conv2D", "DepthwiseConv2D", "Dense", "DepthwiseConv2DTranspose")
"""Layer types of the network that can divide their weights by the rate of the previous quantizer.
Source: `_set_and_equalize` of quantizeml.models.calibrate."""
DEPTHWISE = "depthwise"


class FloatNetwork:
    """The float form of a deployed model. It keeps no state, so several threads may use it."""

    def __init__(self, entry: ModelEntry) -> None:
        """Reads the network.

        Args:
            entry: the model.

        Raises:
            UserError: the model has no float form, its file is missing or changed, or a layer is
                not one that a page can compute.
        """
        content = read_verified_bytes(*locate_keras_form(entry, "float"))
        self._graph = build_float_graph(content)
        self._layers = {layer.name: layer for layer in read_keras_layers(content)}

    def compute_logits(self, inputs: np.ndarray) -> np.ndarray:
        """Computes the logits: (N, S, S, 3) uint8 to (N, 7) float32."""
        return compute_float_logits(self._graph, inputs)

    def find_highest(self, photos: np.ndarray) -> dict[str, np.ndarray]:
        """Finds the largest input of each activation behind a layer of `LAYERS`.

        Args:
            photos: (N, S, S, 3) uint8, the calibration photos.

        Returns:
            Name of each layer to (C,) float32, the largest input of each channel.
        """
        highest: dict[str, np.ndarray] = {}
        for photo in photos:
            for step, _inputs, values in compute_steps(self._graph, photo[None]):
                if step.name in LAYERS:
                    found = values.max(axis=(0, 1, 2)).astype(np.float32)
                    highest[step.name] = np.maximum(highest.get(step.name, found), found)
        return highest

    def open_layer(
        self, inputs: np.ndarray, layer: str, highest: Mapping[str, np.ndarray], photos: int
    ) -> Activations:
        """Computes the inputs of the activation behind a layer, and folds its normalization.

        Args:
            inputs: (S, S, 3) uint8 network input.
            layer: one of `qana.walkthrough.folding.LAYERS`.
            highest: of `find_highest`.
            photos: number of calibration photos that `highest` is over.

        Raises:
            UserError: the network has no such layer, or no normalization behind it.
        """
        normalization = self._find_reader(layer)
        activation = self._find_reader(normalization.name)
        steps = compute_steps(self._graph, inputs[None])
        step, entering, values = next(found for found in steps if found[0].name == layer)
        return Activations(
            layer,
            float(activation.config["max_value"]),
            values[0].astype(np.float32),
            highest[layer],
            photos,
            self._is_equalized(activation),
            self._fold(step, entering, normalization),
        )

    def _find_reader(self, name: str) -> KerasLayer:
        readers = self._list_readers(name)
        if name not in self._layers or not readers:
            known = ", ".join(LAYERS)
            raise UserError(f"There is no layer {name} to open: choose one of {known}.")
        return readers[0]

    def _list_readers(self, name: str) -> list[KerasLayer]:
        return [layer for layer in self._layers.values() if name in layer.sources]

    def _is_equalized(self, activation: KerasLayer) -> bool:
        readers = self._list_readers(activation.name)
        return len(readers) == 1 and readers[0].kind in EQUALIZED

    def _fold(self, step: Step, entering: np.ndarray, normalization: KerasLayer) -> Folding:
        weights = self._layers[step.name].weights
        original = weights["depthwise_kernel" if step.kind == DEPTHWISE else "kernel"]
        differences = []
        for dtype in (np.float32, np.float64):
            kernel, bias = fold_normalization(original, normalization, dtype, step.kind)
            before = apply_weight(step, entering.astype(dtype), original.astype(dtype))
            normalized = _normalize(before, normalization, dtype)
            folded = apply_weight(step, entering.astype(dtype), kernel) + bias
            differences.append(float(np.abs(folded - normalized).max()))
        kernel, _bias = fold_normalization(original, normalization, np.float32, step.kind)
        return Folding(
            before=_compute_ranges(original, step.kind),
            after=_compute_ranges(kernel, step.kind),
            difference32=differences[0],
            difference64=differences[1],
            largest=float(np.abs(normalized).max()),
        )


def fold_normalization(
    kernel: np.ndarray, normalization: KerasLayer, dtype: type, kind: str
) -> tuple[np.ndarray, np.ndarray]:
    """Folds a normalization into the kernel and bias of the convolution before it.

    Args:
        kernel: (k, k, I, O) of a convolution or (k, k, C, 1) of a depthwise one, float32.
        normalization: the BatchNormalization after it, over the last axis.
        dtype: np.float32, which quantizeml uses, or np.float64.
        kind: "convolution" or "depthwise".

    Returns:
        Kernel of the same shape, and (C,) bias, both of `dtype`.
    """
    gamma, beta, mean, scale = _read_normalization(normalization, dtype)
    scale = gamma / scale
    return kernel.astype(dtype) * (scale[:, None] if kind == DEPTHWISE else scale), (
        beta - mean * scale
    )


def load_float_network(model: str, sha256: str) -> FloatNetwork:
    """Loads the float form of the model that gave an answer, once for all photos.

    Args:
        model: name of the model.
        sha256: of the .fbz file that gave the answer.

    Raises:
        UserError: see `FloatNetwork`, or the model was replaced after the answer.
    """
    find_same_entry(model, sha256)
    return _load_once(model, sha256)


@lru_cache(maxsize=2)
def _load_once(model: str, sha256: str) -> FloatNetwork:
    return FloatNetwork(find_same_entry(model, sha256))


def _read_normalization(normalization: KerasLayer, dtype: type) -> tuple[np.ndarray, ...]:
    """Reads gamma, beta, the mean, and the square root of the variance plus epsilon."""
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    read: list[np.ndarray] = [np.asarray(normalization.weights[name], dtype) for name in names]
    gamma, beta, mean, variance = read
    return gamma, beta, mean, np.sqrt(variance + dtype(normalization.config["epsilon"]))


def _normalize(values: np.ndarray, normalization: KerasLayer, dtype: type) -> np.ndarray:
    gamma, beta, mean, deviation = _read_normalization(normalization, dtype)
    return (values - mean) / deviation * gamma + beta


def _compute_ranges(kernel: np.ndarray, kind: str) -> np.ndarray:
    if kind == DEPTHWISE:
        kernel = kernel[..., 0]
    by_channel = kernel.reshape(-1, kernel.shape[-1])
    return np.stack([by_channel.min(axis=0), by_channel.max(axis=0)], axis=-1)
