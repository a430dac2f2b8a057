"""How the quantized Keras network and Akida agree on one photo, layer by layer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LayerAgreement:
    """One layer of both networks.

    Attributes:
        name: on Akida.
        values: integers that the layer gives.
        differing: those that are not the same.
        largest: difference of any.
        ties: whether rounding of rare values explains it; see `qana.conversion.compare_layers.LayerDifference`.
    """

    name: str
    values: int
    differing: int
    largest: int
    ties: bool


@dataclass(frozen=True)
class Agreement:
    """Both networks on one photo.

    Attributes:
        layers: in the order of the network; those that both have.
        not_compared: Akida layers with no namesake in Keras: what the converter inserts.
        logits: largest difference of the seven.
        same_class: whether both name the same one.
    """

    layers: tuple[LayerAgreement, ...]
    not_compared: tuple[str, ...]
    logits: float
    same_class: bool

    @property
    def values(self) -> int:
        """Integers of all layers."""
        return sum(layer.values for layer in self.layers)

    @property
    def differing(self) -> int:
        """Those that are not the same."""
        return sum(layer.differing for layer in self.layers)

    @property
    def first_departure(self) -> LayerAgreement | None:
        """The layer where the networks part; None where they never do."""
        return next((layer for layer in self.layers if layer.differing), None)
