"""Compares the deployed models: the default one, the larger one, and the one for Akida 1.0."""

import pandas as pd
import streamlit as st

from qana.evaluation.model_record import read_record, read_test_scores
from qana.inference.manifest import ModelEntry
from qana.reports.model_comparison import (
    compare_with_small,
    describe_akida1_rounding,
    describe_stages,
    make_model_table,
)
from ui.provenance import show_measured


def show_large_model(large: ModelEntry, small: ModelEntry) -> None:
    """Shows what the larger model costs and gains."""
    st.dataframe(pd.DataFrame(make_model_table(small, large)), hide_index=True)
    st.markdown(f"**{large.name}**: {compare_with_small(large, small)} Scan offers both.")
    show_measured(read_record(large).command)


def show_generations(second: ModelEntry, first: ModelEntry) -> None:
    """Shows the models of both generations of Akida and why their scores differ."""
    st.dataframe(pd.DataFrame(make_model_table(second, first)), hide_index=True)
    lost = 100 * (read_test_scores(second).macro_f1 - read_test_scores(first).macro_f1)
    st.markdown(
        f"The models differ by **{lost:.1f} points of macro F1**. Macro F1 of {first.name} by "
        f"stage: {describe_stages(first)}. {first.name} has its own network, because Akida 1.0 "
        "allows no rectifier between the depthwise and the 1x1 convolution and no squeeze and "
        "excitation. With each weight rounded to the nearest of 15 levels, the errors grow from "
        "layer to layer. Layer-wise rounding lets each layer compensate for the rounding of the "
        "layers before it."
    )
    st.caption(describe_akida1_rounding(read_record(first).conversion))
    for entry in (second, first):
        show_measured(read_record(entry).command)
