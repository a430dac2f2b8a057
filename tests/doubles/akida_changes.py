"""Sets on the layers of the engine what the browser changes in its own integers."""

from collections.abc import Sequence
from typing import Any

import akida
import numpy as np

ORDER = (
    *("weight_bits", "weight", "bias", "threshold", "bounds", "bound", "scale"),
    "activation_bits",
)
"""The order in which the changes of a layer are made, whatever the order of the list."""
ROTATED = (akida.LayerType.Conv2D, akida.LayerType.DepthwiseConv2D)
DEPTHWISE = (akida.LayerType.DepthwiseConv2D, akida.LayerType.DepthwiseConv2DTranspose)


def change_akida(model: akida.Model, changes: Sequence[dict[str, Any]]) -> None:
    layers = {layer.name: layer for layer in model.layers}
    for change in sorted(changes, key=lambda one: ORDER.index(one["kind"])):
        _CHANGES[change["kind"]](model, layers[change["layer"]], change)


def _set(layer: akida.Layer, name: str, values: np.ndarray) -> None:
    old = layer.get_variable(name)
    limits = np.iinfo(old.dtype)
    assert values.min() >= limits.min and values.max() <= limits.max
    layer.set_variable(name, values.astype(old.dtype))


def _get(layer: akida.Layer, name: str) -> np.ndarray:
    return layer.get_variable(name).astype(np.int64)


def _set_one(layer: akida.Layer, name: str, place: Any, value: int) -> None:
    values = _get(layer, name)
    values[place] = value
    _set(layer, name, values)


def _set_weight(_: akida.Model, layer: akida.Layer, change: dict[str, Any]) -> None:
    row, column, value = change["row"], change["column"], change["value"]
    if layer.parameters.layer_type in ROTATED:
        last = layer.parameters.kernel_size - 1
        row, column = last - row, last - column
    if layer.parameters.layer_type in DEPTHWISE:
        place: tuple[int, ...] = (row, column, change["channel"], 0)
    elif layer.parameters.layer_type == akida.LayerType.Dense1D:
        place = (change["input"], change["channel"])
    else:
        place = (row, column, change["input"], change["channel"])
    _set_one(layer, "weights", place, value)


def _round_weights(_: akida.Model, layer: akida.Layer, change: dict[str, Any]) -> None:
    weights, bits = _get(layer, "weights"), change["bits"]
    if bits == 1:
        axis = 2 if layer.parameters.layer_type in DEPTHWISE else -1
        others = tuple(at for at in range(weights.ndim) if at != axis % weights.ndim)
        size = np.maximum(np.floor(abs(weights).mean(axis=others, keepdims=True) + 0.5), 1)
        _set(layer, "weights", np.where(weights < 0, -size, size))
    elif bits < 8:
        most = 2 ** (bits - 1) - 1
        step = 127 // most
        levels = np.minimum(np.floor(abs(weights) / step + 0.5), most)
        _set(layer, "weights", np.sign(weights) * levels * step)


def _raise_thresholds(_: akida.Model, layer: akida.Layer, change: dict[str, Any]) -> None:
    bias, shift = _get(layer, "bias"), _get(layer, "bias_shift")
    pixels = np.prod(layer.input_dims[:2]) if layer.output_dims[:2] == [1, 1] else 1
    pixels = pixels if layer.parameters.layer_type == akida.LayerType.Conv2D else 1
    step = np.exp2(-_get(layer, "output_shift")) / (_get(layer, "output_scales") * pixels)
    wanted = (bias << shift) - change["steps"] * step
    for bits in range(40):
        rounded = np.floor(wanted / 2**bits + 0.5)
        fits = abs(rounded) <= 127
        if bits == 0:
            done = np.zeros(len(bias), bool)
        bias[fits & ~done], shift[fits & ~done] = rounded[fits & ~done], bits
        done |= fits
    _set(layer, "bias_shift", shift)
    _set(layer, "bias", bias)


def _set_bounds(_: akida.Model, layer: akida.Layer, change: dict[str, Any]) -> None:
    bounds = np.floor(_get(layer, "max_value") * change["percent"] / 100 + 0.5)
    _set(layer, "max_value", np.clip(bounds, 0, 255))


def _coarsen(model: akida.Model, layer: akida.Layer, change: dict[str, Any]) -> None:
    rectified = "max_value" in layer.get_variable_names()
    less = max((7 if rectified else 8) - change["bits"], 0)
    shift = -_get(layer, "output_shift")
    coarser = np.minimum(less, 31 - shift)
    shift += coarser
    _set(layer, "output_shift", -shift)
    if rectified and less:
        pooled = layer.output_dims[:2] == [1, 1] and layer.input_dims[:2] != [1, 1]
        pixels = np.prod(layer.input_dims[:2]) if pooled else 1
        unit = (pixels << _get(layer, "max_value_shift")) * _get(layer, "output_scales")
        half = np.where(shift > 0, 1 << np.maximum(shift - 1, 0), 0)
        # The largest of the 256 bounds that gives no output above the top.
        bounds = np.arange(256)[:, None]
        outputs = (np.minimum(bounds * unit, 2**31 - 1) + half) >> shift
        allowed = np.minimum(outputs, 127) <= (127 >> coarser)
        old = _get(layer, "max_value")
        _set(layer, "max_value", np.where(allowed & (bounds <= old), bounds, 0).max(axis=0))
    _shift_readers(model, layer.name, coarser)


def _shift_readers(model: akida.Model, name: str, coarser: np.ndarray) -> None:
    for reader in model.layers:
        sources = [before.name for before in reader.inbounds]
        if name not in sources:
            continue
        place = sources.index(name)
        if reader.parameters.layer_type == akida.LayerType.Concatenate:
            sizes = [before.output_dims[2] for before in reader.inbounds]
            parts = [np.zeros(size, np.int64) for size in sizes]
            parts[place] = coarser
            _shift_readers(model, reader.name, np.concatenate(parts))
        else:
            add = reader.parameters.layer_type == akida.LayerType.Add
            variable = ("a_shift", "b_shift")[place] if add else "input_shift"
            _set(reader, variable, _get(reader, variable) + coarser)


_CHANGES = {
    "weight_bits": _round_weights,
    "weight": _set_weight,
    "bias": lambda _, layer, one: _set_one(layer, "bias", one["channel"], one["value"]),
    "threshold": _raise_thresholds,
    "bounds": _set_bounds,
    "bound": lambda _, layer, one: _set_one(layer, "max_value", one["channel"], one["value"]),
    "scale": lambda _, layer, one: _set_one(layer, "output_scales", one["channel"], one["value"]),
    "activation_bits": _coarsen,
}
