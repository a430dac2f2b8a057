"""Architectures by name: the name of a registered function is the name of its network."""

from collections.abc import Callable

import tf_keras as keras

Builder = Callable[..., keras.Model]
_BUILDERS: dict[str, Builder] = {}


def register(builder: Builder) -> Builder:
    """Decorator: makes `builder` known under its own name."""
    _BUILDERS[builder.__name__] = builder
    return builder


def architectures() -> tuple[str, ...]:
    """Names of all registered networks, sorted."""
    from qana.network import akidanet, efficientnet_lite, published, qana, qana_sequential  # noqa: F401  importing them registers them

    return tuple(sorted(_BUILDERS))


def build(name: str, **options: object) -> keras.Model:
    """A new, untrained network.

    Args:
        name: one of `architectures()`.
        options: keyword arguments of that architecture.

    Returns:
        Keras model: (N, S, S, 3) image, 0 to 255, to (N, 7) float32 logits.

    Raises:
        ValueError: no network has that name.
    """
    if name not in architectures():
        known = ", ".join(architectures())
        raise ValueError(f"There is no network '{name}': choose one of {known}.")
    return _BUILDERS[name](**options)
