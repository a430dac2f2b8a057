"""Facts: what the network is for, what was measured, and what nobody has measured."""

import streamlit as st

from qana.errors import UserError
from qana.evaluation.report_files import read_learning, read_reports, read_studies
from qana.inference.manifest import AKIDA1, DEFAULT_MODEL, LARGE_MODEL, find_entry, read_manifest
from ui.entry import come_through_door
from ui.facts.background import show_data, show_licences, show_stages, show_study
from ui.facts.generations import show_generations, show_larger
from ui.facts.groups import show_groups
from ui.facts.label import show_label
from ui.facts.learning import show_learning
from ui.facts.results import show_classes, show_headlines, show_protocols
from ui.facts.screening import show_screening
from ui.facts.trust import show_silence, show_trust
from ui.verdict import LOOK_GROUP, NOT_A_DEVICE

SENDAK = (
    "After the label of Sendak, Gao, Brajer and Balu, npj Digital Medicine 3, 41 (2020). Intervals "
    "are of 95 %, over lesions: the photos of one lesion are drawn together."
)


def section(title: str, words: str) -> None:
    """A heading, and the sentence that a hurried reader needs."""
    st.space("small")
    st.header(title, anchor=False)
    st.markdown(words)


come_through_door()
st.title("Facts", anchor=False)
try:
    entry = find_entry(DEFAULT_MODEL)
    reports, studies = read_reports(), read_studies()
except UserError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()

# What was measured of other weights is nothing of these; the paper's protocol trains its own.
reports = {k: v for k, v in reports.items() if v.get("sha256", entry.sha256) == entry.sha256}
lesion = reports.get("lesion")
if lesion is None:
    st.warning(
        "There is no report of this very model yet: make it with `python -m qana protocol lesion "
        "--data DIR`, where DIR holds HAM10000.",
        icon=":material/warning:",
    )
    show_licences(entry)
    st.caption(NOT_A_DEVICE)
    st.stop()

st.markdown("What the network behind Scan was measured to do, and what nobody has measured.")
st.caption(NOT_A_DEVICE)
card, results = st.columns([1, 1], gap="large")
with card:
    show_label(entry, lesion)
with results:
    st.subheader("On lesions that it never saw", anchor=False)
    show_headlines(lesion)
    if len(reports) > 1:
        st.subheader("Judged in other ways", anchor=False)
        show_protocols(reports)
    st.caption(SENDAK)

section(
    "Class by class",
    "Recall: of the lesions recorded so, how many it calls so. Precision: of those that it calls "
    "so, how many are recorded so.",
)
show_classes(lesion)

section(
    "Needs a professional look",
    f"The summed probability of {LOOK_GROUP}. Where few people are ill, most calls are false, "
    "however good the network: move the share and see.",
)
show_screening(lesion)

section("Can its percentages be trusted?", "Of all answers given at 80 %, 80 % should be right.")
show_trust(lesion)

if {"abstain", "gate"} & set(entry.record):
    section("When it keeps silent", "Silence is better than a guess.")
    show_silence(entry)

section("For whom it works", "The same score for each group of the test lesions.")
show_groups(lesion)

section(
    "From float to spikes",
    "The network is trained in floating point, quantized, tuned with quantization in the loop and "
    "converted; each stage is judged on the test lesions.",
)
show_stages(lesion, entry)

large = next((one for one in read_manifest() if one.name == LARGE_MODEL), None)
if large:
    section(
        "What more size buys",
        "Channels were taken out of the first blocks of a larger network, where maps are large and "
        "each channel costs most.",
    )
    show_larger(large, entry)

first_generation = next((one for one in read_manifest() if one.target == AKIDA1), None)
if first_generation:
    section(
        "On silicon that can be bought",
        "AKD1000 and AKD1500 are chips of Akida 1.0. A second model is made of the layers that "
        "they have, with 4 bits in place of 8.",
    )
    show_generations(entry, first_generation)
    learning = read_learning()
    if learning and learning["sha256"] == first_generation.sha256:
        section(
            "Learning on the device",
            "The last layer of that model can be replaced by one that learns on the chip, one "
            "photo at a time. What it learns from and what it is asked share no lesion and no "
            "patient.",
        )
        show_learning(learning)

if studies:
    section("What was tried", "Comparisons, each made by a command.")
    for study in studies:
        show_study(study)

section(
    "The data",
    "HAM10000: dermatoscopic photos from the Medical University of Vienna and a skin cancer "
    "practice in Queensland, gathered over twenty years.",
)
show_data(lesion)

section("Licences", "What is in here, and whose it is.")
show_licences(entry)
