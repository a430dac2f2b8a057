"""Holds how the quantized Keras network and Akida agree on one photo, layer by layer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerAgreement:
    """Agreement of one layer.

    Attributes:
        name: of the Akida layer.
        values: number of integers in its output.
        differing: integers that differ.
        largest: largest difference.
        ties: whether rounding at ties explains the differences; see
            `qana.conversion.compare_layers.LayerDifference`.
    """

    name: str
    values: int
    differing: int
    largest: int
    ties: bool


@dataclass(frozen=True)
class Agreement:
    """Agreement of both networks on one photo.

    Attributes:
        layers: the layers that both networks have, in network order.
        not_compared: names of the Akida layers that the converter inserts.
        logits: largest difference of a logit.
        same_class: whether both networks predict the same class.
    """

    layers: tuple[LayerAgreement, ...]
    not_compared: tuple[str, ...]
    logits: float
    same_class: bool

    @property
    def values(self) -> int:
        """Number of integers in all layers."""
        return sum(layer.values for layer in self.layers)

    @property
    def differing(self) -> int:
        """Number of integers that differ in all layers."""
        return sum(layer.differing for layer in self.layers)

    @property
    def first_departure(self) -> LayerAgreement | None:
        """First layer that differs; None where no layer does."""
        return next((layer for layer in self.layers if layer.differing), None)
