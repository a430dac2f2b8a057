"""Photographs without a lesion join the fit of the gate by kind, and others are measured."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from qana.data.outlier_photos import TABLE, Archive, OutlierPhoto, Role, group_by_kind
from qana.data.samples import Sample
from qana.evaluation.gate_record import PhotographRates
from qana.evaluation.model_record import read_record
from qana.evaluation.out_of_distribution import draw_images
from qana.inference.classifier import load_classifier
from qana.inference.gate import Gate
from qana.inference.manifest import find_entry, find_models_folder
from qana.inference.model_store import hash_file
from qana.reports.model_cards import make_card
from qana.reports.model_facts import make_rejection_table
from qana.training.fit_not_a_lesion_gate import Lesions, fit_gate_from_photos
from qana.training.outlier_squares import load_outlier_squares
from tests.doubles.gate_doubles import make_sample_photos

ROLES = {
    ("bricks", "walls"): Role.FIT,
    ("bricks", "waves"): Role.FIT,
    ("bricks", "cells"): Role.UNSEEN,
    ("stones", "walls"): Role.LEFT_OUT,
    ("stones", "text"): Role.UNSEEN,
}
"""Package and kind of the photographs to their role; one more photograph has `Role.TEST`."""


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> list[OutlierPhoto]:
    """Two pictures of each kind in each package, with another shape than a square."""
    folder = tmp_path_factory.mktemp("photographs")
    found = []
    for (package, kind), role in ROLES.items():
        pictures = draw_images("waves" if kind == "walls" else kind, 3)
        for number, picture in enumerate(pictures):
            path = folder / f"{package}-{kind}-{number}.png"
            Image.fromarray(picture[:200]).save(path)
            archive = Archive("pypi", package, "1.0", f"{package}-1.0.zip", "0" * 64)
            final = Role.TEST if role is Role.FIT and number == 2 else role
            found.append(OutlierPhoto(archive, path.name, kind, "CC0-1.0", final, path))
    return found


def test_each_photograph_gives_five_squares_of_the_input_size(photographs) -> None:
    squares, in_lit_field = load_outlier_squares(photographs[:2], 64)
    assert in_lit_field.shape == (10,)
    assert squares.shape == (10, 64, 64, 3)
    assert squares.dtype == np.uint8
    assert len({square.tobytes() for square in squares}) == 10


def test_each_kind_is_a_family_of_the_fit(photographs, samples, monkeypatch) -> None:
    given: list[dict[str, np.ndarray]] = []

    def keep(
        lesions: Lesions,
        outliers: dict[str, np.ndarray],
        held_out: Lesions,
        in_fields: Lesions | None,
    ) -> Gate:
        given.append(outliers)
        return Gate(np.zeros(1), 0.0, 0.0, 0.0)

    monkeypatch.setattr("qana.training.fit_not_a_lesion_gate.fit_gate", keep)
    photos = make_sample_photos(samples)[:4]
    classifier = load_classifier("akida2")
    held_out = Lesions(photos, np.zeros((4, 1)))
    fit = [photo for photo in photographs if photo.role is Role.FIT]
    for chosen in ([], fit):
        fit_gate_from_photos(classifier, photos, held_out, lambda line: None, chosen)
    without, with_them = given
    assert with_them.keys() - without.keys() == {
        "photographs of walls",
        "photographs of waves",
    }
    for kind, members in group_by_kind(fit).items():
        assert len(with_them[f"photographs of {kind}"]) == (5 + 1) * len(members)
    for name, features in without.items():
        np.testing.assert_array_equal(with_them[name], features)


def test_rates_of_other_photographs_are_recorded_and_stand_in_the_card(
    photographs, samples: tuple[Sample, ...], tmp_path: Path, monkeypatch, met
) -> None:
    from qana.training.record_gate_and_abstention import record_gate_and_abstention

    module = "qana.training.record_gate_and_abstention"
    monkeypatch.setattr(f"{module}.load_test_images", lambda: {"text": met["text"][:3]})
    folder = Path(shutil.copytree(find_models_folder(), tmp_path / "models"))
    monkeypatch.setenv("QANA_MODELS", str(folder))
    photos = make_sample_photos(samples)
    subsets = {"train": photos[:13], "validation": photos[3:20], "test": photos[5:20]}
    record_gate_and_abstention(
        "akida2", folder, subsets, lambda line: None, photographs=photographs
    )
    entry = find_entry("akida2", folder)
    gate = read_record(entry).gate
    assert gate is not None
    assert gate.command.endswith(" --outliers DIR")
    rates = gate.photographs
    assert isinstance(rates, PhotographRates)
    assert rates.fitted_kinds == ("walls", "waves")
    assert rates.unseen_kinds == ("cells", "text")
    assert {name: rate.n for name, rate in rates.test.items()} == {"walls": 5, "waves": 5}
    assert {name: rate.n for name, rate in rates.left_out_packages.items()} == {"stones": 15}
    assert {name: rate.n for name, rate in rates.unseen.items()} == {"cells": 15, "text": 15}
    assert rates.table_sha256 == hash_file(TABLE)
    table = {row["Family"]: row["Number"] for row in make_rejection_table(gate)}
    assert table["walls"] == table["waves"] == 5
    assert table["cells, never in the fit"] == table["text, never in the fit"] == 15
    card = " ".join(make_card(entry).split())
    assert "has never learned from photographs of cells, text." in card
    assert f"{100 * rates.unseen['text'].share:.0f} % of 15 of text" in card
    assert "% of 15 from stones" in card
