"""Shows what quantization-aware tuning improves, from the stored study."""

from typing import Any

import altair as alt
import streamlit as st

from qana.evaluation.report_files import StudyTable
from qana.inference.manifest import ModelEntry
from qana.studies.study_recipes import SMALL
from ui.chart_data import Spec, make_chart, make_spec, show_chart
from ui.charts import GUIDE, PLOT_HEIGHT, make_legend
from ui.provenance import show_measured

STAGES = {"ptq": "quantized after training", "tuned": "tuned while quantized"}
DEPLOYED = {"float": "in float"} | STAGES
SCORE = "macro F1"


def show_tuning(study: StudyTable | None, entry: ModelEntry) -> None:
    """Shows each variant of the study on bits before and after tuning.

    Args:
        study: the table of `python -m qana study bits`; None if there is none.
        entry: the deployed model; its own stages are shown as well.
    """
    st.subheader("What tuning mends", anchor=False)
    stages = entry.metrics["stages"]
    scores = ", ".join(
        f"{stages[stage]['macro_f1']:.3f} {words}" for stage, words in DEPLOYED.items()
    )
    st.markdown(
        f"The deployed network at {entry.weight_bits}/{entry.activation_bits} bits, {SCORE} on all "
        f"test lesions: {scores}."
    )
    show_measured(entry.record["command"])
    if study is None:
        st.caption(
            "How fewer bits fare is not stored yet: `python -m qana study bits --data DIR` trains "
            "that, in hours."
        )
        return
    cells = [dict(zip(study.columns, row, strict=True)) for row in study.rows]
    rows = [
        {"variant": cell["variant"], "stage": STAGES[cell["stage"]], "score": cell[SCORE]}
        for cell in cells
        if cell["stage"] in STAGES and cell[SCORE] is not None
    ]
    floats = [cell[SCORE] for cell in cells if cell["stage"] == "float"]
    show_chart(_draw_dumbbells(rows, floats[:1]), alt=_describe(rows, floats[:1]))
    st.caption(
        f"{SCORE} of a smaller sibling of the deployed network ({SMALL.input_size} px), on the "
        f"{study.subset} lesions{'; the dashed line is its float form' if floats else ''}. "
        f"{study.note}"
    )
    show_measured(study.command)


@st.cache_data(max_entries=16, show_spinner=False)
def _draw_dumbbells(rows: list[dict[str, Any]], floats: list[float]) -> Spec:
    variants = list(dict.fromkeys(row["variant"] for row in rows))
    base = make_chart(rows).encode(
        y=alt.Y("variant:N", sort=variants, title=None, axis=alt.Axis(labelLimit=170)),
    )
    axis = alt.Axis(format=".1f", tickMinStep=0.1)
    x = alt.X("score:Q", title=SCORE, scale=alt.Scale(domainMin=0), axis=axis)
    line = base.mark_rule(strokeWidth=2, color=GUIDE).encode(
        x=alt.X("min(score):Q"), x2=alt.X2("max(score):Q")
    )
    dots = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=x,
        color=alt.Color(
            "stage:N", sort=list(STAGES.values()), title=None, legend=make_legend(one_column=True)
        ),
        shape=alt.Shape(
            "stage:N", sort=list(STAGES.values()), title=None, legend=make_legend(one_column=True)
        ),
        tooltip=[
            alt.Tooltip("variant:N"),
            alt.Tooltip("stage:N"),
            alt.Tooltip("score:Q", format=".3f"),
        ],
    )
    guide = (
        make_chart([{"at": at} for at in floats])
        .mark_rule(strokeDash=[3, 3], color=GUIDE)
        .encode(x=alt.X("at:Q"))
    )
    chart = alt.layer(guide, line, dots)
    return make_spec(chart.properties(height=34 * len(variants), autosize=PLOT_HEIGHT))


def _describe(rows: list[dict[str, Any]], floats: list[float]) -> str:
    scores = [f"{row['variant']}, {row['stage']}: {row['score']:.3f}" for row in rows]
    return f"{SCORE}. " + "; ".join([*(f"float: {at:.3f}" for at in floats), *scores])
