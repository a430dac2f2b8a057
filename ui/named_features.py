"""Shows the named features that the network's own integers show on a photo."""

import streamlit as st

from qana.data.source_names import TITLES
from qana.errors import UserError
from qana.explanation.concepts import (
    LEAST_AUC,
    Concept,
    ConceptsReport,
    find_concepts,
    read_concepts_report,
)
from qana.inference.diagnosis import Diagnosis
from ui.provenance import show_measured


def show_named_features(diagnosis: Diagnosis) -> None:
    """Shows the features that are seen, and what they mean for the answer.

    A network without measured read-outs shows nothing.

    Args:
        diagnosis: with an answer.
    """
    try:
        report = read_concepts_report(diagnosis.classifier.entry)
        if report is None or not any(concept.is_shown for concept in report.concepts):
            return
        seen = find_concepts(diagnosis)
    except UserError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.subheader("Named features", anchor=False)
    with st.container(horizontal=True, gap="xsmall"):
        for concept in seen:
            st.badge(f"{concept.title}, AUC {concept.least_auc:.2f}", color="violet")
    if not seen:
        st.markdown("None of the features that can be named is seen.")
    for concept in seen:
        if sentence := describe_shortcut(concept):
            st.warning(sentence, icon=":material/warning:")
    st.caption(describe_read_outs(report))
    show_measured(report.command)


def describe_shortcut(concept: Concept) -> str:
    """Describes that answers with a feature are wrong more often; empty if that is not clear."""
    shortcut = concept.shortcut
    if shortcut is None or not shortcut.is_clear:
        return ""
    low, high = (100 * end for end in shortcut.ci95)
    title = concept.title[0].upper() + concept.title[1:]
    return (
        f"{title} seen: answers to test photos with {concept.title} are wrong more often, "
        f"{shortcut.wrong_with:.0%} against {shortcut.wrong_without:.0%} (difference {low:.0f} to "
        f"{high:.0f} points). These lesions may also differ in other ways."
    )


def describe_read_outs(report: ConceptsReport) -> str:
    """Describes which features can be named, and what their names rest on."""
    shown = [concept for concept in report.concepts if concept.is_shown]
    left = [concept.title for concept in report.concepts if not concept.is_shown]
    words = "; ".join(f"{one.title} {one.least_auc:.2f} ({_name_tests(one)})" for one in shown)
    origins = " and ".join(dict.fromkeys(one.origin for one in shown))
    sentence = (
        f"Weighted sums of the integers that enter the last layer. Their lowest AUC on test "
        f"lesions is above {LEAST_AUC:.2f}: {words}. They were fitted on {origins}."
    )
    return sentence + (f" Not good enough to be shown: {', '.join(left)}." if left else "")


def _name_tests(concept: Concept) -> str:
    """Names the image types that a read-out was tested on, and the sources with drawn features."""
    types = ", ".join(dict.fromkeys(test.image_type for test in concept.tests))
    drawn = " and ".join(dict.fromkeys(TITLES[test.source] for test in concept.drawn))
    return f"{types}; drawn on {drawn}" if drawn else types
