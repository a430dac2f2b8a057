"""Facts: what the model is for, what was measured, and what nobody has measured."""

import streamlit as st

from qana.errors import UserError
from qana.evaluation.model_record import read_record
from qana.evaluation.report_files import read_studies
from qana.inference.manifest import AKIDA1, DEFAULT_MODEL, LARGE_MODEL, find_entry, read_manifest
from qana.protocols.protocol_reports import read_reports
from qana.reports.learning_report import read_learning
from qana.reports.seen_lesions import describe_seen_lesions
from qana.reports.training_data import STUDIED_NETWORKS
from ui.disclaimer import show_disclaimer
from ui.entry import ensure_app_started
from ui.facts.background import show_data, show_licences, show_stages, show_study
from ui.facts.calibration import show_abstention, show_calibration
from ui.facts.decision_curve import show_decision_curve
from ui.facts.label import show_label
from ui.facts.learning import show_learning
from ui.facts.models import show_generations, show_large_model
from ui.facts.referral import show_referral
from ui.facts.results import show_classes, show_headlines, show_protocols
from ui.facts.sources import show_sources
from ui.facts.subgroups import show_subgroups
from ui.model_choice import get_chosen_model, show_network_choice
from ui.verdict import MALIGNANT_CLASSES

SENDAK = (
    "The label follows Sendak, Gao, Brajer and Balu, npj Digital Medicine 3, 41 (2020). Intervals "
    "are 95 % bootstrap intervals that resample whole lesions."
)


WHICH = "Which network?"
titles: list[str] = []
"""Titles of the sections on the page, for the table of contents."""


def make_anchor(title: str) -> str:
    """Makes the name of a section in the page's address."""
    letters = (letter if letter.isalnum() else "-" for letter in title.lower())
    return "-".join(filter(None, "".join(letters).split("-")))


def show_section(title: str, words: str) -> None:
    """Shows a heading and the sentence that sums the section up."""
    titles.append(title)
    st.space("small")
    st.header(title, anchor=make_anchor(title))
    st.markdown(words)


ensure_app_started()
st.title("Facts", anchor=False)
show_network_choice(WHICH)
try:
    default = find_entry(DEFAULT_MODEL)
    entry = find_entry(get_chosen_model())
    record = read_record(entry)
    reports = read_reports().select_model(entry.sha256)
    studies = read_studies()
except UserError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()

lesion = reports.lesion
seen = describe_seen_lesions(reports.same_lesion, entry)
st.markdown(
    f"This page shows what was measured about the network {entry.name}, and what nobody has "
    "measured."
)
show_disclaimer(entry)
contents = st.container()
if lesion is None:
    st.warning(
        f"There is no report of the lesion protocol on {entry.name}. Make it with `python -m qana "
        f"protocol lesion --model {entry.name} --data DIR`, where DIR holds HAM10000.",
        icon=":material/warning:",
    )
else:
    card, results = st.columns([1, 1], gap="large")
    with card:
        show_label(entry, lesion, reports.sources)
    with results:
        st.subheader("On test lesions", anchor=False)
        show_headlines(lesion)
        if seen:
            st.caption(seen)
        if reports.paper or reports.clinical:
            st.subheader("By other protocols", anchor=False)
            show_protocols(reports)
        st.caption(SENDAK)

    show_section(
        "Class by class",
        "Recall is the share of a class that the model finds. Precision is the share of its "
        "answers for a class that are right.",
    )
    show_classes(lesion)

    show_section(
        "Needs a professional look",
        f"The score is the summed probability of {MALIGNANT_CLASSES}. Where few people are ill, "
        "most calls are false, even with a good model. Move the slider to see it.",
    )
    show_referral(lesion)

    show_section(
        "Where a decision helps",
        "Decision curves compare the network with two simple rules, for each threshold.",
    )
    show_decision_curve(entry)

    show_section(
        "Can its percentages be trusted?", "Of all answers given at 80 %, 80 % should be right."
    )
    show_calibration(lesion)

if record.abstain or record.gate:
    show_section("When it abstains", "No answer is better than a guess.")
    show_abstention(entry)

if lesion is not None:
    show_section(
        "For whom it works", "Each chart shows one score for each group of the test lesions."
    )
    show_subgroups(lesion)

    show_section(
        "Photos of other sources",
        "Test photos of HAM10000 and of other data sets, taken through a dermatoscope, with a "
        "camera or with a smartphone. Intervals are 95 % intervals.",
    )
    show_sources(reports.sources, entry)

    show_section(
        "From float to spikes",
        "The network is trained in floating point, quantized, tuned by quantization-aware "
        "training and converted. Each stage is evaluated on the test lesions.",
    )
    show_stages(lesion, entry)

large = next((one for one in read_manifest() if one.name == LARGE_MODEL), None)
if large:
    show_section(
        "What a larger network gains",
        "The default model was made by removing channels from the first blocks of a larger "
        "network, where feature maps are large and each channel costs most.",
    )
    show_large_model(large, default)

first_generation = next((one for one in read_manifest() if one.target == AKIDA1), None)
if first_generation:
    show_section(
        "On chips that you can buy",
        "AKD1000 and AKD1500 are chips of Akida 1.0. A second model uses only the layers that "
        "these chips have, with 4 bits instead of 8.",
    )
    show_generations(default, first_generation)
    learning = read_learning()
    if learning and learning.sha256 == first_generation.sha256:
        show_section(
            "Learning on the device",
            "The last layer of that model can be replaced by one that learns on the chip, one "
            "photo at a time. The photos it learns from and the photos that test it share no "
            "lesion and no patient.",
        )
        show_learning(learning)

if studies:
    show_section(
        "Studies", f"Each table compares variants and was made by one command. {STUDIED_NETWORKS}"
    )
    for study in studies:
        show_study(study)

if lesion is not None:
    show_section(
        "The data",
        "HAM10000 holds dermatoscopic photos from the Medical University of Vienna and a skin "
        "cancer practice in Queensland, gathered over twenty years.",
    )
    show_data(lesion, seen)

show_section("Licences", "These are the parts of the project and their owners.")
show_licences(entry)

with contents:
    st.markdown(" · ".join(f"[{title}](#{make_anchor(title)})" for title in titles))
