"""Each deployed model has a card that agrees with the manifest."""

import tomllib
from pathlib import Path

import pytest

from qana.errors import KERAS_PACKAGES, UserError, explain_missing_package
from qana.inference.manifest import read_manifest
from qana.protocols.protocol_reports import read_sources_report
from qana.reports.model_cards import get_card_path, make_card
from qana.reports.source_facts import describe_dark_skin, describe_phone_photos


def test_the_cards_are_up_to_date() -> None:
    for entry in read_manifest():
        written = get_card_path(entry).read_text(encoding="utf-8")
        assert written == make_card(entry), "run `python -m qana.reports.model_cards`"


def test_a_card_names_the_file_and_its_limits() -> None:
    for entry in read_manifest():
        text = make_card(entry)
        assert entry.sha256 in text
        assert f"{entry.metrics['lesion-test']['accuracy']:.3f}" in text
        assert "Not a medical device" in text
        assert "CC BY-NC 4.0" in text
        sources = read_sources_report(entry)
        flat = " ".join(text.split())
        assert describe_dark_skin(sources) in flat
        assert describe_phone_photos(sources) in flat
        assert (sources is not None) == ("qana protocol sources" in flat)
        assert "{{" not in text and "None" not in text


def test_a_card_and_the_error_say_how_the_keras_files_are_loaded() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    full = " ".join(project["project"]["optional-dependencies"]["full"])
    for package in KERAS_PACKAGES.split():
        assert package in full
    for entry in read_manifest():
        flat = " ".join(make_card(entry).split())
        for form in entry.record["keras"].values():
            assert f"`{form['file']}`" in flat
        assert f"`quantizeml.load_model` after `pip install {KERAS_PACKAGES}`" in flat
        assert f"qana export --model {entry.name} --format onnx" in flat
    with (
        pytest.raises(UserError, match=r"quantizeml\.load_model") as caught,
        explain_missing_package(),
    ):
        raise ModuleNotFoundError("No module named 'quantizeml'", name="quantizeml")
    assert KERAS_PACKAGES in str(caught.value)
