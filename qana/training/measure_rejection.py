"""Measures how many pictures without a lesion a gate rejects."""

from collections.abc import Mapping, Sequence

import numpy as np

from qana.data.outlier_photos import (
    TABLE,
    OutlierPhoto,
    Role,
    group_by_kind,
    group_by_package,
    select_role,
)
from qana.evaluation.gate_record import PhotographRates, RejectionRate
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.gate import Gate
from qana.inference.model_store import hash_file
from qana.training.gate_views import cut_to_circles
from qana.training.outlier_squares import crop_inputs, load_outlier_squares


def measure_rejection(
    classifier: AkidaClassifier, gate: Gate, inputs: np.ndarray, in_lit_field: np.ndarray
) -> RejectionRate:
    """Measures the share of pictures that a gate rejects.

    Args:
        classifier: computes the activations. Its own gate is not used.
        gate: the gate.
        inputs: (N, S, S, 3) uint8 RGB, N >= 1, pictures as the network reads them.
        in_lit_field: (N,) bool, which of them were cut from a lit field.

    Returns:
        The number of pictures and the share.
    """
    passes = gate.passes(classifier.features(inputs), in_lit_field)
    return RejectionRate(len(passes), float((~passes).mean()))


def measure_photographs(
    classifier: AkidaClassifier, gate: Gate, photographs: Sequence[OutlierPhoto]
) -> PhotographRates:
    """Measures the photographs that are not in the fit, by kind and by package.

    Args:
        classifier: computes the activations. Its own gate is not used.
        gate: the gate, fitted to the photographs of `Role.FIT`.
        photographs: photographs of all roles.

    Returns:
        The rejection rates.

    Raises:
        ImageError: a photograph cannot be read.
    """

    def measure(groups: Mapping[str, Sequence[OutlierPhoto]]) -> dict[str, RejectionRate]:
        return {
            name: measure_rejection(
                classifier, gate, *load_outlier_squares(photos, classifier.input_size)
            )
            for name, photos in groups.items()
        }

    by_role = {role: select_role(photographs, role) for role in Role}
    unseen = group_by_kind(by_role[Role.UNSEEN])
    return PhotographRates(
        fitted_kinds=tuple(group_by_kind(by_role[Role.FIT])),
        unseen_kinds=tuple(unseen),
        test=measure(group_by_kind(by_role[Role.TEST])),
        left_out_packages=measure(group_by_package(by_role[Role.LEFT_OUT])),
        unseen=measure(unseen),
        table_sha256=hash_file(TABLE),
        in_lit_fields=_measure_in_fields(classifier, gate, photographs),
    )


def _measure_in_fields(
    classifier: AkidaClassifier, gate: Gate, photographs: Sequence[OutlierPhoto]
) -> RejectionRate | None:
    """Measures the photographs that are not in the fit, cut to lit circles."""
    others = [photo for photo in photographs if photo.role is not Role.FIT]
    if not others:
        return None
    circles = cut_to_circles(read_image(photo.path) for photo in others)
    return measure_rejection(classifier, gate, *crop_inputs(circles, classifier.input_size))
