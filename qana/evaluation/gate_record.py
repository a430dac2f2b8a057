"""The parts of a model's manifest record on its gate and on abstention, as typed data."""

from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from qana.inference.manifest import DERMOSCOPIC_ONLY

COMPARED_SOURCE = "ham10000"
"""Source of the photos on which all models are compared, whatever they are trained on."""


class PassRate(msgspec.Struct, frozen=True, omit_defaults=True, rename={"passed": "pass"}):
    """How many photos of lesions pass the gate.

    Attributes:
        n: photos.
        passed: share that passes, 0 to 1.
        per_class: the same share by label.
    """

    n: int
    passed: float
    per_class: dict[str, float | None] | None = None


class SourcePassRate(msgspec.Struct, frozen=True, rename={"passed": "pass"}):
    """How many photos of one source and image type pass the gate.

    Attributes:
        source: name of the data set, one of `qana.data.sources.SOURCES`.
        image_type: one of `qana.data.photo.IMAGE_TYPES`.
        n: photos.
        passed: share that passes, 0 to 1.
    """

    source: str
    image_type: str
    n: int
    passed: float


@dataclass(frozen=True)
class RejectionRate:
    """How many images of one family the gate rejects.

    Attributes:
        n: images.
        share: share that the gate rejects, 0 to 1.
    """

    n: int
    share: float


@dataclass(frozen=True)
class PhotographRates:
    """How many photographs without a lesion the gate rejects. Each one counts as five squares.

    Attributes:
        fitted_kinds: kinds of photographs in the fit.
        unseen_kinds: kinds that were kept out of the fit.
        test: rate by kind, for other photographs of kinds and packages in the fit.
        left_out_packages: rate by package, for packages without a photograph in the fit.
        unseen: rate by kind, for the unseen kinds.
        table_sha256: SHA-256 of the table that names the photographs.
        in_lit_fields: rate of all photographs that are not in the fit, cut to a lit circle. None
            in the record of a gate with one threshold.
    """

    fitted_kinds: tuple[str, ...]
    unseen_kinds: tuple[str, ...]
    test: dict[str, RejectionRate]
    left_out_packages: dict[str, RejectionRate]
    unseen: dict[str, RejectionRate]
    table_sha256: str
    in_lit_fields: RejectionRate | None = None


class Gate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The not-a-lesion gate and its test results.

    Attributes:
        file: its weights in the models folder.
        method: in words.
        threshold: scores of at least this pass.
        field_threshold: scores of at least this pass in the lit field of a dermatoscope. None in
            the record of a gate with one threshold.
        chosen_pass: share of the validation lesions that should pass, 0 to 1.
        lit_fields: pass rate by subset of HAM10000's photos that are cut to a lit circle.
        lesions: pass rate by subset, on the photos of HAM10000.
        turned_away: rejection rate by family of out-of-distribution images.
        command: the command that fitted it.
        phone: pass rate of phone photos of lesions, where they were at hand and not in the fit.
        weights: name of the model to the SHA-256 of the .fbz file that the gate was fitted to.
        sha256: of the file.
        image_types: image types of the lesions in the fit.
        sources: pass rates by subset, one for each source and image type. None in the record of a
            gate that was fitted before there were several sources.
        photographs: rejection rates of photographs that come inside packages, where the gate was
            fitted to some of them.
    """

    file: str
    method: str
    threshold: float
    chosen_pass: float
    lesions: dict[str, PassRate]
    turned_away: dict[str, RejectionRate]
    command: str
    phone: PassRate | None = None
    weights: dict[str, str] | None = None
    sha256: str
    image_types: tuple[str, ...] = DERMOSCOPIC_ONLY
    sources: dict[str, list[SourcePassRate]] | None = None
    photographs: PhotographRates | None = None
    field_threshold: float | None = None
    lit_fields: dict[str, PassRate] | None = None

    def compute_pass_rate(self, subset: str, image_types: Collection[str]) -> PassRate | None:
        """Computes the pass rate over the photos of some image types, of all sources.

        Args:
            subset: "validation" or "lesion-test".
            image_types: some of `qana.data.photo.IMAGE_TYPES`.

        Returns:
            The rate; None if the record has no such photos.
        """
        rows = [
            row for row in (self.sources or {}).get(subset, []) if row.image_type in image_types
        ]
        count = sum(row.n for row in rows)
        passed = sum(row.n * row.passed for row in rows)
        return PassRate(count, passed / count) if count else None


@dataclass(frozen=True)
class MeasuredCoverage:
    """Coverage and risk at the threshold, and the risk-coverage curve of a subset.

    Attributes:
        coverage: share of the photos that get an answer, 0 to 1.
        risk: share of wrong answers among them, 0 to 1; None where no photo gets one.
        points: (coverage, risk), 0 to 1.
        aurc: mean risk over all coverages.
        aurc_random: the error rate.
    """

    coverage: float
    risk: float | None
    points: list[tuple[float, float]]
    aurc: float
    aurc_random: float


@dataclass(frozen=True)
class Abstention:
    """When a model abstains.

    Attributes:
        threshold: top probability below which it abstains, 0 to 1.
        coverage: share of the validation photos that should get an answer.
        risk_coverage: measurements by subset, on the photos of HAM10000.
        command: the command that chose the threshold.
        sources: data sets with the validation photos that set the threshold. They count alike.
    """

    threshold: float
    coverage: float
    risk_coverage: dict[str, MeasuredCoverage]
    command: str
    sources: tuple[str, ...] = (COMPARED_SOURCE,)
