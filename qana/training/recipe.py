"""Recipes: everything that a training run depends on, in one frozen dataclass."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field

from qana.inference.manifest import AKIDA1, AKIDA2


@dataclass(frozen=True)
class Schedule:
    """One cosine of learning rate that ends at zero."""

    batch: int
    """Photos per step."""
    epochs: int
    """In all."""
    learning_rate: float
    """Peak."""
    warmup_epochs: int
    """Linear rise before it."""


@dataclass(frozen=True)
class TeacherRecipe:
    """How a teacher is made."""

    size: int | None = None
    """Of EfficientNet-Lite, 1 or 2; None for 0."""
    input_size: int = 160
    """Side of the pictures it sees, pixels: it may see more than its learner."""
    batch: int = 32
    """Photos per step."""
    epochs: int = 15
    """One cosine schedule, after an epoch of linear rise."""
    learning_rate: float = 1e-3
    """Peak."""
    weight_decay: float = 0.05
    """AdamW's, on kernels only."""
    label_smoothing: float = 0.1
    balance: float = 0.5
    mixup: float = 0.0
    augmentation: float = 1.0
    seed: int = 1

    @property
    def schedule(self) -> Schedule:
        """Of its training."""
        return Schedule(self.batch, self.epochs, self.learning_rate, 1)

    def digest(self) -> str:
        """12 hex digits that change with any field."""
        return _compute_digest(self)


@dataclass(frozen=True)
class Recipe:
    """How a model is made. Two equal recipes on the same data make the same kind of model."""

    name: str
    """Key of `RECIPES`."""
    architecture: str = "qana"
    """Name in `qana.network.builders`."""
    options: dict[str, object] = field(default_factory=dict)
    """Keyword arguments of the architecture."""
    input_size: int = 128
    """Side of the network's input, pixels."""
    frame_height: int = 160
    """Height of the frames that augmentation cuts from, pixels; above input_size to zoom in."""
    transfer: bool = True
    """Begin with ImageNet's weights in every layer that has a namesake in EfficientNet-Lite0."""
    ancestor: str | None = None
    """A deployed model of `qana`. Its float network gives the first weights. A narrow `qana` (see
    `qana.network.initialize_narrow`) then follows it, see `qana.training.distillation`; a network of other layers
    (see `qana.network.initialize_sequential`) has it as a teacher beside `teachers`."""
    teachers: tuple[TeacherRecipe, ...] = ()
    """Whose mean opinion the network learns beside the labels (Hinton et al., "Distilling the
    knowledge in a neural network", arXiv 1503.02531)."""
    trust: float = 0.7
    """Share of a target that is the teachers' opinion, 0 to 1; the rest is the label."""
    judged_views: int = 8
    """Views of each photo that the teachers judge, and the network then sees."""
    mixup: float = 0.0
    """Parameter of the Beta distribution that pictures and targets are blended by."""
    batch: int = 64
    """Photos per step."""
    epochs: int = 40
    """Of float training; an epoch draws as many photos as the training subset has."""
    learning_rate: float = 1e-3
    """Peak of the cosine schedule, reached after the warm-up."""
    warmup_epochs: int = 2
    """Linear rise to the peak: batch statistics are unreliable at first."""
    weight_decay: float = 0.03
    """AdamW's, on convolution kernels only."""
    label_smoothing: float = 0.1
    """Nine thousand photos cannot justify certainty."""
    balance: float = 0.5
    """Photos are drawn with weight (class size) ** -balance: 0 as they are, 1 all classes alike."""
    adjustment: float = 0.0
    """Strength of the logit adjustment in the loss (Menon et al., ICLR 2021): 1 makes the network
    as if all classes were equally common; use it with balance 0."""
    augmentation: float = 1.0
    """Factor of all ranges of augmentation but the turn."""
    colour_constancy: bool = False
    """Shades of grey (Finlayson and Trezzi, 2004) on every photo, before all else."""
    weight_bits: int = 8
    activation_bits: int = 8
    """4-bit weights with 8-bit activations convert but do not map: keep both equal."""
    calibration_photos: int = 1024
    """Training photos that post-training quantization takes its ranges from."""
    solved_rounding: bool | None = None
    """Solve for the levels of weights before tuning, see `qana.training.layerwise_rounding`: for a network
    whose layers follow one another, with fewer than 8 bits."""
    tuning_epochs: int = 3
    """Quantization-aware training; an epoch costs about 3.5 times a float one."""
    tuning_batch: int | None = None
    """Photos per step of it; None for `batch`."""
    tuning_rate: float = 1e-4
    """Peak learning rate of quantization-aware training."""
    seed: int = 1

    @property
    def imitates_parent(self) -> bool:
        """Whether it is trained to answer as its ancestor, see `qana.training.distillation`."""
        return self.ancestor is not None and self.architecture == "qana"

    @property
    def target(self) -> str:
        """The chips that it is made for, as the manifest names them."""
        return AKIDA1 if self.architecture == "qana_sequential" else AKIDA2

    @property
    def float_schedule(self) -> Schedule:
        """Of float training."""
        return Schedule(self.batch, self.epochs, self.learning_rate, self.warmup_epochs)

    @property
    def tuning_schedule(self) -> Schedule:
        """Of quantization-aware training."""
        return Schedule(self.tuning_batch or self.batch, self.tuning_epochs, self.tuning_rate, 0)

    def digest(self) -> str:
        """12 hex digits that change with any field: a resumed run must be of the same recipe."""
        return _compute_digest(self)


def _compute_digest(recipe: TeacherRecipe | Recipe) -> str:
    # What is None is left out, so a recipe keeps its digest when another learns a new word.
    fields = dataclasses.asdict(
        recipe, dict_factory=lambda items: {key: value for key, value in items if value is not None}
    )
    text = json.dumps(fields, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "akida2",
            options={"narrow": True},
            transfer=False,
            ancestor="akida2-large",
            frame_height=200,
            mixup=0.2,
            batch=32,
            epochs=20,
            warmup_epochs=1,
            weight_decay=0.0,
            tuning_batch=64,
            tuning_epochs=5,
        ),
        Recipe(
            "akida2-large",
            frame_height=200,
            teachers=(
                TeacherRecipe(),
                TeacherRecipe(input_size=192, epochs=14, mixup=0.2, augmentation=1.3, seed=2),
            ),
            mixup=0.2,
            batch=32,
            tuning_batch=64,
            seed=3,
        ),
        Recipe(
            "akd1000",
            architecture="qana_sequential",
            transfer=False,
            ancestor="akida2-large",
            frame_height=200,
            mixup=0.2,
            batch=32,
            epochs=32,
            learning_rate=5e-4,
            warmup_epochs=1,
            weight_bits=4,
            activation_bits=4,
            solved_rounding=True,
            tuning_epochs=8,
            tuning_batch=16,
            tuning_rate=1e-4,
        ),
        Recipe(
            "smoke",
            architecture="akidanet",
            options={"width": 0.125},
            transfer=False,
            teachers=(TeacherRecipe(input_size=64, batch=8, epochs=1),),
            judged_views=2,
            input_size=64,
            frame_height=72,
            batch=8,
            epochs=2,
            warmup_epochs=1,
            calibration_photos=16,
            tuning_epochs=1,
        ),
    )
}
"""`akida2` and `akd1000` make the deployed models, both from the network of `akida2-large`; `smoke`
runs the whole pipeline on a handful of photos, with a network of few layers."""
