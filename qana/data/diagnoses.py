"""Translates the diagnoses of archives and data sets to the seven classes."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NO_CLASS = ""
"""Stands for a diagnosis that is known to be none of the seven classes."""

_NAMES = {
    "akiec": (
        *("akiec", "ak", "ack", "actinic keratosis", "solar or actinic keratosis"),
        *("solar or actinic cheilitis", "indeterminate epidermal proliferations"),
        *("squamous cell carcinoma in situ", "bowens disease", "bowen disease"),
    ),
    "bcc": (
        *("bcc", "basal cell carcinoma", "basal cell carcinoma with adnexal differentiation"),
        "basal cell carcinoma with sarcomatoid differentiation",
        "malignant adnexal epithelial proliferations follicular",
    ),
    "bkl": (
        *("bkl", "sek", "sk", "seborrheic keratosis", "pigmented benign keratosis"),
        *("solar lentigo", "ink spot lentigo", "lichenoid keratosis", "benign keratosis"),
        *("lichen planus like keratosis", "clear cell acanthoma", "large cell acanthoma"),
        *("melanoacanthoma", "benign epidermal proliferations"),
    ),
    "df": ("df", "dermatofibroma"),
    "mel": (
        *("mel", "melanoma", "melanoma nos", "melanoma invasive", "melanoma in situ"),
        *("melanoma metastasis", "malignant melanocytic proliferations melanoma"),
    ),
    "nv": (
        *("nv", "nev", "nevus", "naevus", "melanocytic nevus", "nevus spilus", "blue nevus"),
        "benign melanocytic proliferations",
    ),
    "vasc": (
        *("vasc", "vascular lesion", "angioma", "hemangioma", "angiokeratoma", "hemorrhage"),
        *("pyogenic granuloma", "venous lake", "hemorrhagic lesions"),
        "benign soft tissue proliferations vascular",
    ),
    NO_CLASS: (
        *("scc", "sccka", "ben oth", "mal oth", "inf", "unk"),
        *("squamous cell carcinoma", "keratoacanthoma", "bowenoid papulosis"),
        # Below a group of `_NAMES` that otherwise belongs to one class.
        *("baso squamous carcinoma", "matrical or pilomatrical carcinoma"),
        *("proliferating trichilemmal carcinoma", "epidermal nevus", "porokeratosis"),
        *("acantholytic acanthoma", "epidermolytic acanthoma", "dermal melanocytosis"),
        *("lentigo simplex", "lentiginous melanocytic proliferation", "glomus tumor"),
        *("pigmented epithelioid melanocytoma", "glomangiomyoma", "nevus anemicus"),
        "proliferative nodule in congenital melanocytic nevi without atypia",
    ),
}
"""Diagnoses of each class, as `normalize_diagnosis` gives them.

Codes: HAM10000 (doi:10.1038/sdata.2018.161), ISIC 2019, PAD-UFES-20
(doi:10.1016/j.dib.2020.106221), MILK10k. Names: the diagnoses of the ISIC archive (ISIC-DX,
doi:10.1111/jdv.20055, and the shorter list that the archive used until 2024). A more specific name
takes the class of the name that it extends: "Nevus, Acral" that of "Nevus". A whole group of
ISIC-DX has a class where all it holds has it, except what is listed for no class: the archive gives
only the group for the vascular lesions of HAM10000. Clear cell acanthoma and ink-spot lentigo are
benign keratoses, as in MILK10k. Invasive squamous cell carcinoma is none of the seven classes.
"""
_LABELS = {name: label for label, names in _NAMES.items() for name in names}


@dataclass(frozen=True)
class Diagnosis:
    """A diagnosis and its class.

    Attributes:
        name: in the words of the table; empty if the table gives none.
        label: one of `qana.classes.LABELS`; None if the diagnosis is none of the seven.
        known: whether the diagnosis is in a list, be it as one of the seven or not.
    """

    name: str
    label: str | None
    known: bool


def find_diagnosis(names: Iterable[str], own: Mapping[str, str] | None = None) -> Diagnosis:
    """Finds the class of a diagnosis.

    Args:
        names: names of the diagnosis, the most specific one first. Empty ones are ignored.
        own: further diagnoses, as `normalize_diagnosis` gives them, to a label or to `NO_CLASS`.
            They come before those of this module.

    Returns:
        The class of the first name that is known. Its name is that one if it is one of the seven,
        else the most specific one.
    """
    given = [name for name in names if name.strip()]
    for name in given:
        for form in _list_forms(name):
            label = _LABELS.get(form) if own is None else own.get(form, _LABELS.get(form))
            if label is not None:
                return Diagnosis((name if label else given[0]).strip(), label or None, True)
    return Diagnosis(given[0].strip() if given else "", None, False)


def normalize_diagnosis(name: str) -> str:
    """Writes a diagnosis in lower case, in one Unicode form, with single spaces only."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("'", "").replace("’", "")
    return " ".join(re.sub(r"[\W_]+", " ", folded).split())


def _list_forms(name: str) -> list[str]:
    """Lists a name and the more general ones that it extends: up to each comma in it."""
    parts = name.split(",")
    return [normalize_diagnosis(",".join(parts[:end])) for end in range(len(parts), 0, -1)]
