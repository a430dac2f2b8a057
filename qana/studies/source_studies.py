"""Defines the studies of networks that are trained on all sources."""

from dataclasses import replace
from typing import Any

from qana.data.sources import SOURCES
from qana.studies.study import EVENT_TABLE, SOURCE_TABLE, Study, Variant
from qana.training.named_recipes import COMPACT
from qana.training.recipe import SKIN_FACTOR, Recipe

SHORT = Recipe(
    "sources-start",
    batch=32,
    epochs=8,
    warmup_epochs=1,
    sources=SOURCES,
    group_balance=0.5,
)
"""Recipe with a short schedule, ImageNet weights and labels only. An epoch has 19,121 photos."""
OTHER_SOURCES = tuple(source for source in SOURCES if source != "bcn20000")
"""All sources without the one with blurred photos."""
SQUAMOUS = (("SCC", "akiec"), ("SCCKA", "akiec"))
"""Squamous cell carcinoma in the words of the sources, as the class that is closest."""


def _vary(label: str, name: str, **changes: Any) -> Variant:
    """Makes a variant that measures the float network of a changed `SHORT`."""
    return Variant(label, replace(SHORT, name=f"sources-{name}", **changes))


SOURCE_LEVERS = Study(
    "sources",
    "Training on all sources: single changes to the second row",
    "validation",
    (
        _vary("HAM10000 alone, 22 epochs", "ham10000", sources=("ham10000",), epochs=22),
        _vary(f"all sources, group balance 0.5, {SHORT.epochs} epochs", "start"),
        _vary("the same, seed 2", "seed2", seed=2),
        _vary("group balance 0: all photos sampled alike", "photos-alike", group_balance=0.0),
        _vary("group balance 1: all sources sampled alike", "groups-alike", group_balance=1.0),
        _vary("without BCN20000, 13 epochs", "no-bcn20000", sources=OTHER_SOURCES, epochs=13),
        _vary("15 % of the views reduced to 84 px", "reduced", reduced=0.15),
        _vary("10 % of the views with a drawn surround", "surrounded", surrounded=0.1),
        _vary("input of 160 px", "160", input_size=160, frame_height=200),
        _vary("squamous cell carcinoma taught as akiec", "squamous", taught=SQUAMOUS),
    ),
    "Each cell has the accuracy, the balanced accuracy of akiec, bcc, bkl, mel and nv, and the AUC "
    'of "needs a look" on the validation photos of one source. The criterion is the mean over the '
    "columns of the mean of accuracy, balanced accuracy of the five classes, and macro F1. All "
    "networks are float networks from ImageNet weights, trained with labels only. All see about as "
    "many views, so fewer photos mean more epochs. The operating point is chosen on the validation "
    "photos of the sources of training. Two seeds of one recipe show how much chance changes. A "
    "deployed network may have 55 million MACs, so 160 px is over the limit. Photos of squamous "
    "cell carcinoma are in no score.",
    SOURCE_TABLE,
)

STRENGTHS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Factors of the activation penalty to compare."""
SPARSE = Recipe(
    "sparsity-0",
    frame_height=200,
    epochs=3,
    learning_rate=5e-4,
    **COMPACT,
    first="akida2-dense",
)
"""Recipe of the first strength, with a short schedule."""

SPARSITY = Study(
    "sparsity",
    "Accuracy against events, by the strength of the activation penalty",
    "validation",
    tuple(
        Variant(
            f"{strength:g}",
            replace(SPARSE, name=f"sparsity-{strength:g}", activation_penalty=strength or None),
            ("ptq",),
        )
        for strength in STRENGTHS
    ),
    "All networks are compact, start from akida2-dense, imitate akida2-large for "
    f"{SPARSE.epochs} epochs, and are quantized after training. A tenth of their views show plain "
    f"skin, and the penalty weighs the activity of these {SKIN_FACTOR:g} times. Events are counted "
    "in the converted network: the median over 200 validation photos of HAM10000, and over 40 "
    "corners of plain skin, each enlarged to a photo of its own. A rule was set beforehand. It "
    "takes the strength with the fewest events among those with a macro F1 on HAM10000 of at most "
    "1.0 point below that of the strength 0.",
    EVENT_TABLE,
)
