"""Defines recipes: all settings of a training run, in one frozen dataclass.

The field names are part of the digest, which stored runs and the manifest contain. Renaming a field
would make these runs unusable.
"""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field

from qana.inference.manifest import AKIDA1, AKIDA2

SKIN_FACTOR = 16.0
"""Weight of the activity of plain skin in the loss, in units of `Recipe.activation_penalty`."""


@dataclass(frozen=True)
class Schedule:
    """Cosine schedule of the learning rate that ends at zero.

    Attributes:
        batch: photos in a step.
        epochs: number of epochs, the warm-up included.
        learning_rate: peak of the schedule.
        warmup_epochs: epochs of linear rise to the peak.
    """

    batch: int
    epochs: int
    learning_rate: float
    warmup_epochs: int


@dataclass(frozen=True)
class TeacherRecipe:
    """Settings of the training of one teacher.

    Attributes:
        size: 1 or 2 for EfficientNet-Lite1 or Lite2. None for Lite0.
        input_size: side of the input in pixels. It may be larger than that of the student.
        batch: photos in a step.
        epochs: number of epochs, the first one with a linear rise of the learning rate.
        learning_rate: peak of the cosine schedule.
        weight_decay: weight decay of AdamW, on kernels only.
        label_smoothing: as in `Recipe`.
        balance: as in `Recipe`.
        mixup: as in `Recipe`.
        augmentation: as in `Recipe`.
        seed: seed of the first weights and of the views.
        sources: as in `Recipe`. A recipe and its teachers have the same sources.
        group_balance: as in `Recipe`.
        source_balance: as in `Recipe`.
        reduced: as in `Recipe`.
        surrounded: as in `Recipe`.
        taught: as in `Recipe`, and the same as in the recipe.
    """

    size: int | None = None
    input_size: int = 160
    batch: int = 32
    epochs: int = 15
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    balance: float = 0.5
    mixup: float = 0.0
    augmentation: float = 1.0
    seed: int = 1
    sources: tuple[str, ...] | None = None
    group_balance: float | None = None
    source_balance: float | None = None
    reduced: float | None = None
    surrounded: float | None = None
    taught: tuple[tuple[str, str], ...] | None = None

    @property
    def schedule(self) -> Schedule:
        """Schedule of the training."""
        return Schedule(self.batch, self.epochs, self.learning_rate, 1)

    def digest(self) -> str:
        """Returns 12 hex digits that change with any field."""
        return _compute_digest(self)


