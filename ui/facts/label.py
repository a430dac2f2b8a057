"""Shows the Model facts label: what a person must know before trusting a score."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from qana.classes import CLASSES
from qana.inference.manifest import ModelEntry
from qana.protocols.lesion_report import LesionReport
from qana.protocols.sources_report import SourcesReport
from qana.reports.model_facts import format_with_interval
from qana.reports.source_facts import describe_dark_skin, describe_phone_photos
from qana.reports.training_data import describe_read_photo, describe_training_data

Lines = Sequence[tuple[str, str]]
CALLED = ", ".join(lesion.name.lower() for lesion in CLASSES)
RULE = "border-top:1px solid color-mix(in srgb, currentColor 25%, transparent)"
HEAVY = "border-top:6px solid currentColor"


def show_label(entry: ModelEntry, report: LesionReport, sources: SourcesReport | None) -> None:
    """Shows the label of a model.

    Args:
        entry: of the manifest.
        report: of the lesion protocol, of the same model.
        sources: the report of the sources protocol on the same model, if there is one.
    """
    st.html(
        "<div style='border:2px solid currentColor;border-radius:.9rem;padding:1rem 1.1rem'>"
        "<h2 style='font:inherit;font-size:1.7rem;font-weight:700;line-height:1.1;padding:0'>"
        "Model facts</h2>"
        f"<div style='margin:.3rem 0 .6rem'>{escape(entry.name)}: skin lesions, seven diagnoses, "
        "computed on BrainChip Akida</div>"
        + _make_section("Mechanism", _list_mechanism(entry), HEAVY)
        + _make_section("Performance", _list_performance(report), HEAVY, numbers=True)
        + _make_section("Uses and directions", _list_uses(entry), HEAVY)
        + _make_section("Warnings", _list_warnings(sources), HEAVY)
        + "</div>"
    )


def _list_mechanism(entry: ModelEntry) -> Lines:
    side = entry.input_shape[0]
    return (
        ("Input", f"{describe_read_photo(entry)}, its centre square, {side} x {side} pixels"),
        ("Output", f"a probability for each of: {CALLED}"),
        (
            "Model",
            f"quantized spiking convolutional network, {entry.weight_bits}-bit weights, "
            f"{entry.activation_bits}-bit activations, {entry.parameters:,} parameters, "
            f"{entry.macs / 1e6:.1f} million multiplications a photo",
        ),
        ("Learned from", describe_training_data(entry)),
        ("File", f"{entry.path.name}, SHA-256 {entry.sha256[:12]}"),
    )


def _list_performance(report: LesionReport) -> Lines:
    test, referral = report.test, report.malignant.test
    melanoma = test.per_class["mel"].recall
    return (
        ("Test photos", f"{test.n:,}"),
        ("Accuracy", format_with_interval(test.accuracy, test.ci95.accuracy)),
        (
            "Balanced accuracy",
            format_with_interval(test.balanced_accuracy, test.ci95.balanced_accuracy),
        ),
        (
            "Melanoma called melanoma",
            format_with_interval(melanoma, report.per_class_ci95["mel"].recall),
        ),
        (
            "Needs a look, found",
            format_with_interval(referral.sensitivity, referral.ci95.sensitivity),
        ),
        (
            "Needs no look, let go",
            format_with_interval(referral.specificity, referral.ci95.specificity),
        ),
    )


USES = (
    ("For", "research, teaching, trying out a neuromorphic chip"),
    ("Not for", "diagnosis, triage, reassurance, or any decision about a person"),
)


def _list_uses(entry: ModelEntry) -> Lines:
    photo = describe_read_photo(entry)
    return (*USES, ("Works on", f"one lesion in the middle of {photo}, sharp and well lit"))


def _list_warnings(sources: SourcesReport | None) -> Lines:
    return (
        (
            "Misses melanomas",
            "A low probability rules nothing out. A professional should see a spot that changes.",
        ),
        ("Phone photos", describe_phone_photos(sources)),
        (
            "Other lesions",
            "It knows seven diagnoses. For another lesion it names one of these, or abstains.",
        ),
        (
            "Skin tone",
            f"{describe_dark_skin(sources)} Similar models do worse on dark skin (Daneshjou et "
            "al., Sci. Adv. 8, 2022).",
        ),
        ("Never tested", "In a clinic, over time on one patient, or together with a doctor."),
    )


def _make_section(title: str, lines: Lines, rule: str, numbers: bool = False) -> str:
    align = "text-align:right;font-weight:650;white-space:nowrap" if numbers else ""
    rows = "".join(
        f"<div style='display:flex;gap:1rem;justify-content:space-between;{RULE};padding:.28rem 0'>"
        f"<div style='flex:{'1 1 auto' if numbers else '0 0 7rem'}'>{escape(name)}</div>"
        f"<div style='flex:{'0 0 auto' if numbers else '1'};font-variant-numeric:tabular-nums;"
        f"{align}'>{escape(value)}</div></div>"
        for name, value in lines
    )
    return (
        f"<div style='{rule};padding-top:.35rem;margin-top:.5rem;font-size:.9rem'>"
        f"<div style='font-weight:700;padding-bottom:.2rem'>{escape(title)}</div>{rows}</div>"
    )
