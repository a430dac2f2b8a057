"""For whom it works: the same score group by group."""

from typing import Any

import streamlit as st

from qana.reports import model_facts as facts
from ui import charts
from ui.provenance import measured_here

SCORES = {
    "melanoma_recall": "Melanomas found",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
}
DIMENSIONS = {"sex": "Sex", "age": "Age", "site": "Body site", "confirmation": "Confirmed by"}


@st.fragment
def show_groups(report: dict[str, Any]) -> None:
    """One score for everybody, group by group."""
    score = st.segmented_control(
        "Which score?",
        list(SCORES),
        default="melanoma_recall",
        format_func=lambda name: SCORES[name],
        required=True,
        key="score",
    )
    test = report["test"]
    overall = test["per_class"]["mel"]["recall"] if score == "melanoma_recall" else test[score]
    columns = st.columns(2, gap="large")
    for number, (dimension, words) in enumerate(DIMENSIONS.items()):
        with columns[number % 2]:
            rows = facts.groups(report, dimension, score)
            if len(rows) > 1:
                st.markdown(f"**{words}**")
                st.altair_chart(charts.whiskers(rows, overall), alt=charts.described(rows))
    st.caption(
        "In brackets: photos, of melanomas for the first score. Groups with fewer than ten are "
        "left out. The dashed line is the whole test set. Groups hold different lesions, so a "
        "difference need not be the network's."
    )
    st.warning("**Skin tone: not assessed.** HAM10000 does not record it.", icon=":material/help:")
    measured_here(report["command"])
