"""The two models beside each other: Akida 2.0 against chips that can be bought."""

import pandas as pd
import streamlit as st

from qana import facts
from qana.spiking.store import ModelEntry
from ui.provenance import measured_here

STAGES = {
    "float": "float",
    "ptq": "quantized after training",
    "tuned": "tuned with quantization",
}


def show_generations(second: ModelEntry, first: ModelEntry) -> None:
    """What each is and does, and where the difference comes from."""
    st.dataframe(pd.DataFrame(facts.generations(second, first)), hide_index=True)
    theirs, ours = (entry.metrics["lesion-test"]["macro_f1"] for entry in (second, first))
    way = ", ".join(
        f"{words} {first.metrics['stages'][stage]['macro_f1']:.3f}"
        for stage, words in STAGES.items()
    )
    st.markdown(
        f"**{100 * (theirs - ours):.1f} points of macro F1** lie "
        f"between them. The way of {first.name}: {way}, on Akida {ours:.3f}. What "
        "is lost before quantization, the layers of Akida 1.0 cost (no rectifier between depthwise "
        "and 1x1 convolution, no squeeze and excitation); what is lost at it, the 4 bits."
    )
    for entry in (second, first):
        measured_here(entry.record["command"])
