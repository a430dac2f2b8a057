"""Texts about a model name the data sets and the kinds of photos that it has learned from."""

from dataclasses import replace

import pytest

from qana.data.sources import SOURCES
from qana.inference.manifest import ModelEntry, find_entry
from qana.reports.model_cards import make_card
from qana.reports.training_data import (
    IMAGE_TYPES_OF,
    describe_read_photo,
    describe_sources,
    describe_training_data,
)


def make_entry(*sources: str) -> ModelEntry:
    entry = find_entry("akida2")
    record = {key: value for key, value in entry.record.items() if key != "sources"}
    return replace(entry, record=record | ({"sources": list(sources)} if sources else {}))


def test_a_model_without_a_record_of_sources_learned_from_ham10000() -> None:
    entry = make_entry()
    assert describe_sources(entry) == "HAM10000"
    assert describe_training_data(entry) == "photos taken through a dermatoscope (HAM10000)"
    assert describe_read_photo(entry) == "a dermatoscopic photo"
    assert "Do not use it on photos that were taken without" in " ".join(make_card(entry).split())


def test_a_model_of_all_sources_names_each_with_its_kind_of_photos() -> None:
    entry = make_entry(*SOURCES)
    assert set(IMAGE_TYPES_OF) == set(SOURCES)
    assert describe_sources(entry) == "HAM10000, MILK10k, BCN20000, ISIC 2017 and PAD-UFES-20"
    assert describe_training_data(entry) == (
        "photos taken through a dermatoscope (HAM10000, MILK10k, BCN20000, ISIC 2017), as "
        "close-ups with a camera (MILK10k) and with smartphones (PAD-UFES-20)"
    )
    card = " ".join(make_card(entry).split())
    assert describe_training_data(entry) in card
    assert "It reads a dermatoscopic, close-up or smartphone photo with one lesion" in card
    assert "taken without a dermatoscope" not in card.partition("## Results")[0]


@pytest.mark.parametrize("source", SOURCES)
def test_one_source_alone_is_a_whole_sentence_part(source: str) -> None:
    assert describe_training_data(make_entry(source)).count("(") >= 1
