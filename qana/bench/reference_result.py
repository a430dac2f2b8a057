"""Measures the default model on the NVIDIA GPU of this computer, as the reference of Compare.

Command: `python -m qana.bench.reference_result`. It writes assets/results/nvidia.json with the
measured rows alone, because the modelled and the published rows do not depend on the computer.
"""

import sys
from dataclasses import replace

from qana.bench.bench_result import BenchResult
from qana.bench.command import NVIDIA_KEYS
from qana.bench.readings import MEASURED
from qana.bench.result_files import RESULTS_FOLDER
from qana.bench.run_bench import run_bench
from qana.errors import UserError
from qana.evaluation.report_files import write_report
from qana.inference.manifest import DEFAULT_MODEL, find_entry

COMMAND = "python -m qana.bench.reference_result"
FILE = RESULTS_FOLDER / "nvidia.json"
SECONDS, BATCHES = 4.0, (1, 8, 64)


def measure_reference() -> BenchResult:
    """Measures the float network on the GPU, from plain torch to a compiled graph of 16 bits.

    Returns:
        The measured rows. The times of the Akida engine are left out, because its licence asks for
        permission before a benchmark is published.

    Raises:
        ModelError: the model is missing or changed.
        UserError: the GPU cannot be measured.
    """
    entry = find_entry(DEFAULT_MODEL)
    result = run_bench(entry, NVIDIA_KEYS, BATCHES, SECONDS, lambda kind, body: None)
    rows = tuple(row for row in result.rows if row.provenance == MEASURED)
    if not rows:
        raise UserError("; ".join(one.reason for one in result.missing))
    return replace(result, command=COMMAND, rows=rows, neurobench=None, overhead=None)


if __name__ == "__main__":
    try:
        write_report(FILE, measure_reference().to_json())
    except UserError as error:
        sys.exit(str(error))
