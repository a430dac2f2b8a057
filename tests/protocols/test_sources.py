"""The sources protocol on a handful of real photos that stand for all sources."""

import argparse
from collections import Counter
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from qana.classes import LABELS
from qana.cli import protocol as command
from qana.cli.main import main
from qana.data.lesion_extent import estimate_lesion_extent
from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE, Photo
from qana.errors import UserError
from qana.evaluation.report_files import read_report, to_document
from qana.imaging import read_image
from qana.inference.classifier import AkidaClassifier
from qana.inference.manifest import find_models_folder
from qana.protocols import sources
from qana.protocols.event_places import measure_plain_skin
from qana.protocols.left_out_source import evaluate_left_out
from qana.protocols.phone_conditions import CONDITIONS
from qana.protocols.sources_report import LeftOutSource, SourcesReport
from tests.doubles.source_photos import KINDS, photos

__all__ = ["photos"]
OLD = LeftOutSource("pad_ufes_20", "old.fbz", "0" * 64, [])


@pytest.fixture(scope="module")
def report(photos: list[Photo]) -> SourcesReport:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "read_sources", lambda _root: photos)
        patch.setattr(sources, "split_sources", lambda found: {"validation": found})
        return sources.run(
            Path("data"), "akida2", lambda _line: None, subset="validation", left_out=[OLD]
        )


def test_the_report_is_whole_and_plain_json(report, classifier: AkidaClassifier) -> None:
    assert msgspec.convert(to_document(report), SourcesReport) == report
    assert (report.protocol, report.subset) == ("sources", "validation")
    assert report.command.endswith("--model akida2 --subset validation")
    assert report.sha256 == classifier.entry.sha256
    assert [(row.source, row.image_type) for row in report.sources] == list(KINDS)


def test_a_source_holds_what_the_classifier_answers(report, photos, classifier) -> None:
    own = [photo for photo in photos if photo.image_type == CLOSE_UP]
    answers = [classifier.classify(read_image(photo.path)) for photo in own]
    (row,) = (row for row in report.sources if row.image_type == CLOSE_UP)
    right = [
        LABELS[answer.logits.argmax()] == photo.label
        for photo, answer in zip(own, answers, strict=True)
        if photo.label
    ]
    assert (row.scores.photos, row.scores.out_of_scope, row.scores.accuracy.photos) == (7, 1, 6)
    assert row.scores.accuracy.value == np.mean(right)
    assert row.gate_pass.value == np.mean([not answer.out_of_distribution for answer in answers])
    assert row.events.value == np.median([answer.events for answer in answers])
    assert row.gate_pass.photos == row.events.photos == 7, "other diagnoses are lesions, too"


def test_intervals_are_over_lesions_and_patients(report) -> None:
    lesions = {row.source: row.scores.lesions for row in report.sources}
    assert lesions == {"ham10000": 7, "milk10k": 7, "pad_ufes_20": 4}


def test_groups_hold_every_photo_with_a_label(report) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for group in report.groups:
        counts[group.image_type, group.attribute] += group.photos
        assert group.accuracy.photos == group.photos > 0
    close = {attribute: n for (kind, attribute), n in counts.items() if kind == CLOSE_UP}
    assert close == dict.fromkeys(("skin tone", "sex", "age", "site"), 6)
    assert counts[SMARTPHONE, "Fitzpatrick type"] == 7
    tones = [
        g.group for g in report.groups if (g.image_type, g.attribute) == (CLOSE_UP, "skin tone")
    ]
    assert tones == ["0 (very dark)", "1", "2", "4", "5 (very light)"]
    ages = [g.group for g in report.groups if (g.image_type, g.attribute) == (SMARTPHONE, "age")]
    assert ages == ["under 30", "30 to 44", "45 to 59", "60 to 74", "unknown"]


def test_concepts_compare_the_upper_and_the_lower_quarter(report) -> None:
    assert len(report.shortcuts.concepts) == 2 * 3
    found = report.shortcuts.concepts[0]
    assert (found.image_type, found.concept) == (DERMOSCOPIC, "pen")
    assert (found.little_up_to, found.much_from) == (pytest.approx(0.15), pytest.approx(0.45))
    assert (found.little.photos, found.much.photos) == (2, 2)


def test_artefacts_compare_the_same_photos(report) -> None:
    rows = report.shortcuts.artefacts
    assert len(rows) == len(KINDS) * 5
    for row in rows:
        assert row.changed.photos == row.accuracy_before.photos == row.accuracy_after.photos
        lost = abs(row.accuracy_before.value - row.accuracy_after.value)
        assert lost <= row.changed.value + 1e-9
    assert any(row.changed.value > 0 for row in rows), "black corners or hair change an answer"


