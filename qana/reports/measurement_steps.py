"""Lists the steps of `python -m qana measure` in their order."""

from functools import partial

from qana.inference.manifest import DEFAULT_MODEL, LARGE_MODEL, read_manifest
from qana.reports.measurement_step import Duration, MeasurementStep, Need
from qana.reports.outdated_files import (
    explain_outdated_cards,
    explain_outdated_pictures,
    explain_outdated_readme,
    explain_outdated_reports,
    explain_outdated_scale,
    explain_outdated_signature,
)
from qana.reports.protocol_steps import (
    list_protocol_steps,
    make_concepts_step,
    make_gate_step,
    make_same_lesion_step,
    make_similar_step,
)
from qana.reports.walkthrough_steps import list_walkthrough_steps

FUZZED_INPUTS = 20_000
SCREENS = ("booth", "compare", "convert", "explain", "facts", "learn", "scan")


def list_steps() -> tuple[MeasurementStep, ...]:
    """Lists the steps. Each comes after the steps that it takes results from.

    `qana train` fits the temperature and the operating point and measures the test lesions, so no
    step repeats these.

    Raises:
        ModelError: the manifest is missing or damaged.
    """
    names = tuple(entry.name for entry in read_manifest())
    return (
        *map(make_gate_step, names),
        *(make_similar_step(name) for name in names if name != LARGE_MODEL),
        *(make_concepts_step(name) for name in names if name != LARGE_MODEL),
        *list_protocol_steps(),
        *map(make_same_lesion_step, names),
        *_list_robustness_steps(names),
        *_list_document_steps(names),
    )


def _list_robustness_steps(names: tuple[str, ...]) -> tuple[MeasurementStep, ...]:
    step = partial(MeasurementStep, explain_outdated=explain_outdated_reports)
    run, default, minutes = ("python", "-m"), (DEFAULT_MODEL,), Duration.MINUTES
    gates = tuple(f"gate-{name}" for name in names)
    fuzz = ("tools.fuzz", "--inputs", str(FUZZED_INPUTS), "--seed", "1")
    return (
        step(
            "light",
            "size and memory of the light installation",
            ("models/light.json",),
            names,
            ("python3.11", "tools/light_install.py"),
            minutes,
        ),
        step(
            "soak",
            "the app under load, and its memory",
            ("models/hardening/soak.json",),
            default,
            (*run, "tools.soak"),
            minutes,
            after=(f"gate-{DEFAULT_MODEL}",),
        ),
        *list_walkthrough_steps(),
        step(
            "faults",
            "the app with faults",
            ("models/hardening/faults.json",),
            names,
            (*run, "tools.soak.faults"),
            minutes,
            after=gates,
        ),
        step(
            "booth",
            "the unattended demonstration",
            ("models/hardening/booth.json",),
            default,
            (*run, "tools.soak.booth"),
            minutes,
            needs=(Need.CHROMIUM,),
            after=(f"gate-{DEFAULT_MODEL}",),
        ),
        step(
            "fuzz",
            "mutated input",
            ("models/hardening/fuzz.json",),
            names,
            (*run, *fuzz),
            minutes,
        ),
        step(
            "screening",
            "many photos: equal tables, kills, memory and rate",
            ("models/hardening/screening.json",),
            default,
            (*run, "tools.screen_check", "--images", "{ham10000}"),
            Duration.HOURS,
            sources=("ham10000",),
            after=(f"gate-{DEFAULT_MODEL}",),
        ),
        step(
            "measuring",
            "Scan beside visitors who measure their browsers",
            ("models/hardening/measuring.json",),
            default,
            (*run, "tools.soak.measuring"),
            minutes,
            needs=(Need.CHROMIUM,),
            after=(f"gate-{DEFAULT_MODEL}",),
        ),
        step(
            "activity",
            "the mean sparsity of each network, for the models of boards",
            ("assets/activity.json",),
            names,
            (*run, "qana.bench.activity"),
            Duration.SECONDS,
        ),
        step(
            "nvidia",
            "latency and energy on an NVIDIA GPU, the reference of the page Compare",
            ("assets/results/nvidia.json",),
            default,
            (*run, "qana.bench.reference_result"),
            minutes,
            needs=(Need.NVIDIA,),
        ),
    )


def _list_document_steps(names: tuple[str, ...]) -> tuple[MeasurementStep, ...]:
    run = ("python", "-m")
    return (
        MeasurementStep(
            "cards",
            "the model cards",
            tuple(f"models/{name}.md" for name in names),
            names,
            (*run, "qana.reports.model_cards"),
            Duration.SECONDS,
            explain_outdated_cards,
        ),
        MeasurementStep(
            "readme",
            "the model table of README.md, docs/results.md and docs/model-card.md",
            ("README.md", "docs/results.md", "docs/model-card.md"),
            names,
            (*run, "qana.reports.readme"),
            Duration.SECONDS,
            explain_outdated_readme,
        ),
        MeasurementStep(
            "scale",
            "docs/scale.md, what many photos take",
            ("docs/scale.md",),
            (),
            (*run, "qana.reports.scale"),
            Duration.SECONDS,
            explain_outdated_scale,
            after=("screening",),
        ),
        MeasurementStep(
            "screens",
            "the screenshots of README.md",
            tuple(f"assets/screens/{name}.webp" for name in SCREENS),
            names,
            (*run, "tools.screens"),
            Duration.MINUTES,
            explain_outdated_pictures,
            needs=(Need.CHROMIUM,),
            after=("cards", "readme"),
        ),
        MeasurementStep(
            "sign",
            "the signature of the models folder, with a new key",
            ("models/model.sig", "assets/models_key.pem"),
            names,
            (*run, "qana", "sign"),
            Duration.SECONDS,
            explain_outdated_signature,
            needs=(Need.SIGNING,),
        ),
    )
