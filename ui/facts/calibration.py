"""Shows the calibration of the probabilities and the effect of abstention."""

import pandas as pd
import streamlit as st

from qana.data.photo import CLOSE_UP, SMARTPHONE
from qana.evaluation.model_record import read_record
from qana.inference.manifest import ModelEntry
from qana.protocols.lesion_report import LesionReport
from qana.reports import model_facts as facts
from ui.chart_data import show_chart
from ui.facts.calibration_charts import draw_reliability, draw_risk_coverage
from ui.provenance import show_measured


def show_calibration(report: LesionReport) -> None:
    """Shows the reliability diagrams before and after calibration."""
    calibration = report.calibration
    stages = {"Before calibration": calibration.before, "As the app shows it": calibration.after}
    for column, (words, stage) in zip(st.columns(2, gap="large"), stages.items(), strict=True):
        with column:
            error = stage.ece
            st.markdown(f"**{words}**: calibration error {error:.3f}")
            show_chart(
                draw_reliability([vars(one) for one in stage.bins]),
                alt=f"Reliability diagram, {words.lower()}: calibration error {error:.3f}",
            )
    st.caption(
        f"The logits are divided by {calibration.temperature:.2f}, which was fitted on validation "
        "lesions. On the dashed line, confidence equals accuracy. A larger dot stands for more "
        "photos."
    )
    show_measured(report.command)


def show_abstention(entry: ModelEntry) -> None:
    """Shows the effect of abstention and of the not-a-lesion gate."""
    record = read_record(entry)
    abstention, gate = record.abstain, record.gate
    left, right = st.columns([3, 2], gap="large")
    if abstention:
        with left:
            test = abstention.risk_coverage["lesion-test"]
            risk = "not measured" if test.risk is None else f"{test.risk:.0%}"
            st.markdown(
                f"**Unsure.** The model abstains below a top probability of "
                f"{abstention.threshold:.0%}. It answers {test.coverage:.0%} of the test photos, "
                f"and {risk} of these answers are wrong."
            )
            show_chart(
                draw_risk_coverage(facts.list_risk_points(abstention), abstention.coverage),
                alt=f"Risk against coverage: {risk} wrong where {test.coverage:.0%} are answered",
            )
            show_measured(abstention.command)
    if gate:
        with right:
            passing = gate.lesions["lesion-test"].passed
            st.markdown(
                f"**No lesion.** {passing:.1%} of the test photos pass its gate. Of pictures that "
                "show no lesion it rejects:"
            )
            st.table(
                pd.DataFrame(facts.make_rejection_table(gate)), border="horizontal", hide_index=True
            )
            if gate.phone:
                st.markdown(
                    f"Of {gate.phone.n} plain phone photos of lesions "
                    f"(PAD-UFES-20, CC BY 4.0), {gate.phone.passed:.1%} pass."
                )
            close = gate.compute_pass_rate("lesion-test", (CLOSE_UP, SMARTPHONE))
            if close:
                st.markdown(
                    f"Of {close.n} close-ups and smartphone photos of test lesions (MILK10k, "
                    f"CC BY-NC 4.0, and PAD-UFES-20, CC BY 4.0), {close.passed:.1%} pass."
                )
            show_measured(gate.command)
