"""What "needs a professional look" is worth, at a prevalence that the reader moves."""

from typing import Any

import streamlit as st

from qana.evaluation.decision_threshold import compute_predictive_values, count_outcomes
from qana.reports import model_facts as facts
from ui import charts
from ui.facts.people_chart import crowd
from ui.provenance import measured_here

PREVALENCES = (0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5)


@st.fragment
def show_screening(report: dict[str, Any]) -> None:
    """What a call is worth where few are ill. A fragment: the slider redraws this part alone."""
    look = report["malignant"]
    test = look["test"]
    prevalence = st.select_slider(
        "Of the people asked, how many have one of the three?",
        PREVALENCES,
        value=0.01,
        format_func=lambda share: f"{share:.1%}",
        key="prevalence",
    )
    sensitivity, specificity = test["sensitivity"], test["specificity"]
    called, passed = compute_predictive_values(sensitivity, specificity, prevalence)
    counts = count_outcomes(sensitivity, specificity, prevalence)
    words, picture = st.columns([2, 3], gap="large")
    with words, st.container(horizontal=True):
        if called is not None:
            st.metric("A call is right (PPV)", f"{called:.1%}", border=True)
        if passed is not None:
            st.metric("No call is right (NPV)", f"{passed:.1%}", border=True)
    with picture:
        sentence = (
            f"Of 1,000 people about {counts['found'] + counts['missed']} have one of the three. It "
            f"calls {counts['found'] + counts['alarmed']}, {counts['alarmed']} of them without "
            f"need, and misses {counts['missed']}."
        )
        st.markdown(sentence)
        st.altair_chart(crowd(counts), alt=sentence)
    with words:
        area = look["roc"]
        curve = [{"class": "needs a look", "false": x, "true": y} for x, y in area["curve"]]
        st.altair_chart(
            charts.roc(curve, {"false": 1 - specificity, "true": sensitivity}),
            alt=f"ROC of needs a professional look, area {area['auc']:.2f}; at the mark it finds "
            f"{sensitivity:.0%} and lets {specificity:.0%} go",
        )
    with picture:
        st.markdown(
            f"It calls from a summed probability of {look['threshold']:.0%} on, the mark on the "
            f"curve: there it finds **{facts.interval(sensitivity, test['ci95']['sensitivity'])}** "
            f"and lets go **{facts.interval(specificity, test['ci95']['specificity'])}** of the "
            f"others; area {facts.interval(area['auc'], area['auc_ci95'])}. The mark was set on "
            f"validation lesions, to find {look['target_sensitivity']:.0%} there."
        )
        st.caption(
            "Bayes' theorem on these two. That they carry over from a clinic's photos to other "
            "people is assumed; nobody has measured it."
        )
    measured_here(report["command"])
