"""The seven classes of HAM10000, in the order that every array of QANA uses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LesionClass:
    """One diagnosis of HAM10000 (Tschandl et al., Sci. Data 5, 180161, 2018).

    Attributes:
        code: value of `dx` in the metadata of HAM10000, such as "mel".
        name: plain-language name.
        clinical: clinical term that the data set's paper uses.
        malignant: True for melanoma, basal cell carcinoma and actinic keratosis (with Bowen's
            disease), which a professional should examine. Their probabilities add up to
            `malignant_probability`.
        about: one plain sentence, no advice.
    """

    code: str
    name: str
    clinical: str
    malignant: bool
    about: str


CLASSES: tuple[LesionClass, ...] = (
    LesionClass(
        "akiec",
        "Actinic keratosis",
        "Actinic keratosis / intraepithelial carcinoma (Bowen's disease)",
        True,
        "A rough, sun-caused patch that can turn into a skin cancer.",
    ),
    LesionClass(
        "bcc",
        "Basal cell carcinoma",
        "Basal cell carcinoma",
        True,
        "The most common skin cancer; it grows slowly and rarely spreads.",
    ),
    LesionClass(
        "bkl",
        "Benign keratosis",
        "Benign keratosis (solar lentigo, seborrheic keratosis, lichen-planus-like keratosis)",
        False,
        "A harmless thickening or spot, common with age.",
    ),
    LesionClass(
        "df",
        "Dermatofibroma",
        "Dermatofibroma",
        False,
        "A small, firm, harmless bump, often on a leg.",
    ),
    LesionClass(
        "mel",
        "Melanoma",
        "Melanoma",
        True,
        "A skin cancer of the pigment cells that can spread early.",
    ),
    LesionClass(
        "nv",
        "Mole",
        "Melanocytic nevus",
        False,
        "A common mole: a cluster of pigment cells.",
    ),
    LesionClass(
        "vasc",
        "Blood-vessel mark",
        "Vascular lesion (angioma, angiokeratoma, pyogenic granuloma, hemorrhage)",
        False,
        "A spot made of small blood vessels or a little blood.",
    ),
)

LABELS: tuple[str, ...] = tuple(lesion.code for lesion in CLASSES)
"""The seven codes in alphabetical order: akiec, bcc, bkl, df, mel, nv, vasc."""
COMMON: tuple[str, ...] = ("akiec", "bcc", "bkl", "mel", "nv")
"""The codes of the classes that every data set but ISIC 2017 has. Balanced accuracy over them
compares data sets, because some have no df and no vasc, or only a few."""
MALIGNANT: tuple[bool, ...] = tuple(lesion.malignant for lesion in CLASSES)
"""`LesionClass.malignant` of each class, in the order of `LABELS`."""
BY_CODE: dict[str, LesionClass] = {lesion.code: lesion for lesion in CLASSES}
"""The classes by code."""
