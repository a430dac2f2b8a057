"""Shows how often the model is right, by protocol and by class."""

import pandas as pd
import streamlit as st

from qana.protocols.lesion_report import LesionReport
from qana.protocols.protocol_reports import ProtocolReports
from qana.reports import model_facts as facts
from ui import charts
from ui.chart_data import show_chart
from ui.provenance import show_measured, show_published

AUTHORS = "by Wang et al., arXiv 2507.15958; not measured here"


def show_headlines(report: LesionReport) -> None:
    """Shows the scores of the deployed model on the test lesions."""
    test = report.test
    found = {
        words: (getattr(test, key), getattr(test.ci95, key))
        for key, words in facts.HEADLINES.items()
    }
    recall, spread = test.per_class["mel"].recall, report.per_class_ci95["mel"].recall
    if recall is not None and spread is not None:
        found["Melanomas found"] = (recall, spread)
    cards = [st.container(horizontal=True) for _ in range(2)]  # two in a row, on a phone as well
    for number, (words, (value, (low, high))) in enumerate(found.items()):
        cards[number // 2].metric(
            words,
            f"{value:.3f}",
            f"{low:.3f} to {high:.3f}",
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
    show_measured(report.command)


def show_protocols(reports: ProtocolReports) -> None:
    """Shows the scores of each protocol."""
    rows = facts.list_protocol_scores(reports)
    show_chart(charts.draw_intervals(rows), alt=charts.describe_intervals(rows))
    for report in (reports.lesion, reports.paper, reports.clinical):
        if report:
            show_measured(report.command)
    if paper := reports.paper:
        show_published(AUTHORS)
        overlap = paper.overlap
        st.markdown(
            f"In the paper's protocol **{overlap.own_source:.0%}** of the "
            f"{overlap.test_images:,} test images have their own source photo in training, and "
            f"**{overlap.own_source_not_nevi:.0%}** of those that show no mole. Such a test "
            "measures what the network remembers. In the lesion protocol, no lesion_id is in "
            "both subsets."
        )
    if clinical := reports.clinical:
        st.markdown(
            f"Phone photos: {clinical.photos} of {clinical.patients} patients, intervals "
            f"over patients. {clinical.attribution}."
        )


def show_classes(report: LesionReport) -> None:
    """Shows the scores of each class and the confusion matrix."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Recall and precision**")
        rows = facts.list_class_scores(report)
        show_chart(charts.draw_intervals(rows), alt=charts.describe_intervals(rows))
    with right:
        st.markdown("**Each class against the rest**, with the area under its curve")
        points = facts.list_roc_points(report)
        areas = ", ".join(dict.fromkeys(point["class"] for point in points))
        show_chart(charts.draw_roc(points), alt=f"ROC curves with their areas: {areas}")
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**Confusion matrix**, in photos")
        cells = facts.list_confusion(report.test)
        show_chart(charts.draw_confusion(cells), alt=charts.describe_confusion(cells))
    with right:
        st.markdown("**In figures**, with 95 % intervals")
        st.dataframe(pd.DataFrame(facts.make_class_table(report)), hide_index=True)
        st.caption(
            "Each row of the matrix is a recorded class. The shade is the share of that class."
        )
    show_measured(report.command)
