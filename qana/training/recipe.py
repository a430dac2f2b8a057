"""Recipes: everything that a training run depends on, in one frozen dataclass."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Recipe:
    """How a model is made. Two equal recipes on the same data make the same kind of model."""

    name: str
    """Key of `RECIPES`."""
    architecture: str = "qana"
    """Name in `qana.network.registry`."""
    options: dict[str, object] = field(default_factory=dict)
    """Keyword arguments of the architecture."""
    input_size: int = 128
    """Side of the network's input, pixels."""
    frame_height: int = 160
    """Height of the frames that augmentation cuts from, pixels; above input_size to zoom in."""
    batch: int = 64
    """Photos per step."""
    epochs: int = 48
    """Of a cycle of float training; an epoch draws as many photos as the training subset has."""
    cycles: int = 2
    """Cosine schedules in a row, each from the peak again (warm restarts, Loshchilov and Hutter,
    ICLR 2017): the network is still learning when the first one ends."""
    learning_rate: float = 2e-3
    """Peak of the cosine schedule, reached after the warm-up."""
    warmup_epochs: int = 2
    """Linear rise to the peak: batch statistics are unreliable at first."""
    weight_decay: float = 0.03
    """AdamW's, on convolution kernels only."""
    label_smoothing: float = 0.1
    """Nine thousand photos cannot justify certainty."""
    balance: float = 0.5
    """Photos are drawn with weight (class size) ** -balance: 0 as they are, 1 all classes alike."""
    weight_bits: int = 8
    activation_bits: int = 8
    """4-bit weights with 8-bit activations convert but do not map: keep both equal."""
    calibration_photos: int = 1024
    """Training photos that post-training quantization takes its ranges from."""
    tuning_epochs: int = 3
    """Quantization-aware training; an epoch costs about 3.5 times a float one."""
    tuning_rate: float = 1e-4
    """Peak learning rate of quantization-aware training."""
    seed: int = 1

    def digest(self) -> str:
        """12 hex digits that change with any field: a resumed run must be of the same recipe."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe("akida2"),
        Recipe(
            "smoke",
            options={"widths": (8, 8, 16, 16), "features": 16},
            input_size=64,
            frame_height=72,
            batch=8,
            epochs=2,
            cycles=1,
            warmup_epochs=1,
            calibration_photos=16,
            tuning_epochs=1,
        ),
    )
}
"""`akida2` makes the deployed model; `smoke` runs the whole pipeline on a handful of photos."""