@dataclass(frozen=True)
class Recipe:
    """Settings of the training of one model.

    Attributes:
        name: name of the model and of its folder of stages.
        architecture: name in `qana.network.builders`.
        options: keyword arguments of the architecture.
        input_size: side of the network's input in pixels.
        frame_height: height in pixels of the frames that augmentation cuts views from. A value
            above `input_size` allows zooming in.
        transfer: whether layers start with the ImageNet weights of the layer with the same name in
            EfficientNet-Lite0.
        ancestor: name of the parent, a deployed model of architecture `qana`. Its float network
            gives the first weights. For `qana`, the parent is then also the target of distillation,
            see `imitates_parent`. For other architectures the parent is the teacher, if there is no
            other one.
        first: name of a recipe of the same architecture. Its float network, from the same folder of
            runs, gives the first weights. It is trained first if it is missing.
        teachers: teachers that label the views. The network learns the mean of their probabilities
            together with the labels (Hinton et al., "Distilling the knowledge in a neural network",
            arXiv 1503.02531).
        trust: weight of the soft labels in a target, 0 to 1. The label has the rest.
        judged_views: number of fixed views of each photo with soft labels. The network is trained
            on these views only.
        mixup: parameter of the Beta distribution for blending two pictures and their targets. 0
            blends none.
        batch: photos in a step.
        epochs: epochs of float training. An epoch has as many views as there are training photos.
        learning_rate: peak of the cosine schedule.
        warmup_epochs: epochs of linear rise to the peak, because batch statistics are unreliable at
            first.
        weight_decay: weight decay of AdamW, on convolution kernels only.
        label_smoothing: share of a target that is spread over all classes, 0 to 1.
        balance: photos are sampled with weight (class size) ** -balance. With 0 all photos have the
            same weight, with 1 all classes.
        adjustment: strength of the logit adjustment in the loss (Menon et al., ICLR 2021). 1 trains
            the network as if all classes were equally common. Use it with balance 0.
        augmentation: factor of the ranges of augmentation. Rotation always has its full range.
        colour_constancy: whether shades of grey (Finlayson and Trezzi, 2004) is applied to each
            photo first.
        weight_bits: bits of the weights.
        activation_bits: bits of the activations. Networks with 4-bit weights and 8-bit activations
            convert but do not map to a chip, so keep both equal.
        calibration_photos: largest number of training photos for post-training quantization.
        solved_rounding: whether `qana.training.layerwise_rounding` solves for the weights before
            tuning. For a sequential network with fewer than 8 bits.
        tuning_epochs: epochs of quantization-aware training. Each takes about 3.5 times as long as
            an epoch of float training.
        tuning_batch: photos in a step of quantization-aware training. None for `batch`.
        tuning_rate: peak learning rate of quantization-aware training.
        seed: seed of the first weights, the views and the calibration photos.
        sources: names in `qana.data.sources.SOURCES` of the data sets to train on. None for
            HAM10000 alone.
        group_balance: how alike the sources and image types are sampled, see
            `qana.training.sampling`. None samples all photos alike, apart from `balance`.
        source_balance: as `balance`, for all sources but HAM10000. None for `balance`. How common a
            class is in the other sources depends on how each was collected.
        reduced: share of the views that are shrunk to 84 pixels and enlarged again, 0 to 1. One
            source has photos of this size, and blur must not become its sign.
        surrounded: share of the views with the corners of a dermatoscope drawn on, 0 to 1.
        activation_penalty: factor of the share of active places in the loss of a float network that
            imitates its parent, see `qana.training.activation_penalty`. Views of plain skin get
            `SKIN_FACTOR` times the penalty on their activity. None for no penalty.
        taught: pairs of a diagnosis and the class that training gives it, such as ("SCC", "akiec").
            The diagnosis is one in the words of its source that is none of the seven classes. Only
            training photos get the class; no score counts such photos. None leaves them all out.
        plain_skin: share of the views that show plain skin, 0 to 1, for a network that imitates its
            parent. Such views have no label, and a penalty can silence them. None for no such view.
        imitates_float: whether quantization-aware training targets the logits of its own float
            network, as it always does for a network that imitates its parent. None for the soft
            labels or the labels.
    """

    name: str
    architecture: str = "qana"
    options: dict[str, object] = field(default_factory=dict)
    input_size: int = 128
    frame_height: int = 160
    transfer: bool = True
    ancestor: str | None = None
    teachers: tuple[TeacherRecipe, ...] = ()
    trust: float = 0.7
    judged_views: int = 8
    mixup: float = 0.0
    batch: int = 64
    epochs: int = 40
    learning_rate: float = 1e-3
    warmup_epochs: int = 2
    weight_decay: float = 0.03
    label_smoothing: float = 0.1
    balance: float = 0.5
    adjustment: float = 0.0
    augmentation: float = 1.0
    colour_constancy: bool = False
    weight_bits: int = 8
    activation_bits: int = 8
    calibration_photos: int = 1024
    solved_rounding: bool | None = None
    tuning_epochs: int = 3
    tuning_batch: int | None = None
    tuning_rate: float = 1e-4
    seed: int = 1
    sources: tuple[str, ...] | None = None
    group_balance: float | None = None
    source_balance: float | None = None
    reduced: float | None = None
    surrounded: float | None = None
    activation_penalty: float | None = None
    taught: tuple[tuple[str, str], ...] | None = None
    plain_skin: float | None = None
    imitates_float: bool | None = None
    first: str | None = None

    @property
    def imitates_parent(self) -> bool:
        """Whether training targets the parent's logits, see `qana.training.distillation`."""
        return self.ancestor is not None and self.architecture == "qana"

    @property
    def target(self) -> str:
        """Chip generation, by its name in the manifest."""
        return AKIDA1 if self.architecture == "qana_sequential" else AKIDA2

    @property
    def float_schedule(self) -> Schedule:
        """Schedule of float training."""
        return Schedule(self.batch, self.epochs, self.learning_rate, self.warmup_epochs)

    @property
    def tuning_schedule(self) -> Schedule:
        """Schedule of quantization-aware training."""
        return Schedule(self.tuning_batch or self.batch, self.tuning_epochs, self.tuning_rate, 0)

    def digest(self) -> str:
        """Returns 12 hex digits that change with any field. A resumed run must have the same."""
        return _compute_digest(self)


def _compute_digest(recipe: TeacherRecipe | Recipe) -> str:
    # None is left out, so that old recipes keep their digest when a field is added.
    fields = dataclasses.asdict(
        recipe, dict_factory=lambda items: {key: value for key, value in items if value is not None}
    )
    text = json.dumps(fields, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
