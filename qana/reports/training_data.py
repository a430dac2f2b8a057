"""Writes which data sets a model has learned from, and which kinds of photos it reads."""

from qana.data.photo import CLOSE_UP, DERMOSCOPIC, SMARTPHONE
from qana.data.source_names import TITLES
from qana.evaluation.gate_record import COMPARED_SOURCE
from qana.inference.manifest import ModelEntry

IMAGE_TYPES_OF = {
    "ham10000": (DERMOSCOPIC,),
    "milk10k": (DERMOSCOPIC, CLOSE_UP),
    "bcn20000": (DERMOSCOPIC,),
    "isic2017": (DERMOSCOPIC,),
    "pad_ufes_20": (SMARTPHONE,),
}
"""Image types in each data set."""
TAKEN = {
    DERMOSCOPIC: "through a dermatoscope",
    CLOSE_UP: "as close-ups with a camera",
    SMARTPHONE: "with smartphones",
}
"""Image type to how such photos are taken."""
STUDIED_NETWORKS = (
    "Unless the text of a study names all sources, its networks learned from HAM10000 alone. Where "
    "such a study names akida2 or akida2-large, it means the models of that time."
)
"""What the networks of the studies learned from."""


def list_training_sources(entry: ModelEntry) -> tuple[str, ...]:
    """Lists the names of the data sets that a model has learned from.

    Args:
        entry: the model. The first models have no such record and learned from HAM10000.
    """
    return tuple(entry.record.get("sources", (COMPARED_SOURCE,)))


def list_image_types(entry: ModelEntry) -> list[str]:
    """Lists the image types that a model has learned from, in the order of `TAKEN`."""
    known = {kind for source in list_training_sources(entry) for kind in IMAGE_TYPES_OF[source]}
    return [kind for kind in TAKEN if kind in known]


def describe_training_data(entry: ModelEntry) -> str:
    """Writes the data sets that a model has learned from, by image type.

    Returns:
        For example "photos taken through a dermatoscope (HAM10000, MILK10k), as close-ups with a
        camera (MILK10k)".
    """
    sources = list_training_sources(entry)
    parts = []
    for kind in list_image_types(entry):
        titles = [TITLES[source] for source in sources if kind in IMAGE_TYPES_OF[source]]
        parts.append(f"{TAKEN[kind]} ({', '.join(titles)})")
    *first, last = parts
    return f"photos taken {' and '.join([', '.join(first), last] if first else [last])}"


def describe_read_photo(entry: ModelEntry) -> str:
    """Writes which kind of photo a model reads, with an article."""
    if list_image_types(entry) == [DERMOSCOPIC]:
        return "a dermatoscopic photo"
    return "a dermatoscopic, close-up or smartphone photo"


def describe_sources(entry: ModelEntry) -> str:
    """Writes the titles of the data sets that a model has learned from."""
    *first, last = [TITLES[source] for source in list_training_sources(entry)]
    return " and ".join([", ".join(first), last]) if first else last
