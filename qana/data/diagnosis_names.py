"""Names of the diagnoses of archives and data sets, each with its class."""

from qana.classes import CLASSES

NO_CLASS = ""
"""Stands for a diagnosis that is known to be none of the seven classes."""

_CLASS_NAMES = {
    "akiec": (
        *("akiec", "ak", "ack", "actinic keratosis", "solar or actinic keratosis"),
        "solar keratosis",
    ),
    "bcc": ("bcc", "basal cell carcinoma", "basalioma"),
    "bkl": (
        *("bkl", "sek", "sk", "seborrheic keratosis", "pigmented benign keratosis"),
        *("benign keratosis", "benign keratosis like lesion"),
    ),
    "df": ("df", "dermatofibroma", "benign fibrous histiocytoma"),
    "mel": ("mel", "melanoma", "malignant melanoma", "cutaneous melanoma"),
    "nv": ("nv", "nev", "nevus", "melanocytic nevus", "nevocytic nevus", "nevocellular nevus"),
    "vasc": ("vasc", "vascular lesion", "angioma", "hemangioma"),
}
"""Names under which data sets list a whole class, besides those of `qana.classes`."""
_KINDS = {
    "akiec": (
        *("solar or actinic cheilitis", "actinic cheilitis", "intraepithelial carcinoma"),
        *("indeterminate epidermal proliferations", "intraepidermal carcinoma", "scc in situ"),
        *("squamous cell carcinoma in situ", "bowens disease", "bowen disease", "morbus bowen"),
        *("bowens", "bowen"),
    ),
    "bcc": (
        *("basal cell carcinoma with adnexal differentiation", "basal cell epithelioma"),
        "basal cell carcinoma with sarcomatoid differentiation",
        *("malignant adnexal epithelial proliferations follicular", "basal cell cancer"),
        "basal cell carcinoma morpheiform",
    ),
    "bkl": (
        *("solar lentigo", "senile lentigo", "actinic lentigo", "ink spot lentigo"),
        *("lichenoid keratosis", "benign lichenoid keratosis", "lichen planus like keratosis"),
        *("clear cell acanthoma", "large cell acanthoma", "melanoacanthoma", "lplk"),
        *("benign epidermal proliferations", "seborrheic wart", "stucco keratosis"),
    ),
    "mel": (
        *("melanoma nos", "melanoma invasive", "melanoma in situ", "melanoma metastasis"),
        *("malignant melanocytic proliferations melanoma", "lentigo maligna"),
        "superficial spreading melanoma ssm",
    ),
    "nv": (
        *("nevus spilus", "benign melanocytic proliferations", "reed or spitz nevus"),
        *("spitz or reed nevus", "nevus pigmentosus", "nevus cell nevus"),
    ),
    "vasc": (
        *("angiokeratoma", "hemorrhage", "pyogenic granuloma", "venous lake"),
        *("hemorrhagic lesions", "benign soft tissue proliferations vascular", "cherry spot"),
    ),
    NO_CLASS: (
        *("scc", "sccka", "ben oth", "mal oth", "inf", "unk"),
        *("squamous cell carcinoma", "keratoacanthoma", "bowenoid papulosis"),
        # Below a group of ISIC-DX that otherwise belongs to one class.
        *("baso squamous carcinoma", "matrical or pilomatrical carcinoma"),
        *("proliferating trichilemmal carcinoma", "epidermal nevus", "porokeratosis"),
        *("acantholytic acanthoma", "epidermolytic acanthoma", "dermal melanocytosis"),
        *("lentigo simplex", "lentiginous melanocytic proliferation", "glomus tumor"),
        *("pigmented epithelioid melanocytoma", "glomangiomyoma", "nevus anemicus"),
        "proliferative nodule in congenital melanocytic nevi without atypia",
        # Nevi that are no melanocytic ones.
        *("nevus sebaceus", "nevus sebaceous", "sebaceous nevus", "nevus flammeus"),
        *("nevus depigmentosus", "nevus comedonicus", "becker nevus", "beckers nevus"),
        *("nevus of ota", "nevus of ito", "connective tissue nevus"),
    ),
}
"""Names of kinds and groups of each class, and of diagnoses that are none of the seven."""
_ADJECTIVES = {
    ("akiec", "actinic keratosis"): (
        *("solar", "pigmented", "hypertrophic", "hyperkeratotic", "lichenoid", "atrophic"),
    ),
    ("akiec", "bowens disease"): ("pigmented",),
    ("bcc", "basal cell carcinoma"): (
        *("superficial", "nodular", "pigmented", "infiltrative", "infiltrating", "morpheaform"),
        *("morpheiform", "sclerosing", "ulcerated", "micronodular", "cystic", "solid cystic"),
    ),
    ("bkl", "seborrheic keratosis"): (
        *("pigmented", "irritated", "inflamed", "clonal", "acanthotic", "reticulated"),
    ),
    ("mel", "melanoma"): (
        *("superficial spreading", "nodular", "invasive", "lentigo maligna", "metastatic"),
        *("acral lentiginous", "acral", "amelanotic", "desmoplastic", "in situ", "primary"),
        *("superficial spreading malignant", "nodular malignant", "invasive malignant"),
    ),
    ("nv", "nevus"): (
        *("dysplastic", "atypical", "clark", "clarks", "spitz", "reed", "reeds", "blue", "halo"),
        *("congenital", "acquired", "compound", "junctional", "dermal", "intradermal", "acral"),
        *("recurrent", "combined", "common", "benign", "sutton", "pigmented spindle cell"),
        *("acquired melanocytic", "atypical melanocytic", "benign melanocytic"),
        *("compound melanocytic", "congenital melanocytic", "dysplastic melanocytic"),
        *("dermal melanocytic", "intradermal melanocytic", "junctional melanocytic"),
    ),
    ("vasc", "angioma"): ("cherry", "senile", "spider", "thrombosed", "capillary"),
    ("vasc", "hemangioma"): ("cherry", "senile", "infantile", "capillary", "thrombosed"),
}
"""Words before the name of a class that name one of its kinds, as in "blue nevus"."""

CLASS_NAMES = {
    **{name: lesion.code for lesion in CLASSES for name in (lesion.name, lesion.clinical)},
    **{name: label for label, names in _CLASS_NAMES.items() for name in names},
}
"""Names of whole classes, each to its label."""
DIAGNOSIS_NAMES = {
    **CLASS_NAMES,
    **{name: label for label, names in _KINDS.items() for name in names},
    **{f"{word} {noun}": label for (label, noun), words in _ADJECTIVES.items() for word in words},
}
"""All names, each to its label or to `NO_CLASS`.

Codes: HAM10000 (doi:10.1038/sdata.2018.161), ISIC 2019, PAD-UFES-20
(doi:10.1016/j.dib.2020.106221), MILK10k. Names: the diagnoses of the ISIC archive (ISIC-DX,
doi:10.1111/jdv.20055, and the shorter list that the archive used until 2024), the names of
HAM10000's classes in its publication and on Kaggle, and those of Derm7pt
(doi:10.1109/JBHI.2018.2824327) and Fitzpatrick17k (arXiv 2104.09957). A whole group of ISIC-DX has
a class where all it holds has it, except what is listed for no class: the archive gives only the
group for the vascular lesions of HAM10000. Clear cell acanthoma and ink-spot lentigo are benign
keratoses, as in MILK10k. Invasive squamous cell carcinoma is none of the seven classes.
"""
