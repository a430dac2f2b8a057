"""Runs a study: trains and measures its variants, and writes the table.

A variant that has been measured before is not measured again.
"""

from pathlib import Path
from typing import Any

import tf_keras as keras

from qana.evaluation.report_files import (
    StudyTable,
    read_studies,
    to_document,
    write_report,
)
from qana.studies.measure_variant import measure_stages
from qana.studies.study import Study
from qana.studies.table_kinds import TABLE_KINDS
from qana.training import ProgressCallback


def run_study(
    study: Study, data: Path, runs: Path, out: Path, progress: ProgressCallback
) -> StudyTable:
    """Trains and measures each variant, and writes `out`/studies/<name>.json after each stage.

    Stored figures of the same recipes are kept, so a stopped study continues, on another machine as
    well. Figures that another study measured for the same recipe and subset are copied.

    Args:
        study: study to run.
        data: HAM10000 folder, or for recipes with sources the folder of all data sets.
        runs: folder of all runs.
        out: models folder.
        progress: receives one line for each variant and each stage.

    Returns:
        The table as written.

    Raises:
        DataError: the data cannot be used, or `runs` has a run of another recipe with the same
            name.
        ReportError: the file of an earlier run is damaged.
    """
    path = out / "studies" / f"{study.name}.json"
    earlier = _read_earlier_figures(study, out)
    measured = {v.key: earlier[v.key] for v in study.variants if v.key in earlier}

    def write() -> StudyTable:
        table = _build_table(study, measured)
        write_report(path, to_document(table))
        return table

    write()  # so that figures of variants that have left the study are removed
    for variant in study.variants:
        progress(f"{study.name}: {variant.label}")
        known = measured.setdefault(variant.key, {})
        if set(variant.stages) <= known.keys():
            continue
        for stage, found in measure_stages(study, variant, known, data, runs, progress):
            known[stage] = found
            write()
        keras.backend.clear_session()
    return write()


def _read_earlier_figures(study: Study, out: Path) -> dict[str, Any]:
    """Reads the stored figures for the subset and the table of a study, by `Variant.key`.

    The study's own file has priority over the files of other studies.
    """
    columns = list(TABLE_KINDS[study.table].columns)
    known = [
        table
        for table in read_studies(out)
        if table.subset == study.subset and table.columns == columns
    ]
    known.sort(key=lambda table: table.study == study.name)
    found: dict[str, Any] = {}
    for table in known:
        for key, stages in (table.measured or {}).items():
            found.setdefault(key, {}).update(stages)
    return found


def _build_table(study: Study, measured: dict[str, dict[str, Any]]) -> StudyTable:
    """Builds the table of a study from the figures by `Variant.key` and stage."""
    kind = TABLE_KINDS[study.table]
    whole = [v for v in study.variants if set(v.stages) <= measured.get(v.key, {}).keys()]
    known = [
        (v, stage, measured[v.key][stage])
        for v in study.variants
        for stage in v.stages
        if stage in measured.get(v.key, {})
    ]
    missing = [variant.label for variant in study.variants if variant not in whole]
    conclusion = "" if missing else kind.conclude([found for _, _, found in known])
    return StudyTable(
        study=study.name,
        title=study.title,
        command=f"python -m qana study {study.name} --data DIR",
        subset=study.subset,
        columns=list(kind.columns),
        rows=[kind.build_row(v.label, stage, found) for v, stage, found in known],
        note=f"{study.note} {conclusion}".strip(),
        missing=missing,
        refused=[
            f"{v.label}, {stage}: {found['failed']}"
            for v, stage, found in known
            if "failed" in found
        ],
        measured={key: stages for key, stages in measured.items() if stages},
    )
