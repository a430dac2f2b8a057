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
"""Every architecture by its name."""


def build(name: str, **options: object) -> keras.Model:
    """Builds a new, untrained network.

    Args:
        name: a key of `BUILDERS`.
        options: keyword arguments of that architecture.

    Returns:
        Keras model: (N, S, S, 3) image, 0 to 255, to (N, 7) float32 logits.

    Raises:
        ValueError: no network has that name.
    """
    if name not in BUILDERS:
        raise ValueError(f"There is no network '{name}': choose one of {', '.join(BUILDERS)}.")
    return BUILDERS[name](**options)
