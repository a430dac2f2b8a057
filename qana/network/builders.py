"""Builds a network by its name."""

from collections.abc import Callable

import tf_keras as keras

from qana.network.akidanet import akidanet
from qana.network.efficientnet_lite import efficientnet_lite0
from qana.network.published import published
from qana.network.qana import qana
from qana.network.qana_sequential import qana_sequential

BUILDERS: dict[str, Callable[..., keras.Model]] = {
    "akidanet": akidanet,
    "efficientnet_lite0": efficientnet_lite0,
    "published": published,
    "qana": qana,
    "qana_sequential": qana_sequential,
}
"""Name of each architecture to the function that builds it."""


def build_network(name: str, **options: object) -> keras.Model:
    """Builds a new, untrained network.

    Args:
        name: key of `BUILDERS`.
        options: keyword arguments of the function that builds it.

    Returns:
        Keras model with an (N, S, S, 3) image, 0 to 255, as its input and (N, 7) float32 logits as
        its output.

    Raises:
        ValueError: no architecture has this name.

    Example:
        >>> build_network("qana", input_size=128).count_params()
        394639
    """
    if name not in BUILDERS:
        raise ValueError(f"There is no network '{name}': choose one of {', '.join(BUILDERS)}.")
    return BUILDERS[name](**options)
