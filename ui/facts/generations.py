"""Models beside each other: the deployed one, the larger one that it came from, and the one for
chips that can be bought."""

import pandas as pd
import streamlit as st

from qana.inference.manifest import ModelEntry
from qana.reports import model_facts as facts
from ui.provenance import measured_here


def show_larger(large: ModelEntry, small: ModelEntry) -> None:
    """What the larger network costs and is worth."""
    st.dataframe(pd.DataFrame(facts.generations(small, large)), hide_index=True)
    st.markdown(f"**{large.name}** is {facts.larger(large, small)}. Scan has both.")
    measured_here(large.record["command"])


def show_generations(second: ModelEntry, first: ModelEntry) -> None:
    """What each is and does, and where the difference comes from."""
    st.dataframe(pd.DataFrame(facts.generations(second, first)), hide_index=True)
    theirs, ours = (entry.metrics["lesion-test"]["macro_f1"] for entry in (second, first))
    st.markdown(
        f"**{100 * (theirs - ours):.1f} points of macro F1** lie between them. The way of "
        f"{first.name}: {facts.way(first)}. What is lost in float comes with the layers of Akida "
        "1.0 (no rectifier between depthwise and 1x1 convolution, no squeeze and excitation) and "
        "a training of its own. Rounded to the nearest of 15 levels, its errors grow from layer "
        "to layer; solved for, each layer makes up for the rounding of those before it."
    )
    st.caption(facts.whole_steps(first))
    for entry in (second, first):
        measured_here(entry.record["command"])
