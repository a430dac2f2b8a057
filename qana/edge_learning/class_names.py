"""Matches the names that people write for classes with the classes of a head."""

import unicodedata
from collections.abc import Iterable

from qana.classes import BY_CODE
from qana.data.diagnoses import find_class_label


def find_class(classes: Iterable[str], name: str) -> str | None:
    """Finds the class that a name stands for.

    Case, Unicode form and blanks at the ends do not count. Each name under which `qana evaluate`
    knows one of the seven classes as a whole, such as "Naevi" or "seborrhoeic keratosis", stands
    for its code. The name of one kind, such as "blue nevus", stands for a class of its own.

    Args:
        classes: class names of a head.
        name: name of a folder, or a text that somebody typed.

    Returns:
        The class, as it is named in the head; None if there is none.

    Example:
        >>> find_class(["mel", "tattoo"], "Melanoma")
        'mel'
    """
    known = list(classes)
    for make_key in (str.strip, _fold, _make_key):
        for one in known:
            if make_key(one) == make_key(name):
                return one
    return None


def make_class_name(name: str) -> str:
    """Makes the name under which a class is added to a head.

    Args:
        name: name of a folder, or a text that somebody typed.

    Returns:
        The code if the name stands for one of the seven classes; otherwise the name without blanks
        at its ends, in the Unicode form NFC, so that it is the same from every system.
    """
    return find_class(BY_CODE, name) or unicodedata.normalize("NFC", name.strip())


def _fold(name: str) -> str:
    """Writes a name in one case and one Unicode form."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFKC", folded).strip()


def _make_key(name: str) -> str:
    return find_class_label(name) or _fold(name)
