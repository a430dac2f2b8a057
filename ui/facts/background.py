"""Shows the background of the scores: the data, the stages, the studies and the licences."""

import pandas as pd
import streamlit as st

from qana.data.samples import ATTRIBUTION
from qana.evaluation.model_record import read_record
from qana.evaluation.report_files import StudyTable
from qana.inference.manifest import ModelEntry
from qana.protocols.lesion_report import LesionReport
from qana.reports import model_facts as facts
from qana.reports.model_comparison import describe_keras_agreement
from ui.provenance import show_measured


def show_data(report: LesionReport, seen: str | None) -> None:
    """Shows the photos of each subset, and how many show a lesion that the model has seen."""
    split, overlap = report.split, report.split.overlap
    st.dataframe(pd.DataFrame(facts.make_subset_table(report)), hide_index=True)
    st.caption(
        f"Lesions in two subsets: {overlap.lesions}. Byte-identical images in two subsets: "
        f"{overlap.identical_images}. Split: {split.file}, SHA-256 {split.sha256[:12]}."
        if split.file and split.sha256
        else "These data differ from those of the stored split; the same rule split them."
    )
    st.caption(
        "Lesions are identified by HAM10000's lesion_id, which does not group all of their photos. "
        + (seen or "How many test photos show a lesion of the training data is not measured.")
    )
    show_measured(report.command)


def show_stages(report: LesionReport, entry: ModelEntry) -> None:
    """Shows what quantization and conversion cost in scores."""
    record = read_record(entry)
    st.table(pd.DataFrame(facts.make_stage_table(report)), border="horizontal", hide_index=True)
    st.caption(describe_keras_agreement(record.conversion))
    show_measured(record.command)


def show_study(study: StudyTable) -> None:
    """Shows the table of one study."""
    with st.expander(study.title, icon=":material/science:"):
        st.dataframe(pd.DataFrame(study.rows, columns=study.columns), hide_index=True)
        if study.missing:
            st.caption(f"Not measured yet, or not in every stage: {'; '.join(study.missing)}.")
        for refused in study.refused or ():
            st.caption(refused)
        st.caption(study.note)
        show_measured(study.command)


def show_licences(entry: ModelEntry) -> None:
    """Shows who made each part, and its terms."""
    st.markdown(
        f"- Photos and samples: {ATTRIBUTION}.\n"
        f"- Weights: {entry.record['licence']}.\n"
        "- Code: Apache-2.0.\n"
        "- Akida engine: BrainChip's proprietary software, personal and internal use; hosting for "
        "third parties needs BrainChip's permission.\n"
        "- Network: ideas of Wang et al., arXiv 2507.15958; none of their code."
    )
