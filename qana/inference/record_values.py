"""Checks single values of a model's record, as `qana.inference.manifest` reads it from JSON."""

import math
from collections.abc import Mapping
from typing import Any

MAX_COUNT = 2**53
"""Bound of every count. A float holds all whole numbers below it."""
TEXTS = ("licence", "command")
"""Keys that every record has, and that reports and pages show."""
KINDS: dict[str, type] = {
    "architecture": str,
    "sources": list,
    **dict.fromkeys(("keras", "metrics", "split", "gate", "abstain", "cases"), dict),
}
"""Other keys that a record may have, and the kinds of their values."""


def parse_number(text: str) -> float:
    """Reads a number of JSON, but neither NaN nor an infinity, which JSON cannot write again.

    Raises:
        ValueError: it is no finite number.
    """
    return check_number(float(text))


def check_number(value: Any) -> float:
    """Checks a finite number.

    Raises:
        ValueError: it is no number, or not finite.
        OverflowError: it is too large for a float.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    return float(value)


def check_count(value: Any) -> int:
    """Checks a whole number, 0 to `MAX_COUNT`.

    Raises:
        ValueError: it is none.
    """
    if type(value) is not int or not 0 <= value <= MAX_COUNT:
        raise ValueError
    return value


def check_texts(value: Any) -> tuple[str, ...]:
    """Checks a list of texts.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ValueError
    return tuple(value)


def check_kinds(record: Mapping[str, Any]) -> None:
    """Checks the kinds of the values of `TEXTS` and `KINDS`.

    Raises:
        KeyError: a text is missing.
        ValueError: a value is of another kind.
    """
    texts = all(isinstance(record[key], str) for key in TEXTS)
    if not texts or not all(
        isinstance(record.get(key, kind()), kind) for key, kind in KINDS.items()
    ):
        raise ValueError


def is_file_name(name: Any) -> bool:
    """Returns whether a name is a text, printable, and neither empty nor the folder above."""
    return isinstance(name, str) and name not in ("", "..") and name.isprintable()
