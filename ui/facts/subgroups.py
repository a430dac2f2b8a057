"""Shows the same score for each group of the test lesions."""

import streamlit as st

from qana.protocols.lesion_report import LesionReport
from qana.reports import model_facts as facts
from ui import charts
from ui.chart_data import show_chart
from ui.provenance import show_measured

SCORES = {
    "melanoma_recall": "Melanomas found",
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
}
DIMENSIONS = {"sex": "Sex", "age": "Age", "site": "Body site", "confirmation": "Confirmed by"}


@st.fragment
def show_subgroups(report: LesionReport) -> None:
    """Shows one score by sex, age, body site and confirmation."""
    score = st.segmented_control(
        "Which score?",
        list(SCORES),
        default="melanoma_recall",
        format_func=lambda name: SCORES[name],
        required=True,
        key="score",
    )
    test = report.test
    overall = test.per_class["mel"].recall if score == "melanoma_recall" else getattr(test, score)
    columns = st.columns(2, gap="large")
    for number, (dimension, words) in enumerate(DIMENSIONS.items()):
        with columns[number % 2]:
            rows = facts.list_group_scores(report, dimension, score)
            if len(rows) > 1:
                st.markdown(f"**{words}**")
                show_chart(
                    charts.draw_intervals(rows, overall), alt=charts.describe_intervals(rows)
                )
    st.caption(
        "Numbers in brackets count the photos; for the first score they count melanomas. Groups "
        "of fewer than ten are left out. The dashed line shows the whole test set. Groups hold "
        "different lesions, so the lesions can cause a difference as well as the network. HAM10000 "
        "does not record skin tone. The next section has photos of another source by skin tone."
    )
    show_measured(report.command)
