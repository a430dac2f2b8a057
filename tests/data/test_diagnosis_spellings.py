"""A diagnosis is known in any spelling, and nothing is guessed that is not certain."""

import pytest

from qana.classes import CLASSES
from qana.data.diagnoses import find_class_label, find_diagnosis
from qana.data.diagnosis_names import CLASS_NAMES, DIAGNOSIS_NAMES

BRITISH = (
    ("hemangioma", "haemangioma"),
    ("hemorrhag", "haemorrhag"),
    ("nevus", "naevus"),
    ("nevus", "naevi"),
    ("nevus", "Nevi"),
    ("seborrheic", "seborrhoeic"),
    ("keratosis", "keratoses"),
    ("carcinoma", "carcinomas"),
    ("lentigo", "lentigines"),
    ("tumor", "tumour"),
    ("vascular lesion", "vascular lesions"),
)


@pytest.mark.parametrize("name", DIAGNOSIS_NAMES)
def test_every_name_is_known_in_every_spelling(name: str) -> None:
    label = DIAGNOSIS_NAMES[name] or None
    spellings = {name.replace(here, there) for here, there in BRITISH}
    for written in {name, name.upper(), name.title(), f" {name.replace(' ', '-')}. ", *spellings}:
        found = find_diagnosis([written])
        assert (found.label, found.known) == (label, True), written


@pytest.mark.parametrize("lesion", CLASSES, ids=lambda lesion: lesion.code)
def test_the_names_that_qana_shows_are_known(lesion) -> None:
    for name in (lesion.code, lesion.name, lesion.clinical):
        assert find_diagnosis([name]).label == find_class_label(name) == lesion.code


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Actinic keratoses and intraepithelial carcinoma / Bowen’s disease", "akiec"),
        ("Actinic keratoses and intraepithelial carcinomae", "akiec"),
        ("Bowen‘s disease", "akiec"),
        ("Squamous cell carcinoma in situ (Bowen)", "akiec"),
        ("BCC (nodular)", "bcc"),
        ("melanoma (less than 0.76 mm)", "mel"),
        ("Superficial Spreading Melanoma", "mel"),
        ("Melanoma / melanoma in situ", "mel"),
        ("Cherry haemangioma", "vasc"),
        ("Pyogenic granulomas and hemorrhage", "vasc"),
        ("angioma/angiokeratoma", "vasc"),
        ("reed or spitz nevus", "nv"),
        ("Dysplastic naevi", "nv"),
        ("Benign:Benign melanocytic proliferations:Nevus:Nevus, Spitz", "nv"),
        ("Benign::Benign soft tissue proliferations - Vascular::Unheard of", "vasc"),
        ("Malignant:Something new:Squamous cell carcinoma, Invasive", None),
    ],
)
def test_names_of_publications_and_joined_names(name: str, label: str | None) -> None:
    assert (found := find_diagnosis([name])).label == label
    assert found.known and found.name == name


@pytest.mark.parametrize(
    "name",
    [
        *("mel/nv", "nv;mel", "Nevus and melanoma", "BCC + SCC", "nevus or scar"),
        *("Melanoma, rule out", "Melanoma, no", "nv (suspected)", "nevus, possible"),
        *("Nevus vs melanoma", "not melanoma", "non-melanoma", "no nevus", "collision nevus"),
        *("melanom", "Muttermal", "1", "mole rat", "nevus: rule out melanoma"),
    ],
)
def test_what_is_not_certain_is_not_known(name: str) -> None:
    found = find_diagnosis([name])
    assert (found.label, found.known, found.name) == (None, False, name)
    assert find_class_label(name) is None


@pytest.mark.parametrize("name", ["nevus, sebaceous", "Becker's nevus", "Naevus of Ota"])
def test_a_nevus_of_another_kind_is_none_of_the_seven(name: str) -> None:
    found = find_diagnosis([name])
    assert (found.label, found.known) == (None, True)


def test_a_whole_class_has_names_that_are_diagnoses() -> None:
    assert CLASS_NAMES.items() <= DIAGNOSIS_NAMES.items()
    assert find_class_label("superficial basal cell carcinoma") is None
