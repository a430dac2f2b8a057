"""A name stands for the class that differs from it in case, Unicode form or blanks alone."""

import unicodedata

import pytest

from qana.classes import CLASSES, LABELS
from qana.data.diagnoses import find_diagnosis
from qana.data.diagnosis_names import CLASS_NAMES
from qana.edge_learning.class_names import find_class, make_class_name
from qana.edge_learning.edge_learner import EdgeLearner
from qana.edge_learning.edge_model import load_edge_model
from qana.edge_learning.head import HeadError

OWN = ("Spitz-Nävus", "Straße", "tattoo", "色素性母斑", "ガ", "Ångström 2", "ﬁbrous")


def write_variants(name: str) -> set[str]:
    forms = {unicodedata.normalize(form, name) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    cases = {
        change(form) for form in forms for change in (str.lower, str.upper, str.title, str.swapcase)
    }
    return {f"{before}{one}{after}" for one in forms | cases for before, after in ("  ", " \t")}


@pytest.mark.parametrize("name", [*LABELS, *OWN])
def test_case_unicode_form_and_blanks_do_not_count(name: str) -> None:
    for written in write_variants(name):
        assert find_class([*LABELS, *OWN], written) == name


@pytest.mark.parametrize("lesion", CLASSES, ids=LABELS)
def test_a_full_name_stands_for_its_code(lesion) -> None:
    for written in write_variants(lesion.name):
        assert find_class(LABELS, written) == lesion.code
        assert make_class_name(written) == lesion.code
        assert find_class(["tattoo"], written) is None


def test_the_name_that_is_equal_comes_first() -> None:
    assert find_class(["mel", "MEL", "Melanoma"], "MEL") == "MEL"
    assert find_class(["mel", "MEL", "Melanoma"], "Melanoma") == "Melanoma"
    assert find_class(["mel", "Melanoma"], "melanoma") == "Melanoma"


@pytest.mark.parametrize("lesion", CLASSES, ids=LABELS)
def test_each_name_of_a_whole_class_teaches_what_evaluate_reads(lesion) -> None:
    names = [name for name, label in CLASS_NAMES.items() if label == lesion.code]
    assert len(names) > 3
    for name in names:
        for written in (name, name.upper(), f" {name.title()} "):
            assert find_class(LABELS, written) == make_class_name(written) == lesion.code
            assert find_diagnosis([written]).label == lesion.code


@pytest.mark.parametrize(
    ("name", "label"),
    [
        *(("Naevi", "nv"), ("naevus", "nv"), ("Moles", "nv"), ("melanocytic nevi", "nv")),
        *(("haemangiomas", "vasc"), ("Seborrhoeic keratoses", "bkl"), ("melanomas", "mel")),
        *(("Vascular Lesions", "vasc"), ("basal-cell carcinomas", "bcc"), ("AK", "akiec")),
    ],
)
def test_plurals_and_british_spellings_stand_for_the_class(name: str, label: str) -> None:
    assert find_class([*LABELS, "tattoo"], name) == make_class_name(name) == label
    assert find_class(["tattoo", name], name.upper()) == name, "a class of a head comes first"


@pytest.mark.parametrize("name", ["Blue nevus", "Spitz nevus", "solar lentigo", "Bowen's disease"])
def test_one_kind_is_a_class_of_its_own(name: str) -> None:
    assert find_class(LABELS, name) is None
    assert make_class_name(name) == name


@pytest.mark.parametrize("name", ["mel2", "m el", "melanom", "nevus 2", "", "  "])
def test_another_name_stands_for_no_class(name: str) -> None:
    assert find_class(LABELS, name) is None


def test_a_new_class_has_the_same_name_from_every_system() -> None:
    for form in ("NFC", "NFD"):
        assert make_class_name(unicodedata.normalize(form, " Spitz-Nävus ")) == "Spitz-Nävus"


def test_a_learner_adds_no_class_beside_its_like() -> None:
    learner = EdgeLearner(load_edge_model())
    learner.add_class(unicodedata.normalize("NFD", "Spitz-Nävus"))
    assert learner.head.classes[-1] == "Spitz-Nävus"
    for name in ("MEL", "Melanoma", "SPITZ-NÄVUS", unicodedata.normalize("NFD", "spitz-nävus")):
        with pytest.raises(HeadError, match=r"already has a class '(mel|Spitz-Nävus)'"):
            learner.add_class(name)
