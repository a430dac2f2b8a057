"""Says which figures and commands of docs/results.md belong to earlier weights or recipes.

`qana.reports.outdated_files` decides the same for the steps of `qana measure`. It writes
docs/results.md to compare it, so that document cannot ask it.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from qana.inference.manifest import DEFAULT_MODEL, ModelEntry, read_manifest
from qana.protocols.same_lesion_report import SameLesionReport, SameLesionScores
from qana.reports.hardening_report import HardeningReports
from qana.reports.light_report import LightReport
from qana.reports.recorded_weights import Weights, find_present_weights
from qana.training.named_recipes import RECIPES


def describe_earlier_figures(
    hardening: HardeningReports, light: LightReport | None, same_lesion: SameLesionReport | None
) -> dict[str, Any]:
    """Makes the variables of the template that say which figures belong to earlier weights.

    Args:
        hardening: the reports on robustness.
        light: the report on the light installation, if there is one.
        same_lesion: the report on seen lesions, if there is one.
    """
    seen = same_lesion.models if same_lesion else {}
    return {
        "earlier": find_earlier_reports(hardening, light),
        "seen_models": describe_seen_models(seen) if seen else "",
        "seen_scores": label_seen_scores(seen),
    }


def find_earlier_reports(hardening: HardeningReports, light: LightReport | None) -> set[str]:
    """Finds the reports that were measured with earlier weights.

    Args:
        hardening: the reports on robustness.
        light: the report on the light installation, if there is one.

    Returns:
        Names among "light" and the fields of `hardening`. A missing report is not in it.
    """
    default, every = (DEFAULT_MODEL,), None
    measured = {
        "light": (light, every),
        "soak": (hardening.soak, default),
        "faults": (hardening.faults, every),
        "fuzz": (hardening.fuzz, every),
        "booth": (hardening.booth, default),
        "lesson": (hardening.lesson, default),
        "measuring": (hardening.measuring, default),
    }
    return {
        name
        for name, (report, models) in measured.items()
        if report is not None and is_earlier(report.weights, models)
    }


def is_earlier(weights: Weights | None, models: Collection[str] | None = None) -> bool:
    """Returns whether something was measured with other weights than the present ones.

    Args:
        weights: the networks that its report names. A report that names none is an earlier one.
        models: names of the deployed models that count; None for all.

    Raises:
        ModelError: the manifest is missing or damaged.
    """
    named = weights or {}
    return any(named.get(name) != sha256 for name, sha256 in find_present_weights(models).items())


def label_seen_scores(models: Mapping[str, SameLesionScores]) -> dict[str, SameLesionScores]:
    """Labels the scores of each model: its name, and whether they are those of earlier weights."""
    earlier = _find_earlier_models(models)
    return {
        f"{name}, earlier weights" if name in earlier else name: scores
        for name, scores in models.items()
    }


def describe_seen_models(models: Mapping[str, SameLesionScores]) -> str:
    """Writes in one sentence which networks were trained with photos of seen lesions.

    Args:
        models: name of each model to its scores with and without these lesions.
    """
    earlier = _find_earlier_models(models)
    present = [name for name in models if name not in earlier]
    if not earlier:
        return f"{join_names(present)} {_conjugate(present)} trained before that."
    if not present:
        return f"Earlier weights of {join_names(earlier)} were trained before that."
    return (
        f"{join_names(present)} {_conjugate(present)} trained before that, and so were earlier "
        f"weights of {join_names(earlier)}."
    )


def explain_changed_recipe(entry: ModelEntry) -> str:
    """Writes that the training command of a model trains another network today.

    Args:
        entry: the model.

    Returns:
        Two sentences, or "" where the recipe has not changed since.
    """
    recorded, recipe = entry.record["recipe"], RECIPES.get(entry.name)
    if recipe is not None and recipe.digest() == recorded:
        return ""
    return (
        f"{entry.name} was trained by an earlier form of this recipe (hash `{recorded}`, in the "
        "Git history). Today, the command trains another network."
    )


def join_names(names: Sequence[str]) -> str:
    """Joins names for a sentence, such as "a, b and c"."""
    *first, last = names
    return " and ".join([", ".join(first), last] if first else [last])


def _find_earlier_models(models: Mapping[str, SameLesionScores]) -> list[str]:
    present = {entry.name: entry.sha256 for entry in read_manifest()}
    return [name for name, scores in models.items() if scores.sha256 != present.get(name)]


def _conjugate(names: Sequence[str]) -> str:
    return "was" if len(names) == 1 else "were"