def test_conditions_compare_the_same_photos(report, photos) -> None:
    assert {row.image_type for row in report.phone.results} == {CLOSE_UP, SMARTPHONE}
    assert {row.condition for row in report.phone.results} == set(CONDITIONS)
    for row in report.phone.results:
        assert row.clean.photos == row.changed.photos == row.sharp.photos > 0
    far = [
        row.clean.photos
        for row in report.phone.results
        if (row.image_type, row.condition) == (SMARTPHONE, "far away")
    ]
    phone = [photo for photo in photos if photo.image_type == SMARTPHONE]
    extents = np.array([estimate_lesion_extent(read_image(photo.path)) for photo in phone])
    assert far == [sum((extents >= share) & (extents <= 0.9)) for share in (0.6, 0.4, 0.2)]
    assert far[0] < far[-1], "the smaller the lesion is to be, the more photos there are"
    blurred = [
        row.sharp.value
        for row in report.phone.results
        if (row.image_type, row.condition) == (SMARTPHONE, "out of focus")
    ]
    assert blurred[0] > blurred[-1]
    assert report.phone.extent_check.photos == 7
    assert [limit.condition for limit in report.phone.limits] == list(CONDITIONS)


def test_events_inside_and_outside_agree_with_the_counts(report, photos, classifier) -> None:
    found = report.events
    assert found.inside.photos == 7
    assert all(0 < layer.inside.value <= 1 for layer in found.layers)
    sizes = [layer.size for layer in found.layers]
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] == 8
    masked = [photo for photo in photos if photo.mask]
    shares = []
    for photo in masked:
        prediction = classifier.classify(read_image(photo.path))
        layer = next(one for one in prediction.layers if one.name == found.layers[0].layer)
        shares.append(1 - layer.sparsity)
    low, high = sorted((found.layers[0].inside.value, found.layers[0].outside.value))
    assert low <= np.mean(shares) <= high


def test_plain_skin_is_a_corner_of_56_pixels(report, photos, classifier) -> None:
    skin = report.events.plain_skin
    assert (skin.photos, skin.ratio) == (7, skin.skin / skin.whole)
    one = photos[0]
    corner = read_image(one.path)[:56, :56]
    assert measure_plain_skin(classifier, [one]).skin == classifier.classify(corner).events
    covered = replace(one, mask=None)
    assert measure_plain_skin(classifier, [p for p in [covered] if p.mask]) is None


def test_a_network_that_never_saw_a_source_is_scored_on_it(report, photos, monkeypatch) -> None:
    assert report.left_out == [OLD], "a new run keeps what others measured"
    monkeypatch.setattr(sources, "read_sources", lambda _root: photos)
    monkeypatch.setattr(sources, "split_sources", lambda found: {"validation": found})
    before = replace(report, left_out=[OLD, replace(OLD, source="milk10k")])
    network = {"milk10k": find_models_folder() / "akida2.fbz"}
    changed = sources.add_left_out(before, Path("data"), network, lambda _line: None)
    assert replace(changed, left_out=[OLD]) == report, "the rest stays as it is"
    old, new = changed.left_out
    assert old == OLD, "a source without a new network keeps its result"
    assert (new.source, new.file, len(new.sha256)) == ("milk10k", "akida2.fbz", 64)
    same = {row.image_type: row.scores for row in report.sources if row.source == "milk10k"}
    for row in new.rows:
        assert row.scores.accuracy.value == same[row.image_type].accuracy.value
    with pytest.raises(UserError, match="There is no source 'ham'"):
        evaluate_left_out("ham", Path("a.fbz"), photos)
    with pytest.raises(UserError, match=r"There is no network .*a\.fbz"):
        evaluate_left_out("milk10k", Path("a.fbz"), photos)
    with pytest.raises(UserError, match="no photo of bcn20000"):
        evaluate_left_out("bcn20000", Path("a.fbz"), photos)


def test_the_command_writes_the_report(report, monkeypatch, tmp_path: Path) -> None:
    calls = []

    def run(data, model, _progress, **options):
        calls.append((data, model, options))
        return report

    def add_left_out(earlier, data, networks, _progress):
        calls.append((earlier, data, networks))
        return replace(earlier, left_out=[])

    monkeypatch.setattr(sources, "run", run)
    monkeypatch.setattr(sources, "add_left_out", add_left_out)
    monkeypatch.setenv("QANA_MODELS", str(tmp_path))
    words = ["protocol", "sources", "--data", "DIR", "--subset", "validation"]
    network = ["--left-out", "milk10k=runs/a.h5"]
    assert main([*words, *network]) == 2, "there is no report to add to"
    assert main(words) == 0
    path = tmp_path / "protocols" / "sources-validation.json"
    assert read_report(path, SourcesReport) == report
    assert main(words) == 0
    assert [options["left_out"] for _data, _model, options in calls] == [(), [OLD]]
    assert main([*words, *network]) == 0
    assert calls[-1] == (report, Path("DIR"), {"milk10k": Path("runs/a.h5")})
    assert read_report(path, SourcesReport).left_out == []
    with pytest.raises(argparse.ArgumentTypeError, match="give SOURCE=FILE"):
        command.parse_left_out("milk10k")
