"""Defines the studies of networks: parts, bits, baselines and the narrow network."""

from typing import Any

from qana.studies.study import STAGES, Study, Variant
from qana.studies.study_recipes import (
    HAM10000_NARROW,
    LARGE,
    QUANTIZED,
    SMALL,
    TWO_TEACHERS,
    make_low_bit_recipe,
    make_seed_recipes,
    make_small_recipe,
)
from qana.training.recipe import Recipe

BITS = Study(
    "bits",
    "Number of bits, and epochs of quantization-aware training",
    "validation",
    (
        Variant(
            f"8 bits, {SMALL.tuning_epochs} epoch",
            make_small_recipe("start"),
            ("float", *QUANTIZED),
        ),
        Variant("8 bits, 6 epochs", make_small_recipe("start-tuned6", tuning_epochs=6), QUANTIZED),
        Variant(f"4 bits, {SMALL.tuning_epochs} epoch", make_low_bit_recipe(4, "bits4"), QUANTIZED),
        Variant(
            "4 bits, 6 epochs", make_low_bit_recipe(4, "bits4-tuned6", tuning_epochs=6), QUANTIZED
        ),
        Variant(
            "2 bits, 6 epochs", make_low_bit_recipe(2, "bits2-tuned6", tuning_epochs=6), QUANTIZED
        ),
        Variant(
            "8 bits, two teachers",
            make_small_recipe("teachers", **TWO_TEACHERS),
            ("float", *QUANTIZED),
        ),
    ),
    "Tuning starts from the network that was quantized after training. All networks below 8 bits "
    "come from one float network.",
)

_NO_PARTS: dict[str, object] = {
    "ghost": False,
    "attention": False,
    "squeeze": False,
    "projection": False,
}


def _add_parts(label: str, name: str, *parts: str, **changes: Any) -> Variant:
    """Makes a variant that has only these parts of the network."""
    options = _NO_PARTS | dict.fromkeys(parts, True)
    return Variant(label, make_small_recipe(f"part-{name}", options=options, **changes), STAGES)


ABLATION = Study(
    "ablation",
    "The paper's ablation with the Akida form of each part, from float to Akida",
    "test",
    (
        _add_parts("base", "base", balance=0.0),
        _add_parts("+ ghost", "ghost", "ghost", balance=0.0),
        _add_parts("+ attention", "attention", "ghost", "attention", balance=0.0),
        _add_parts(
            "+ squeeze and excitation", "squeeze", "ghost", "attention", "squeeze", balance=0.0
        ),
        _add_parts("+ quantized head", "head", *_NO_PARTS, balance=0.0),
        _add_parts("+ balancing", "balancing", *_NO_PARTS),
        Variant(
            "all, no activation bounded",
            make_small_recipe("unbounded", options={"bounded": False}),
            STAGES,
        ),
        Variant(
            "all, 4 bits",
            make_low_bit_recipe(4, "bits4"),
            ("ptq", "tuned", "akida"),
        ),
        Variant(
            "all, 4 bits, no activation bounded",
            make_low_bit_recipe(4, "unbounded4", options={"bounded": False}),
            STAGES,
        ),
    ),
    f"All networks read images of 64 x 64 pixels and are trained for {SMALL.epochs} epochs with "
    "seed 1. Layers for which ImageNet weights exist start from them. No row was chosen by its "
    "test result. The 4-bit networks convert with equal logits but do not map to any chip: a "
    "layer without an activation has 8-bit outputs, and the hardware does not allow these with "
    "4-bit weights.",
)


def _compare_baseline(label: str, name: str, *stages: str, **changes: Any) -> Variant:
    """Makes a variant of another architecture, measured at all stages by default."""
    recipe = Recipe(
        f"baseline-{name}", **{"frame_height": 160, "epochs": 12, "tuning_epochs": 1} | changes
    )
    return Variant(label, recipe, stages or STAGES)


_RANDOM_WEIGHTS: dict[str, Any] = {"transfer": False, "epochs": 20}

BASELINES = Study(
    "baselines",
    "Other networks on the same split with the same recipe, converted if possible",
    "test",
    (
        _compare_baseline(
            "EfficientNet-Lite0, ImageNet weights", "lite0", architecture="efficientnet_lite0"
        ),
        _compare_baseline("QANA, ImageNet weights, no teacher", "qana"),
        _compare_baseline(
            "AkidaNet 0.5, random first weights",
            "akidanet",
            architecture="akidanet",
            **_RANDOM_WEIGHTS,
        ),
        _compare_baseline(
            "the published network at 64 px, random first weights (does not convert)",
            "published",
            "float",
            architecture="published",
            input_size=64,
            frame_height=80,
            **_RANDOM_WEIGHTS,
        ),
    ),
    "Unless stated otherwise, the networks read images of 128 x 128 pixels. They learn from "
    "labels only, without a teacher. Training takes 12 epochs from ImageNet weights and 20 from "
    "random ones, then one epoch of quantization-aware training. AkidaNet has ImageNet weights, "
    "but its maker offers them only as a download, so it starts from random weights.",
)

NARROW = Study(
    "narrow",
    "Fewer channels in the largest maps",
    "validation",
    (
        Variant("akida2-large", make_seed_recipes(LARGE)[LARGE.seed - 1], ("float", "tuned")),
        Variant(
            "akida2: narrow, trained to give the same answers",
            HAM10000_NARROW,
            ("float", "tuned", "akida"),
        ),
    ),
    "A rule was set beforehand. It deploys the narrow network if, on the validation lesions, this "
    "network is at least as good as the worst of three seeds of the large network, by the measure "
    "that chooses the operating point. The result on the test lesions does not count. A first "
    "narrow network, which kept the largest map of block 1, was deployed by this rule. This "
    "network replaced it by the same rule, only because it is faster. Some alternatives were "
    "rejected for their validation results: labels in addition to the answers of the large "
    "network (twice), a 3x3 kernel in block 3, and two shorter fine-tuning runs, one towards the "
    "answers of the large network and one towards those of its own float network. The test "
    "results of these two runs were already known: from float to Akida, each lost one of 25 "
    "dermatofibromas.",
)
