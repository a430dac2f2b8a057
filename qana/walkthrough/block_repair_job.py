"""Builds every design of `qana.walkthrough.block_repair` and runs the vendor's tools on it."""

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

from qana.classes import LABELS
from qana.data.samples import load_calibration_photos
from qana.errors import UserError
from qana.network import efficientnet_lite as lite
from qana.network.blocks.convolution import BOUND, convolution, depthwise
from qana.training.recipe import Recipe
from qana.walkthrough.block_repair import (
    ADD,
    CONVOLUTION,
    RELU6,
    REPAIRS_FILE,
    SIGMOID,
    BlockDesign,
    is_repaired,
    list_designs,
)
from qana.walkthrough.conversion_cases import ConversionOutcome
from qana.walkthrough.conversion_run import run_tools
from qana.walkthrough.outcome_json import encode_outcome

SIDE = 32
"""Side of the input of the small network, pixels."""
CHANNELS = 16
SEED = 1
TOOLS = ("akida", "cnn2snn", "quantizeml")
"""Packages that the outcomes depend on."""
COMMAND = "python -m qana walkthrough --designs"


def build_design(design: BlockDesign) -> keras.Model:
    """Builds the small network of a design, with random weights from a fixed seed.

    Args:
        design: the design.

    Returns:
        Keras model: (N, 32, 32, 3) float32 image, 0 to 255, to (N, 7) float32 logits.
    """
    keras.utils.set_random_seed(SEED)
    image = keras.Input((SIDE, SIDE, 3), name="image")
    x = _build_block(lite.stem(image, CHANNELS), design)
    if design.follower == CONVOLUTION:
        x = convolution(x, 2 * CHANNELS, "next", kernel=3, stride=2)
        x = convolution(x, 4 * CHANNELS, "features")
    x = layers.GlobalAveragePooling2D(name="average")(x)
    network = keras.Model(image, layers.Dense(len(LABELS), name="logits")(x), name="design")
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.0
    # A random channel that is always zero has no range to quantize; one pass normalizes it.
    network(load_calibration_photos(SIDE).astype("float32"), training=True)
    return network


def run_design(design: BlockDesign) -> ConversionOutcome:
    """Runs the quantizer, the converter and QANA's own check on a design.

    Args:
        design: the design.
    """
    weight_bits, activation_bits = design.bits
    recipe = Recipe(
        "walkthrough",
        input_size=SIDE,
        weight_bits=weight_bits,
        activation_bits=activation_bits,
        calibration_photos=len(load_calibration_photos(SIDE)),
    )
    return run_tools(build_design(design), load_calibration_photos(SIDE), recipe)


def store_repairs(progress: Callable[[str], None], path: Path = REPAIRS_FILE) -> None:
    """Runs every design and stores the outcomes.

    Args:
        progress: receives a line for each design.
        path: the file.

    Raises:
        UserError: no design can be repaired, or the file cannot be written.
    """
    found: dict[str, Any] = {}
    solved = 0
    for number, design in enumerate(designs := list_designs(), start=1):
        outcome = run_design(design)
        solved += is_repaired(outcome)
        found[design.key] = encode_outcome(outcome)
        verdict = outcome.refusal or (
            "It maps." if outcome.passes else "The quantizer left nothing to convert."
        )
        progress(f"[{number}/{len(designs)}] {design.key}: {verdict}")
    if not solved:
        raise UserError("No design maps, so the exercise has no solution: check the installation.")
    document = {
        "command": COMMAND,
        "tools": {name: version(name) for name in TOOLS},
        "designs": found,
    }
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _build_block(x: tf.Tensor, design: BlockDesign) -> tf.Tensor:
    branch = depthwise(x, "spatial", kernel=5)
    if design.gate == SIGMOID:
        branch = layers.Conv2D(CHANNELS, 1, activation="sigmoid", name="gate_conv")(branch)
    else:
        branch = convolution(branch, CHANNELS, "gate", bounded=design.gate == RELU6)
    join = layers.Add(name="join") if design.join == ADD else layers.Multiply(name="join")
    return layers.ReLU(BOUND, name="joined_relu")(join([x, branch]))
