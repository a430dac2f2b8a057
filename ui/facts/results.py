"""How often it is right: by protocol and by class."""

from typing import Any

import pandas as pd
import streamlit as st

from qana.reports import model_facts as facts
from ui import charts
from ui.provenance import measured_here, published

AUTHORS = "by Wang et al., arXiv 2507.15958; not measured here"


def show_headlines(report: dict[str, Any]) -> None:
    """The scores of the deployed model on the test lesions."""
    test = report["test"]
    found = {words: (test[score], test["ci95"][score]) for score, words in facts.HEADLINES.items()}
    recall = test["per_class"]["mel"]["recall"]
    if recall is not None:
        found["Melanomas found"] = (recall, report["per_class_ci95"]["mel"]["recall"])
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
    measured_here(report["command"])


def show_protocols(reports: dict[str, dict[str, Any]]) -> None:
    """One network, judged in several ways."""
    rows = facts.protocols(reports)
    st.altair_chart(charts.whiskers(rows), alt=charts.described(rows))
    for report in reports.values():
        measured_here(report["command"])
    paper, clinical = reports.get("paper"), reports.get("clinical")
    if paper:
        published(AUTHORS)
        overlap = paper["overlap"]
        st.markdown(
            f"In the paper's protocol **{overlap['own_source']:.0%}** of the "
            f"{overlap['test_images']:,} test images have their own source photo in training, and "
            f"**{overlap['own_source_not_nevi']:.0%}** of those that are no moles: such a test "
            "asks what the network remembers. In the lesion protocol it is none."
        )
    if clinical:
        st.markdown(
            f"Phone photos: {clinical['photos']} of {clinical['patients']} patients, intervals "
            f"over patients. {clinical.get('attribution', '')}."
        )


def show_classes(report: dict[str, Any]) -> None:
    """Class by class, and what is taken for what."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Recall and precision**")
        rows = facts.classes(report)
        st.altair_chart(charts.whiskers(rows), alt=charts.described(rows))
    with right:
        st.markdown("**Each class against the rest**, with the area under its curve")
        points = facts.curves(report)
        areas = ", ".join(dict.fromkeys(point["class"] for point in points))
        st.altair_chart(charts.roc(points), alt=f"ROC curves with their areas: {areas}")
    left, right = st.columns([1, 2], gap="medium")
    with left:
        st.markdown("**What is taken for what**, photos")
        cells = facts.confusion(report["test"])
        taken = ", ".join(
            f"{cell['photos']} {cell['true']} called {cell['called']}"
            for cell in cells
            if cell["photos"]
        )
        labels = report["test"]["labels"]
        st.altair_chart(charts.heatmap(cells, labels), alt=f"Photos by class: {taken}")
    with right:
        st.markdown("**In figures**, with 95 % intervals")
        st.dataframe(pd.DataFrame(facts.class_table(report)), hide_index=True)
        st.caption(
            "A row of the picture is a recorded class; its shade is the share of that class."
        )
    measured_here(report["command"])
