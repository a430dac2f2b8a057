"""Describes how often similar cases have the recorded diagnosis of a photo."""

from dataclasses import dataclass
from statistics import mean

import msgspec

from qana.errors import UserError
from qana.evaluation.report_files import read_report_if_present
from qana.explanation.reference_cases import MEASURED
from qana.inference.manifest import ModelEntry
from qana.typed_json import convert_record

NEAREST = "5"
"""Number of nearest cases, as in the record of `python -m qana similar`."""
OTHERS = {"float": "of the float network", "imagenet": "of a network that knows ImageNet alone"}
"""Other features that the search was measured with, in words."""


@dataclass(frozen=True)
class SourceShares:
    """The nearest cases of one source of test photos.

    Attributes:
        shares: number of cases to their share with the recorded diagnosis, 0 to 1.
        chance: the share that would be expected by chance, 0 to 1.
    """

    shares: dict[str, float]
    chance: float


@dataclass(frozen=True)
class CaseRecord:
    """What the manifest records of the reference cases.

    Attributes:
        weights: SHA-256 of the .fbz file that was measured.
        command: the command that measured.
        neighbours: one for each source.
    """

    weights: str
    command: str
    neighbours: list[SourceShares]


@dataclass(frozen=True)
class NearOfAnswers:
    """The nearest cases of right or of wrong answers.

    Attributes:
        photos: number of answers.
        recorded_class_among_them: share with the recorded diagnosis among the nearest, 0 to 1.
    """

    photos: int
    recorded_class_among_them: float


@dataclass(frozen=True)
class VoteResult:
    """Whether a vote of the nearest cases adds to the network's answer."""

    adds: bool


@dataclass(frozen=True)
class SearchReport:
    """What `python -m qana similar` measured, models/NAME.cases.json.

    Attributes:
        sha256: of the .fbz file of the model.
        means: kind of features to number of cases to mean share with the diagnosis, 0 to 1.
        wrong_answers: "right" and "wrong" to their nearest cases; None without such answers.
        votes: "accuracy" and "abstention" to what a vote adds.
    """

    sha256: str
    means: dict[str, dict[str, float]]
    wrong_answers: dict[str, NearOfAnswers | None]
    votes: dict[str, VoteResult]


def describe_neighbours(entry: ModelEntry) -> str:
    """Describes the measured search of similar cases of a model.

    Args:
        entry: the model.

    Returns:
        A few sentences, in which all sources of test photos count alike. It is empty if nothing
        was measured for these weights, or if the record of it is damaged.
    """
    try:
        record = convert_record(entry.record.get("cases", {}), CaseRecord)
    except msgspec.ValidationError:
        return ""
    rows = [row for row in record.neighbours if NEAREST in row.shares]
    if not rows or record.weights != entry.sha256:
        return ""
    share = mean(row.shares[NEAREST] for row in rows)
    chance = mean(row.chance for row in rows)
    words = (
        f"Of the {NEAREST} nearest cases of test photos, {share:.0%} have the diagnosis of the "
        f"photo. By chance, it would be {chance:.0%} (`{record.command}`)."
    )
    try:
        report = read_report_if_present(f"{entry.name}{MEASURED}", SearchReport, entry.path.parent)
    except UserError:
        report = None  # a damaged report takes nothing away from the cases
    return words if report is None or report.sha256 != entry.sha256 else words + _compare(report)


def _compare(report: SearchReport) -> str:
    words = "".join(
        f" With the features {name} it would be {report.means[kind][NEAREST]:.0%}."
        for kind, name in OTHERS.items()
        if kind in report.means
    )
    wrong = report.wrong_answers.get("wrong")
    if wrong:
        words += (
            f" Where the answer is wrong, the recorded diagnosis is among the {NEAREST} nearest in "
            f"{wrong.recorded_class_among_them:.0%}."
        )
    added = {"accuracy": "accuracy", "abstention": "knowing when to abstain"}
    helps = [name for key, name in added.items() if key in report.votes and report.votes[key].adds]
    added_to = f"to {' and to '.join(helps)}" if helps else "nothing"
    return f"{words} A vote of the nearest cases adds {added_to}."
