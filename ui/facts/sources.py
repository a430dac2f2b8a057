"""Shows the scores by source of the photos, by skin tone, and under conditions of a phone."""

import pandas as pd
import streamlit as st

from qana.inference.manifest import ModelEntry
from qana.protocols.sources_report import SourcesReport
from qana.reports import source_facts as facts
from ui.provenance import show_measured

COLUMNS = (
    "**Five classes** is the mean recall of akiec, bcc, bkl, mel and nv, because some sources have "
    "no df and no vasc. **Needs a look** is the AUC of the summed probability of akiec, bcc and "
    "mel. Each source has its own test lesions or, for PAD-UFES-20, test patients."
)
GROUPS = (
    "Small groups are listed too, because their intervals show how little is known about them. The "
    "groups hold different lesions, so a difference between them may have another cause than skin "
    "tone."
)


def show_sources(report: SourcesReport | None, entry: ModelEntry) -> None:
    """Shows the scores by source and by skin tone, and the limits of the phone conditions.

    Args:
        report: of the sources protocol on the weights of `entry`; None if there is none.
        entry: the model.
    """
    if report is None:
        st.warning(
            "Photos of other sources and skin tones are not measured for these weights. Measure "
            f"them with `python -m qana protocol sources --data DIR --model {entry.name}`, where "
            "DIR holds the folders of all data sets.",
            icon=":material/warning:",
        )
        return
    st.dataframe(pd.DataFrame(facts.make_source_table(report)), hide_index=True)
    st.caption(COLUMNS)
    if tables := facts.make_tone_tables(report):
        st.markdown(f"**By skin tone.** {facts.describe_dark_skin(report)}")
        for tab, rows in zip(st.tabs(list(tables)), tables.values(), strict=True):
            tab.dataframe(pd.DataFrame(rows), hide_index=True)
        st.caption(GROUPS)
    if conditions := facts.describe_phone_conditions(report):
        st.markdown(f"**Conditions of a phone.** {conditions}")
    show_measured(report.command)
