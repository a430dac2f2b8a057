"""Whether its percentages mean what they say, and what its silence gains."""

from typing import Any

import pandas as pd
import streamlit as st

from qana.inference.manifest import ModelEntry
from qana.reports import model_facts as facts
from ui import charts
from ui.provenance import measured_here

STAGES = {"before": "As the network says it", "after": "As the app shows it"}


def show_trust(report: dict[str, Any]) -> None:
    """Whether a percentage means what it says, before and after calibration."""
    calibration = report["calibration"]
    for column, (key, words) in zip(st.columns(2, gap="large"), STAGES.items(), strict=True):
        with column:
            error = calibration[key]["ece"]
            st.markdown(f"**{words}**: calibration error {error:.3f}")
            st.altair_chart(
                charts.reliability(calibration[key]["bins"]),
                alt=f"Reliability diagram, {words.lower()}: calibration error {error:.3f}",
            )
    st.caption(
        f"Logits are divided by {calibration['temperature']:.2f}, fitted on validation lesions. A "
        "dot on the dashed line is right as often as it says; a larger dot stands for more photos."
    )
    measured_here(report["command"])


def show_silence(entry: ModelEntry) -> None:
    """What is gained by answering only when sure, and by asking first whether it is a lesion."""
    band, gate = entry.record.get("abstain"), entry.record.get("gate")
    left, right = st.columns([3, 2], gap="large")
    if band:
        with left:
            held = band["risk_coverage"]["lesion-test"]
            st.markdown(
                f"**Unsure.** Below a top probability of {band['threshold']:.0%} it would rather "
                f"not say. It answers {held['coverage']:.0%} of the test photos, and "
                f"{held['risk']:.0%} of these answers are wrong."
            )
            st.altair_chart(
                charts.risk_coverage(facts.risks(band), band["coverage"]),
                alt=f"Risk against coverage: {held['risk']:.0%} wrong where "
                f"{held['coverage']:.0%} are answered",
            )
            measured_here(band["command"])
    if gate:
        with right:
            passing = gate["lesions"]["lesion-test"]["pass"]
            st.markdown(
                f"**No lesion.** {passing:.1%} of the test photos pass its gate. Of pictures that "
                "show none it turns away:"
            )
            st.table(pd.DataFrame(facts.turned_away(gate)), border="horizontal", hide_index=True)
            if "phone" in gate:
                st.markdown(
                    f"Of {gate['phone']['n']} plain phone photos of lesions, another domain "
                    f"(PAD-UFES-20, CC BY 4.0), {gate['phone']['pass']:.1%} pass."
                )
            measured_here(gate["command"])
