"""Every diagnosis of the archives has its class, or none."""

import pytest

from qana.data.diagnoses import find_diagnosis, normalize_diagnosis

BENIGN_VASCULAR = "Benign soft tissue proliferations - Vascular"
MELANOCYTIC = "Benign melanocytic proliferations"
EPIDERMAL = "Benign epidermal proliferations"
FOLLICULAR = "Malignant adnexal epithelial proliferations - Follicular"
MELANOMA = "Malignant melanocytic proliferations (Melanoma)"
MALIGNANT_EPIDERMAL = "Malignant epidermal proliferations"
INDETERMINATE = "Indeterminate epidermal proliferations"
FIBRO = "Benign soft tissue proliferations - Fibro-histiocytic"
FLAT = "Flat melanotic pigmentations - not melanocytic nevus"


@pytest.mark.parametrize(
    ("levels", "label"),
    [
        # The archive of today: diagnosis_1 to diagnosis_5.
        (("Benign", MELANOCYTIC, "Nevus"), "nv"),
        (("Benign", MELANOCYTIC), "nv"),
        (("Benign", MELANOCYTIC, "Nevus", "Nevus, Acral"), "nv"),
        (("Benign", MELANOCYTIC, "Nevus", "Blue nevus", "Blue nevus, Cellular"), "nv"),
        (("Benign", MELANOCYTIC, "Nevus", "Nevus, Atypical, Dysplastic, or Clark"), "nv"),
        (("Benign", MELANOCYTIC, "Lentigo simplex"), None),
        (("Benign", MELANOCYTIC, "Dermal melanocytosis", "Nevus of Ota"), None),
        (("Malignant", MELANOMA, "Melanoma, NOS"), "mel"),
        (("Malignant", MELANOMA, "Melanoma Invasive", "Melanoma Invasive, Nodular"), "mel"),
        (("Malignant", MELANOMA, "Melanoma in situ"), "mel"),
        (("Malignant", MELANOMA, "Melanoma metastasis"), "mel"),
        (("Malignant", MELANOMA), "mel"),
        (("Malignant", FOLLICULAR, "Basal cell carcinoma"), "bcc"),
        (
            ("Malignant", FOLLICULAR, "Basal cell carcinoma", "Basal cell carcinoma, Nodular"),
            "bcc",
        ),
        (("Malignant", FOLLICULAR, "Baso-squamous carcinoma"), None),
        (("Indeterminate", INDETERMINATE, "Solar or actinic keratosis"), "akiec"),
        (("Malignant", MALIGNANT_EPIDERMAL, "Solar or actinic keratosis"), "akiec"),
        (
            (
                "Indeterminate",
                INDETERMINATE,
                "Solar or actinic keratosis",
                "Actinic keratosis, Lichenoid",
            ),
            "akiec",
        ),
        (("Malignant", MALIGNANT_EPIDERMAL, "Squamous cell carcinoma in situ"), "akiec"),
        (
            (
                "Malignant",
                MALIGNANT_EPIDERMAL,
                "Squamous cell carcinoma in situ",
                "Squamous cell carcinoma in situ, Bowens disease",
            ),
            "akiec",
        ),
        (("Malignant", MALIGNANT_EPIDERMAL, "Squamous cell carcinoma, NOS"), None),
        (("Malignant", MALIGNANT_EPIDERMAL, "Squamous cell carcinoma, Invasive"), None),
        (("Malignant", MALIGNANT_EPIDERMAL, "Keratoacanthoma"), None),
        (("Malignant", MALIGNANT_EPIDERMAL), None),
        (("Benign", EPIDERMAL, "Seborrheic keratosis", "Seborrheic keratosis, Clonal"), "bkl"),
        (("Benign", EPIDERMAL, "Pigmented benign keratosis"), "bkl"),
        (("Benign", EPIDERMAL, "Solar lentigo"), "bkl"),
        (("Benign", EPIDERMAL, "Lichen planus like keratosis"), "bkl"),
        (("Benign", EPIDERMAL, "Epidermal nevus"), None),
        (("Benign", FLAT, "Ink-spot lentigo"), "bkl"),
        (("Benign", FLAT, "Lentigo NOS"), None),
        (("Benign", BENIGN_VASCULAR), "vasc"),
        (("Benign", BENIGN_VASCULAR, "Hemangioma", "Hemangioma, Cherry"), "vasc"),
        (("Benign", BENIGN_VASCULAR, "Angiokeratoma"), "vasc"),
        (("Benign", BENIGN_VASCULAR, "Pyogenic granuloma"), "vasc"),
        (("Benign", BENIGN_VASCULAR, "Glomus tumor"), None),
        (("Benign", "Hemorrhagic lesions", "Hemorrhage", "Subungual hemorrhage"), "vasc"),
        (("Malignant", "Malignant soft tissue proliferations - Vascular", "Kaposi sarcoma"), None),
        (("Benign", FIBRO, "Dermatofibroma", "Dermatofibroma, Cellular"), "df"),
        (("Benign", FIBRO, "Scar"), None),
        (("Benign", FIBRO), None),
        (
            ("Indeterminate", "Indeterminate melanocytic proliferations", "Atypical Spitz tumor"),
            None,
        ),
        (("Benign", "Inflammatory or infectious diseases", "Verruca"), None),
        (
            ("Benign", "Benign adnexal epithelial proliferations - Sebaceous", "Nevus sebaceus"),
            None,
        ),
        (("Malignant", "Collision - At least one malignant proliferation"), None),
        (("Benign",), None),
        (("Malignant",), None),
        (("Indeterminate",), None),
        # The archive until 2024: diagnosis.
        (("actinic keratosis",), "akiec"),
        (("basal cell carcinoma",), "bcc"),
        (("seborrheic keratosis",), "bkl"),
        (("lichenoid keratosis",), "bkl"),
        (("pigmented benign keratosis",), "bkl"),
        (("dermatofibroma",), "df"),
        (("melanoma",), "mel"),
        (("melanoma metastasis",), "mel"),
        (("nevus",), "nv"),
        (("nevus spilus",), "nv"),
        (("vascular lesion",), "vasc"),
        (("angioma",), "vasc"),
        (("squamous cell carcinoma",), None),
        (("AIMP",), None),
        (("scar",), None),
        (("other",), None),
        # PAD-UFES-20 and MILK10k.
        (("ACK",), "akiec"),
        (("NEV",), "nv"),
        (("SEK",), "bkl"),
        (("SCCKA",), None),
        (("MAL_OTH",), None),
    ],
)
def test_a_diagnosis_has_its_class(levels: tuple[str, ...], label: str | None) -> None:
    assert find_diagnosis(levels[::-1]).label == label
    shouted = [f"  {name.upper()} " for name in reversed(levels)]
    assert find_diagnosis(["", *shouted]).label == label


def test_a_diagnosis_that_is_left_out_has_its_most_specific_name() -> None:
    levels = ("Squamous cell carcinoma, Invasive", MALIGNANT_EPIDERMAL, "Malignant")
    assert find_diagnosis(levels).name == levels[0]
    assert find_diagnosis(["", "Benign"]).name == "Benign"
    assert find_diagnosis(["", " "]).name == ""


def test_own_classes_come_first() -> None:
    own = {normalize_diagnosis("SCC"): "akiec", normalize_diagnosis("Nævus  bleu"): "nv", "nv": ""}
    assert find_diagnosis(["scc"], own).label == "akiec"
    assert find_diagnosis(["NÆVUS_BLEU"], own).label == "nv"
    assert find_diagnosis(["nv"], own).label is None
    assert find_diagnosis(["bcc"], own).label == "bcc"
