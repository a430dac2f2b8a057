"""Shows BrainChip's own melanoma network beside the one at hand."""

import pandas as pd
import streamlit as st

from qana.bench.readings import PUBLISHED
from qana.inference.manifest import ModelEntry
from qana.protocols.protocol_reports import read_reports
from qana.reports.vendor_melanoma import SOURCE, describe_base_rate, make_melanoma_table
from ui.compare.source import show_sources
from ui.provenance import show_measured


def show_vendor_melanoma(entry: ModelEntry) -> None:
    """Shows both networks as melanoma against the rest, if there is a report on the model.

    Args:
        entry: the model.
    """
    report = read_reports().select_model(entry.sha256).lesion
    if report is None:
        return
    st.markdown(f"**The vendor's own melanoma network.** {describe_base_rate()}")
    table = pd.DataFrame(make_melanoma_table(entry, report)).set_index("Network").T
    st.dataframe(table)
    with st.container(horizontal=True):
        show_sources(PUBLISHED, [SOURCE], "vendor-melanoma")
        show_measured(report.command)
