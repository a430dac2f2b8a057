"""What the documents say about test lesions that the models have seen."""

import dataclasses
from pathlib import Path

from qana.data.lesion_split import SPLIT_FILE
from qana.inference.manifest import find_entry, read_manifest
from qana.inference.model_store import hash_file
from qana.protocols.protocol_reports import read_reports
from qana.reports.readme import README
from qana.reports.seen_lesions import describe_seen_lesions, has_present_split


def test_sentence_has_the_scores_without_seen_lesions() -> None:
    report = read_reports().same_lesion
    assert report is not None
    for entry in [one for one in read_manifest() if not has_present_split(one)]:
        scores = report.models[entry.name].without_seen
        sentence = describe_seen_lesions(report, entry)
        assert sentence is not None and f"{report.seen_photos} of the 1,986" in sentence
        for estimate in (scores.accuracy, scores.balanced_accuracy, scores.macro_f1):
            assert f"{estimate.value:.3f}" in sentence


def test_a_model_of_the_present_split_was_trained_without_such_photos() -> None:
    entry, report = find_entry("akida2"), read_reports().same_lesion
    split = {"file": SPLIT_FILE.name, "sha256": hash_file(SPLIT_FILE)}
    present = dataclasses.replace(entry, record=entry.record | {"split": split})
    assert has_present_split(present)
    sentence = describe_seen_lesions(report, present)
    assert sentence is not None and sentence.endswith("The model was trained without these.")
    earlier = dataclasses.replace(entry, record=entry.record | {"split": split | {"sha256": "0"}})
    assert not has_present_split(earlier)


def test_there_is_no_sentence_on_other_weights() -> None:
    entry, report = find_entry("akida2"), read_reports().same_lesion
    split = {"file": SPLIT_FILE.name, "sha256": "0" * 64}  # an earlier one
    entry = dataclasses.replace(entry, record=entry.record | {"split": split})
    assert describe_seen_lesions(report, dataclasses.replace(entry, sha256="0" * 64)) is None
    assert describe_seen_lesions(None, entry) is None


def test_readme_has_the_measured_figures() -> None:
    report = read_reports().same_lesion
    assert report is not None
    scores = report.models["akida2"].without_seen
    values = (scores.accuracy, scores.balanced_accuracy, scores.macro_f1)
    text = " ".join(README.read_text(encoding="utf-8").split())
    assert "without 50 photos, {:.3f}, {:.3f} and {:.3f}".format(*(v.value for v in values)) in text
    assert f"{report.seen_photos} of the 1,986 test photos" in text


def test_cards_and_results_name_them() -> None:
    for name in ("models/akida2.md", "models/akd1000.md", "docs/results.md"):
        assert "another lesion_id" in " ".join(
            Path(README.parent, name).read_text(encoding="utf-8").split()
        )
