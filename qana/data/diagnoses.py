"""Translates the diagnoses of archives and data sets to the seven classes."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from qana.data.diagnosis_names import CLASS_NAMES, DIAGNOSIS_NAMES

_QUOTES = str.maketrans("", "", "'’‘`´ʼ′")
_SPELLINGS = (
    (re.compile(r"\bhaem"), "hem"),
    (re.compile(r"\b(naevus|n[ae]?evi|n[ae]?evuses)\b"), "nevus"),
    (re.compile(r"\bnaevo"), "nevo"),
    (re.compile(r"\bseborrh?o?e?ic\b"), "seborrheic"),
    (re.compile(r"oma(s|ta|e)\b"), "oma"),
    (re.compile(r"keratoses\b"), "keratosis"),
    (re.compile(r"\blentigines\b"), "lentigo"),
    (re.compile(r"\btumou?rs?\b"), "tumor"),
    (re.compile(r"\b(lesion|mole|hemorrhage|lake|spot|mark|disease)s\b"), r"\1"),
)
"""British spellings and plurals, each with the form that stands for all."""
_JOINTS = re.compile(r"[/;|+&]|\band\b|\bor\b", re.IGNORECASE)
"""What joins several diagnoses in one name."""
_DOUBTS = frozenset(
    (
        *("no", "not", "non", "rule", "ruled", "exclude", "excluded", "vs", "versus"),
        *("suspected", "suspicion", "suspicious", "possible", "possibly", "probable", "probably"),
    )
)
"""Words in the end of a name with which it does not have the class of its beginning."""
_TOP_GROUPS = ("benign", "indeterminate", "malignant")
"""With these begins a path of ISIC-DX, such as "Benign:Benign melanocytic proliferations:Nevus"."""


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

    British spellings and plurals do not count. A more specific name takes the class of the name
    that it extends: "Nevus, Acral" that of "Nevus". Names joined by a slash or by "and" have a
    class if each of them has this one.

    Args:
        names: names of the diagnosis, the most specific one first. Empty ones are ignored. A name
            may be a path of ISIC-DX, with colons between the groups.
        own: further diagnoses, as `fold_diagnosis` or `normalize_diagnosis` gives them, to a label
            or to `NO_CLASS`. They come before those of `qana.data.diagnosis_names`.

    Returns:
        The class of the first name that is known. Its name is that one if it is one of the seven,
        else the most specific one.
    """
    given = [name for name in names if name.strip()]
    for name in given:
        for level in _list_levels(name):
            label = _find_label(level, own or {})
            if label is not None:
                return Diagnosis((name if label else given[0]).strip(), label or None, True)
    return Diagnosis(given[0].strip() if given else "", None, False)


def find_class_label(name: str) -> str | None:
    """Finds the class that a name stands for as a whole.

    Args:
        name: such as "Melanoma" or "Naevi". The name of one kind, such as "blue nevus", stands for
            no class.

    Returns:
        One of `qana.classes.LABELS`, or None.
    """
    return _CLASSES.get(_normalize_spelling(normalize_diagnosis(name)))


def find_own_label(name: str, own: Mapping[str, str]) -> str | None:
    """Finds the label that a class of another set has.

    Args:
        name: the class, in any case and Unicode form.
        own: as in `find_diagnosis`.

    Returns:
        One of `qana.classes.LABELS`, or `NO_CLASS`; None if `own` does not have the class.
    """
    exact = own.get(fold_diagnosis(name))
    return own.get(normalize_diagnosis(name)) if exact is None else exact


def fold_diagnosis(name: str) -> str:
    """Writes a diagnosis in lower case, in one Unicode form. Its signs stay, such as a plus."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def normalize_diagnosis(name: str) -> str:
    """Writes a diagnosis in lower case, in one Unicode form, with single spaces only."""
    folded = unicodedata.normalize("NFKC", name.translate(_QUOTES)).casefold()
    return " ".join(re.sub(r"[\W_]+", " ", folded.translate(_QUOTES)).split())


def _find_label(name: str, own: Mapping[str, str]) -> str | None:
    """Finds the label of one name, or `NO_CLASS`; None if it is not known."""
    if (exact := own.get(fold_diagnosis(name))) is not None:
        return exact
    for form in _list_forms(name):
        label = own.get(form, _LABELS.get(_normalize_spelling(form)))
        if label is not None:
            return label
    parts = [part for part in _JOINTS.split(name) if part.strip()]
    labels = {_find_label(part, own) for part in parts} if len(parts) > 1 else set()
    return labels.pop() if len(labels) == 1 else None


def _list_levels(name: str) -> list[str]:
    """Lists the levels of a path of ISIC-DX from specific to general, or the name alone."""
    levels = [level for level in name.split(":") if level.strip()]
    is_path = len(levels) > 1 and levels[0].strip().casefold() in _TOP_GROUPS
    return levels[::-1] if is_path else [name]


def _list_forms(name: str) -> list[str]:
    """Lists a name and the more general ones that it extends: up to each comma or bracket."""
    parts = re.split(r"([,(])", name)
    forms = [normalize_diagnosis(name)]
    for end in range(len(parts) - 2, 0, -2):
        if _DOUBTS & set(normalize_diagnosis("".join(parts[end:])).split()):
            break
        forms.append(normalize_diagnosis("".join(parts[:end])))
    return forms


def _normalize_spelling(form: str) -> str:
    for pattern, spelling in _SPELLINGS:
        form = pattern.sub(spelling, form)
    return form


def _normalize_keys(names: Mapping[str, str]) -> dict[str, str]:
    return {_normalize_spelling(normalize_diagnosis(name)): one for name, one in names.items()}


_CLASSES = _normalize_keys(CLASS_NAMES)
_LABELS = _normalize_keys(DIAGNOSIS_NAMES)
