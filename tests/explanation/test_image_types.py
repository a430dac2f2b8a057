"""The Akida map by image type: empty maps, curves without masks, and ROAD of grad-cam."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("pytorch_grad_cam")

from qana.data.photo import Photo
from qana.data.samples import Sample, load_phone_samples
from qana.evaluation.report_files import read_report, write_report
from qana.explanation import measure_image_types as measuring
from qana.explanation import road
from qana.explanation.measure_image_types import METHODS, measure_image_types
from qana.explanation.road import score_road
from qana.inference.classifier import AkidaClassifier
from qana.reports.explanation_report import ImageTypeScores, MeanAndInterval
from ui.explain.faithfulness import make_image_type_rows

SIDE = 32
SPOT = np.s_[4:12, 20:28]


def make_photo(sample: Sample) -> Photo:
    base = Photo(
        sample.image_id, sample.lesion_id, sample.label, "", None, "unknown", "", sample.path, None
    )
    return replace(base, source=sample.source, image_type=sample.image_type)


def brightness(pictures: np.ndarray) -> np.ndarray:
    """A network whose probability is the brightness of the spot."""
    return pictures[(slice(None), *SPOT)].mean(axis=(1, 2, 3)) / 255


def test_road_prefers_the_map_of_the_used_place() -> None:
    photo = np.zeros((SIDE, SIDE, 3), np.uint8)
    photo[SPOT] = 255
    ranks = np.linspace(0.2, 0, SIDE * SIDE).reshape(SIDE, SIDE)
    right = ranks.copy()
    right[SPOT] += 0.8
    maps = {"right": right, "wrong": 1 - right}
    found = score_road(brightness, photo, maps, seed=1)
    assert found["right"] > 0.2
    assert found["wrong"] < -0.2
    assert found == score_road(brightness, photo, maps, seed=1)


def test_each_image_type_has_a_record(
    samples: tuple[Sample, ...],
    classifier: AkidaClassifier,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(measuring, "ROAD_PHOTOS", 1)
    monkeypatch.setattr(road, "PERCENTILES", [50])
    photos = [make_photo(one) for one in (*samples[:4], *load_phone_samples()[:2])]
    rows = measure_image_types(classifier, photos, 2, lambda _text: None)
    assert [row["source"] for row in rows] == ["ham10000", "pad_ufes_20"]
    for row in rows:
        assert row["photos"] == 2
        if row["empty"]["mean"] == 1:
            continue
        assert set(row["methods"]) == set(METHODS) == set(row["road"])
        assert row["road_photos"] == 1
        gap = row["methods"]["Centre blob"]["deletion"]["mean"]
        gap -= row["methods"]["Akida map"]["deletion"]["mean"]
        assert row["deletion_gain"]["mean"] == pytest.approx(gap)
    write_report(tmp_path / "row.json", rows[0])
    stored = read_report(tmp_path / "row.json", ImageTypeScores)
    (words,) = make_image_type_rows([stored])
    assert words["Test photos"] == "HAM10000, dermoscopic (2)"
    assert words["Empty"] == f"{stored.empty.mean:.0%}"


def test_photos_without_a_map_have_no_scores(
    samples: tuple[Sample, ...], classifier: AkidaClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "is_empty_map", lambda values: True)
    photos = [make_photo(one) for one in samples[:2]]
    (row,) = measure_image_types(classifier, photos, 0, lambda _text: None)
    assert row["empty"]["mean"] == 1
    assert row["road"] is None and row["methods"] == {} and row["road_photos"] == 0
    empty = MeanAndInterval(1.0, (0.8, 1.0))
    (words,) = make_image_type_rows([ImageTypeScores("milk10k", "close-up", 9, empty, {}, 0)])
    assert words["ROAD"] == words["Deletion"] == "no map"
