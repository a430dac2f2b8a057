"""Each data set is read from its official and its plain layout."""

from pathlib import Path

import pytest

from qana.data.bcn20000 import read_bcn20000
from qana.data.isic2017 import read_isic2017
from qana.data.milk10k import read_milk10k
from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE
from qana.data.sources import read_source
from tests.doubles.source_folders import (
    write_bcn,
    write_isic,
    write_milk,
    write_official_bcn,
    write_official_isic,
    write_official_milk,
    write_pad,
)


@pytest.mark.parametrize("write", [write_milk, write_official_milk])
def test_milk10k(tmp_path: Path, write) -> None:
    close_up, dermoscopic, carcinoma = read_milk10k(write(tmp_path))
    assert close_up.image_type == CLOSE_UP and dermoscopic.image_type == DERMOSCOPIC
    assert close_up.lesion_id == close_up.group_id == dermoscopic.group_id == "IL_1"
    assert (close_up.label, close_up.diagnosis, close_up.confirmed_by) == ("bcc", "BCC", "histo")
    assert (close_up.age, close_up.sex, close_up.site) == (70, "male", "trunk")
    assert (close_up.skin_tone, carcinoma.skin_tone) == (1, None)
    assert (carcinoma.label, carcinoma.diagnosis, carcinoma.age) == (None, "SCCKA", None)
    assert (carcinoma.sex, carcinoma.site) == ("unknown", "unknown")
    assert close_up.path.name == "ISIC_1.jpg"


def test_the_concepts_of_milk10k(tmp_path: Path) -> None:
    photo = read_milk10k(write_milk(tmp_path / "plain"))[0]
    assert photo.concepts is not None
    assert list(photo.concepts) == [
        "ulceration",
        "hair",
        "vessels",
        "erythema",
        "pigmented",
        "gel",
        "pen",
    ]
    assert photo.concepts["ulceration"] == 0.1 and photo.concepts["pen"] == 0.7
    assert read_milk10k(write_official_milk(tmp_path / "official"))[0].concepts is None


@pytest.mark.parametrize("write", [write_bcn, write_official_bcn])
def test_bcn20000_without_the_other_photos_of_isic_2019(tmp_path: Path, write) -> None:
    keratosis, carcinoma = read_bcn20000(write(tmp_path))
    assert (keratosis.label, keratosis.diagnosis, keratosis.group_id) == ("akiec", "AK", "BCN_1")
    assert (keratosis.age, keratosis.sex, keratosis.site) == (85, "female", "head/neck")
    assert (carcinoma.label, carcinoma.diagnosis) == (None, "SCC")
    assert (carcinoma.age, carcinoma.sex, carcinoma.site) == (None, "unknown", "unknown")


@pytest.mark.parametrize("write", [write_isic, write_official_isic])
def test_isic_2017(tmp_path: Path, write) -> None:
    melanoma, keratosis, nevus = read_isic2017(write(tmp_path))
    assert [photo.label for photo in (melanoma, keratosis, nevus)] == ["mel", "bkl", "nv"]
    assert (melanoma.age, melanoma.sex) == (55, "female")
    assert (keratosis.age, keratosis.sex) == (None, "unknown")
    assert keratosis.group_id == "ISIC_10", "a photo without a lesion_id is its own group"
    assert nevus.path.name == "ISIC_11.jpg"
    assert melanoma.group_id == ("MSK4_1" if write is write_isic else "ISIC_9")


def test_pad_ufes_20_is_grouped_by_patient(tmp_path: Path) -> None:
    (photo,) = read_source("pad_ufes_20", write_pad(tmp_path))
    assert (photo.group_id, photo.image_type) == ("PAT_1", SMARTPHONE)
    assert (photo.age, photo.sex, photo.confirmed_by) == (63, "female", "histo")
