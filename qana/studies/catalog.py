"""Lists the studies by name."""

from qana.studies.network_studies import ABLATION, BASELINES, BITS, NARROW
from qana.studies.source_studies import SOURCE_LEVERS, SPARSITY
from qana.studies.study import Study
from qana.studies.training_studies import BATCH, LARGER, LEVERS, SEEDS, TEACHERS

STUDIES: dict[str, Study] = {
    study.name: study
    for study in (
        LEVERS,
        TEACHERS,
        LARGER,
        BATCH,
        BITS,
        ABLATION,
        BASELINES,
        SEEDS,
        NARROW,
        SOURCE_LEVERS,
        SPARSITY,
    )
}
"""Each study by its name, which `python -m qana study NAME` takes.

The order is the one of the command's help. `qana.cli.study` repeats the names, because this module
loads too much for a help text.
"""
