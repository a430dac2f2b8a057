"""Lists the steps of `python -m qana measure` that measure the networks on photos."""

from functools import partial

from qana.data.sources import SOURCES
from qana.inference.manifest import AKIDA1, DEFAULT_MODEL
from qana.reports.measurement_step import OUTLIERS, Duration, MeasurementStep
from qana.reports.outdated_files import (
    explain_outdated_cases,
    explain_outdated_edge_head,
    explain_outdated_gate,
    explain_outdated_learning,
    explain_outdated_paper,
    explain_outdated_reports,
    explain_outdated_same_lesion,
)

EXPLAINED_LESIONS = 60
"""Test lesions on which explanations are measured. All of them would take far longer."""
MANIFEST_FILE = "models/manifest.json"
QANA = ("python", "-m", "qana")
HAM10000, MILK10K, PAD_UFES = "ham10000", "milk10k", "pad_ufes_20"


def make_gate_step(name: str) -> MeasurementStep:
    """Makes the step that fits the gate of a model.

    Args:
        name: name of the model.
    """
    return MeasurementStep(
        f"gate-{name}",
        f"gate and abstention of {name}",
        (f"models/{name}.gate.npz", MANIFEST_FILE),
        (name,),
        (*QANA, "gate", "--data", "{data}", "--model", name, "--outliers", f"{{{OUTLIERS}}}"),
        Duration.MINUTES,
        explain_outdated_gate,
        sources=SOURCES,
    )


def make_similar_step(name: str) -> MeasurementStep:
    """Makes the step that chooses the reference cases and computes their features.

    Args:
        name: name of the model.
    """
    return MeasurementStep(
        f"similar-{name}",
        f"search of similar cases of {name}",
        (
            "assets/reference_cases.npz",
            f"models/{name}.cases.npz",
            f"models/{name}.cases.json",
            MANIFEST_FILE,
        ),
        (name,),
        (*QANA, "similar", "--data", "{data}", "--model", name),
        Duration.MINUTES,
        explain_outdated_cases,
        sources=SOURCES,
    )


def make_concepts_step(name: str) -> MeasurementStep:
    """Makes the step that fits the read-outs of named features.

    Args:
        name: name of the model.
    """
    return MeasurementStep(
        f"concepts-{name}",
        f"named features of {name}",
        (f"models/{name}.concepts.json", f"models/{name}.concepts.npz"),
        (name,),
        (*QANA, "concepts", "--data", "{data}", "--model", name),
        Duration.MINUTES,
        explain_outdated_reports,
        sources=(HAM10000, MILK10K, PAD_UFES),
    )


def make_same_lesion_step(name: str) -> MeasurementStep:
    """Makes the step that scores a model without the test lesions that it may have seen.

    Args:
        name: name of the model.
    """
    return MeasurementStep(
        f"same-lesion-{name}",
        f"scores of {name} with and without test lesions that training holds under another id",
        ("models/protocols/same-lesion.json",),
        (name,),
        (*QANA, "protocol", "same-lesion", "--data", f"{{{HAM10000}}}", "--model", name),
        Duration.MINUTES,
        explain_outdated_same_lesion,
        sources=(HAM10000,),
    )


def list_protocol_steps() -> tuple[MeasurementStep, ...]:
    """Lists the steps that fit the edge head and run the protocols, in their order."""
    edge_files = (f"models/{AKIDA1}.front.fbz", f"models/{AKIDA1}.head", MANIFEST_FILE)
    data = ("--data", f"{{{HAM10000}}}")
    first, default = ("--model", AKIDA1), ("--model", DEFAULT_MODEL)
    phone = ("--phone", f"{{{PAD_UFES}}}")
    protocol = partial(MeasurementStep, explain_outdated=explain_outdated_reports)
    return (
        MeasurementStep(
            "edge",
            "the edge head, the layer that learns",
            (*edge_files, "models/studies/edge.json"),
            (AKIDA1,),
            (*QANA, "edge", *data, *first),
            Duration.HOURS,
            explain_outdated_edge_head,
            sources=(HAM10000,),
        ),
        protocol(
            "lesion",
            "scores on the test lesions of HAM10000",
            ("models/protocols/lesion.json",),
            (DEFAULT_MODEL,),
            (*QANA, "protocol", "lesion", *data, *default),
            Duration.MINUTES,
            sources=(HAM10000,),
            after=(f"gate-{DEFAULT_MODEL}",),
        ),
        protocol(
            "clinical",
            "scores on phone photos, as deployed and fine-tuned",
            ("models/protocols/clinical.json",),
            (DEFAULT_MODEL,),
            (*QANA, "protocol", "clinical", "--data", f"{{{PAD_UFES}}}", *default),
            Duration.HOURS,
            sources=(PAD_UFES,),
            after=(f"gate-{DEFAULT_MODEL}",),
        ),
        *map(_make_sources_step, (DEFAULT_MODEL, AKIDA1)),
        MeasurementStep(
            "learning",
            "learning on the device",
            ("models/protocols/learning.json",),
            (AKIDA1,),
            (*QANA, "protocol", "learning", *data, *phone, *first),
            Duration.MINUTES,
            explain_outdated_learning,
            sources=(HAM10000, PAD_UFES),
            after=("edge",),
        ),
        MeasurementStep(
            "paper",
            "the protocol of the paper, with networks of its own",
            ("models/protocols/paper.json",),
            (),
            (*QANA, "protocol", "paper", *data),
            Duration.HOURS,
            explain_outdated_paper,
            sources=(HAM10000,),
        ),
        protocol(
            "paper-clinical",
            "the protocol of the paper on clinical photos, with networks of its own",
            ("models/protocols/paper-clinical.json",),
            (),
            (*QANA, "protocol", "paper-clinical", "--data", "{data}"),
            Duration.HOURS,
            sources=(MILK10K, PAD_UFES),
        ),
        protocol(
            "explanations",
            "faithfulness of the explanations",
            ("models/explanations.json",),
            (DEFAULT_MODEL,),
            (*QANA, "explain", "--data", "{data}", *default, "--photos", str(EXPLAINED_LESIONS)),
            Duration.HOURS,
            sources=(HAM10000, MILK10K, PAD_UFES),
        ),
    )


def _make_sources_step(name: str) -> MeasurementStep:
    suffix = "" if name == DEFAULT_MODEL else f"-{name}"
    return MeasurementStep(
        f"sources{suffix}",
        f"scores of {name} on all sources of photos",
        (f"models/protocols/sources{suffix}.json",),
        (name,),
        (*QANA, "protocol", "sources", "--data", "{data}", "--model", name),
        Duration.HOURS,
        explain_outdated_reports,
        sources=SOURCES,
        after=(f"gate-{name}",),
    )
