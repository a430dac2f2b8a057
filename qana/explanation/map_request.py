"""Names one explanation map: its method, its network, its layer and its class."""

from typing import NamedTuple

from qana.explanation.map_job import LAST_LAYER

AKIDA_MAP, OCCLUSION = "Akida map", "Occlusion"
AKIDA_METHODS = frozenset({AKIDA_MAP, OCCLUSION})
"""Methods that need only the Akida network. The others need its Keras forms."""


class MapRequest(NamedTuple):
    """A map that somebody wants to see.

    Attributes:
        method: one of `AKIDA_METHODS` or of `qana.explanation.map_job.METHODS`.
        form: "akida", "quantized" or "float".
        layer: layer at which the map is drawn.
        label: class, an index into `qana.classes.LABELS`.
    """

    method: str
    form: str
    layer: str
    label: int

    @property
    def measured_name(self) -> str:
        """Name under which `qana.reports.explanation_report` has the method's faithfulness.

        Grad-CAM of the quantized network at its last feature map equals the Akida map.
        """
        deployed = self.form == "quantized" and self.layer == LAST_LAYER
        if self.method not in AKIDA_METHODS and not deployed:
            return f"{self.method} of the {self.form} network at {self.layer}"
        return AKIDA_MAP if self.method == "Grad-CAM" else self.method


def make_akida_request(method: str, label: int) -> MapRequest:
    """Makes the request for a map of the Akida network.

    Args:
        method: one of `AKIDA_METHODS`.
        label: class, an index into `qana.classes.LABELS`.
    """
    return MapRequest(method, "akida", LAST_LAYER, label)
