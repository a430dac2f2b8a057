"""Makes docs/results.md, the results in prose and tables, from the files in models/."""

from pathlib import Path
from typing import Any

import jinja2

from qana.classes import CLASSES
from qana.data.source_names import TITLES
from qana.evaluation.model_record import read_record
from qana.evaluation.report_files import Cell, StudyTable, read_studies
from qana.evaluation.scores import Interval
from qana.inference.manifest import (
    AKIDA1,
    DEFAULT_MODEL,
    LARGE_MODEL,
    ModelEntry,
    find_entry,
    read_manifest,
)
from qana.protocols.paper_report import PaperReport
from qana.protocols.protocol_reports import read_reports
from qana.reports.earlier_weights import (
    describe_earlier_figures,
    explain_changed_recipe,
    join_names,
)
from qana.reports.explanation_report import ExplanationReport, Gain, read_explanations
from qana.reports.hardening_report import read_hardening
from qana.reports.learning_facts import (
    average_twenty_lesions,
    describe_baselines,
    explain_accuracy,
)
from qana.reports.learning_report import LearningReport, read_learning
from qana.reports.light_report import read_light
from qana.reports.markdown import wrap_prose
from qana.reports.model_comparison import (
    compare_with_small,
    describe_akida1_rounding,
    describe_keras_agreement,
    describe_mapping,
    describe_stages,
)
from qana.reports.model_facts import STAGES
from qana.reports.source_facts import format_estimate, format_kind, format_strength, format_tone
from qana.reports.sources_section import describe_sources, format_costs
from qana.reports.tested_code import describe_tested_code
from qana.reports.training_data import STUDIED_NETWORKS, list_training_sources

TEMPLATE = "results.md.jinja"
MOST_ROWS, FIRST_ROWS = 40, 10
"""Above this many rows, a study's table shows only the first ones."""
AKIDA_MAP, CENTRE_BLOB = "Akida map", "Centre blob"


def make_results() -> str:
    """Makes the Markdown of docs/results.md.

    Raises:
        ModelError: the manifest is damaged.
        ReportError: a report is damaged.
    """
    entry = find_entry(DEFAULT_MODEL)
    record = read_record(entry)
    hardening, light, protocols = read_hardening(), read_light(), read_reports()
    text = _load_template().render(
        entry=entry,
        record=record,
        classes=CLASSES,
        test=record.metrics.lesion_test,
        stages=[
            (words, record.metrics.stages[stage])
            for stage, words in STAGES.items()
            if stage in record.metrics.stages
        ],
        same_lesion=protocols.same_lesion,
        **describe_earlier_figures(hardening, light, protocols.same_lesion),
        **_list_chosen_models(),
        **_describe_large(entry),
        **_describe_first_generation(entry),
        **_describe_paper(protocols.paper),
        **describe_sources(protocols.sources, entry.sha256),
        clinical_paper=protocols.paper_clinical,
        **_describe_explanations(read_explanations(), entry),
        light=light,
        soak=hardening.soak,
        faults=hardening.faults,
        fuzz=hardening.fuzz,
        booth=hardening.booth,
        lesson=hardening.lesson,
        measuring=hardening.measuring,
        tested_code=describe_tested_code(),
        studied_networks=STUDIED_NETWORKS,
        has_sparsity_study=any(study.study == "sparsity" for study in read_studies()),
        studies=[(study, _format_rows(study)) for study in read_studies()],
    )
    return wrap_prose(text.rstrip())


def _load_template() -> jinja2.Template:
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    pages.filters |= {
        "score": "{:.3f}".format,
        "span": _format_interval,
        "count": "{:,}".format,
        "gain": _format_gain,
        "millions": _format_millions,
        "mapping": describe_mapping,
        "agreement": describe_keras_agreement,
        "changed_recipe": explain_changed_recipe,
        "names": join_names,
        "kind": format_kind,
        "estimate": format_estimate,
        "costs": format_costs,
        "strength": format_strength,
        "tone": format_tone,
    }
    return pages.get_template(TEMPLATE)


