"""Shows what "needs a professional look" is worth at a prevalence that the reader sets."""

import streamlit as st

from qana.evaluation.decision_threshold import compute_predictive_values, count_outcomes
from qana.protocols.lesion_report import LesionReport
from qana.reports import model_facts as facts
from ui import charts
from ui.chart_data import show_chart
from ui.facts.people_chart import draw_people
from ui.provenance import show_measured

PREVALENCES = (0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5)


@st.fragment
def show_referral(report: LesionReport) -> None:
    """Shows predictive values. A fragment, so the slider redraws this part alone."""
    referral = report.malignant
    test = referral.test
    prevalence = st.select_slider(
        "How many of the people who are screened have one of the three?",
        PREVALENCES,
        value=0.01,
        format_func=lambda share: f"{share:.1%}",
        key="prevalence",
    )
    sensitivity, specificity = test.sensitivity, test.specificity
    called, passed = compute_predictive_values(sensitivity, specificity, prevalence)
    outcomes = count_outcomes(sensitivity, specificity, prevalence)
    words, picture = st.columns([2, 3], gap="large")
    with words, st.container(horizontal=True):
        if called is not None:
            st.metric("A call is right (PPV)", f"{called:.1%}", border=True)
        if passed is not None:
            st.metric("No call is right (NPV)", f"{passed:.1%}", border=True)
    with picture:
        sentence = (
            f"Of 10,000 people about {outcomes.found + outcomes.missed:,} have one of the three. "
            f"It calls {outcomes.found + outcomes.alarmed:,}, {outcomes.alarmed:,} of them without "
            f"need, and misses {outcomes.missed:,}."
        )
        st.markdown(sentence)
        show_chart(draw_people(outcomes), alt=sentence)
    with words:
        curve = referral.roc
        points = [
            {"class": "needs a look", "false": x, "true": y}
            for x, y in (curve.curve if curve else ())
        ]
        area = facts.format_with_interval(
            curve.auc if curve else None, curve.auc_ci95 if curve else None
        )
        show_chart(
            charts.draw_roc(points, {"false": 1 - specificity, "true": sensitivity}),
            alt=f"ROC of needs a professional look, area {area}; at the mark it finds "
            f"{sensitivity:.0%} and lets {specificity:.0%} go",
        )
    with picture:
        st.markdown(
            f"The threshold is a summed probability of {referral.threshold:.0%}, the mark on the "
            f"curve. It finds **{facts.format_with_interval(sensitivity, test.ci95.sensitivity)}** "
            "of the lesions that need a look and lets go "
            f"**{facts.format_with_interval(specificity, test.ci95.specificity)}** of the others. "
            f"The area under the curve is {area}. The threshold was set on validation lesions, to "
            f"find {referral.target_sensitivity:.0%} there."
        )
        st.caption(
            "The figures follow from sensitivity and specificity by Bayes' theorem. They assume "
            "that both carry over from a clinic's photos to other people; nobody has measured it."
        )
    show_measured(report.command)
