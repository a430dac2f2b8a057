"""The vendor's melanoma network beside ours: published, with what its accuracy is worth."""

import pytest

from qana.evaluation.scores import ClassScores
from qana.inference.manifest import find_entry
from qana.protocols.protocol_reports import read_reports
from qana.reports.vendor_melanoma import (
    SOURCE,
    VENDOR,
    compute_one_against_rest_accuracy,
    describe_base_rate,
    make_melanoma_table,
)


def test_the_accuracy_of_one_class_against_the_rest() -> None:
    # 8 of 10 are found, and 2 of 90 others are called: 2 + 2 of 100 are wrong.
    scores = ClassScores(n=10, precision=0.8, recall=0.8, f1=0.8)
    assert compute_one_against_rest_accuracy(scores, 100) == pytest.approx(0.96)
    never = ClassScores(n=10, precision=None, recall=0.0, f1=None)
    assert compute_one_against_rest_accuracy(never, 100) is None


def test_the_base_rate_is_beside_the_published_accuracy() -> None:
    words = describe_base_rate()
    assert words.startswith("98.2% of SIIM-ISIC's training photos are not melanoma (584 of 33,126")
    assert "measured" not in words + SOURCE + "".join(VENDOR.values())


def test_both_networks_have_the_same_columns() -> None:
    entry = find_entry("akida2")
    report = read_reports().select_model(entry.sha256).lesion
    if report is None:
        pytest.skip("there is no lesion report on the deployed model")
    vendor, ours = make_melanoma_table(entry, report)
    assert vendor is VENDOR and list(ours) == list(vendor)
    assert ours["Parameters"] == f"{entry.parameters:,}"
    assert report.roc["mel"] is not None and f"{report.roc['mel'].auc:.2f}" in ours["AUC"]