def _list_chosen_models() -> dict[str, list[str]]:
    """Lists the models that were chosen on photos of all sources, and those chosen on one."""
    sources = {entry.name: list_training_sources(entry) for entry in read_manifest()}
    return {
        "chosen_on_all": [name for name, found in sources.items() if len(found) > 1],
        "chosen_on_one": [name for name, found in sources.items() if len(found) == 1],
    }


def _format_interval(ends: Interval) -> str:
    return f"{ends[0]:.3f} to {ends[1]:.3f}"


def _format_rows(study: StudyTable) -> list[list[str]]:
    """Formats the cells of a study's table, with equal decimals in each column."""
    shown = study.rows if len(study.rows) <= MOST_ROWS else study.rows[:FIRST_ROWS]
    columns = [_format_column(cells) for cells in zip(*shown, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


def _format_column(cells: tuple[Cell, ...]) -> list[str]:
    decimals = max(
        (len(str(cell).partition(".")[2]) for cell in cells if isinstance(cell, float)), default=0
    )

    def format_cell(cell: Cell) -> str:
        if isinstance(cell, float):
            return f"{cell:.{decimals}f}"
        if isinstance(cell, int):
            return f"{cell:,}"
        return "" if cell is None else cell.replace("|", "\\|")

    return [format_cell(cell) for cell in cells]


def _format_millions(number: int) -> str:
    return f"{number / 1e6:.1f}"


def _describe_large(entry: ModelEntry) -> dict[str, Any]:
    large = next((one for one in read_manifest() if one.name == LARGE_MODEL), None)
    if large is None:
        return {"large": None}
    record = read_record(large)
    return {
        "large": large,
        "large_record": record,
        "large_test": record.metrics.lesion_test,
        "comparison": compare_with_small(large, entry),
    }


def _describe_first_generation(entry: ModelEntry) -> dict[str, Any]:
    first = next((one for one in read_manifest() if one.target == AKIDA1), None)
    if first is None:
        return {"first": None, "learning": None}
    record = read_record(first)
    test = record.metrics.lesion_test
    return {
        "first": first,
        "first_record": record,
        "first_test": test,
        "first_stages": describe_stages(first),
        "lost": 100 * (read_record(entry).metrics.lesion_test.macro_f1 - test.macro_f1),
        "rounding": describe_akida1_rounding(record.conversion),
        **_describe_learning(read_learning(), first),
    }


def _describe_learning(report: LearningReport | None, first: ModelEntry) -> dict[str, Any]:
    if report is None or report.sha256 != first.sha256:
        return {"learning": None}
    return {
        "learning": report,
        "edge": report.seven_classes["edge"].balanced_accuracy,
        "dense": report.seven_classes["dense"].balanced_accuracy,
        "accuracy": explain_accuracy(report),
        "twenty": average_twenty_lesions(report),
        "baselines": describe_baselines(report),
        "updates": report.forgetting["every class"],
    }


def _describe_paper(report: PaperReport | None) -> dict[str, Any]:
    if report is None:
        return {"paper": None}
    reached = (
        report.test.accuracy >= report.published.accuracy
        and report.test.macro_f1 >= report.published.macro_f1
    )
    return {"paper": report, "reached": reached}


def _format_gain(gain: Gain | None) -> str:
    return (
        "no map" if gain is None else "{:+.2f} ({:+.2f} to {:+.2f})".format(gain.mean, *gain.ci95)
    )


def _describe_explanations(report: ExplanationReport | None, entry: ModelEntry) -> dict[str, Any]:
    if report is None or report.sha256 != entry.sha256:
        return {"explanations": None}
    gains = report.against_centre[AKIDA_MAP]
    won = [
        words
        for gain, words in (
            (gains.energy, "the share on the lesion"),
            (gains.deletion, "deletion"),
        )
        if gain.beats
    ]
    return {
        "explanations": report,
        "ours": report.methods[AKIDA_MAP],
        "centre": report.methods[CENTRE_BLOB],
        "titles": TITLES,
        "verdict": f"The map is better than the blob on {' and on '.join(won)}: the whole 95 % "
        "interval of the gain is above zero."
        if won
        else "The map is not better than the blob.",
    }
