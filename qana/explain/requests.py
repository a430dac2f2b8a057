"""What is asked of the explaining process, and what it answers: plain values that can be sent."""

from dataclasses import dataclass

import numpy as np

METHODS = ("Grad-CAM", "Grad-CAM++", "LayerCAM", "Eigen-CAM", "Score-CAM")


@dataclass(frozen=True, eq=False)
class Request:
    """One map of the grad-cam package.

    Attributes:
        number: of the request, to know its answers by.
        model: name in the models folder.
        form: "float" or "quantized".
        method: one of `METHODS`.
        layer: one of `qana.explain.forms.LAYERS`.
        inputs: (S, S, 3) uint8, as the network reads it.
        label: class, an index into `qana.labels.LABELS`.
    """

    number: int
    model: str
    form: str
    method: str
    layer: str
    inputs: np.ndarray
    label: int


@dataclass(frozen=True, eq=False)
class Answer:
    """News of one request.

    Attributes:
        number: of the request.
        words: what is being done.
        share: how much of it is done, 0 to 1.
        values: (S, S) float32, 0 to 1, the map; None while it is not there.
        seconds: that the map alone took, without loading.
        trouble: one sentence, where there will be no map.
    """

    number: int
    words: str = ""
    share: float = 0.0
    values: np.ndarray | None = None
    seconds: float = 0.0
    trouble: str | None = None
