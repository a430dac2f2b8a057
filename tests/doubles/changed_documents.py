"""Valid JSON documents with changed values, for the readers of files of unknown origin.

Changed bytes seldom get past the JSON parser. These documents do, and reach the checks behind it.
"""

import copy
import json
import math
import re
from typing import Any

from hypothesis import strategies as st

UNUSUAL_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 0.5, -0.0, 5e-324, 1e-320, 1e308, -1e308),
    *(2**31, 2**63, 2**64, 10**30, -(10**30), 10**400, math.inf, -math.inf, math.nan),
    *("", " ", "x", "1", "nan", "\0", "a\nb", "a\u2028b", "\x1b[0m", "\u202e", "\ud800", "***"),
    *("..", ".", "/", "../../x", "a/b", "C:\\x", "é" * 300, "[a](http://b.c)", "<b>", "$x$"),
    *([], {}, [[]], [None], [1, 2, 3], ["a"], {"file": 1}, {"": {}}, [None] * 600),
)
"""Values that documents of QANA do not have, or not at most places."""
DEEP = 5_000
"""Brackets that are too many for a recursive parser."""
LEAKS = re.compile(
    r"Traceback|'\w+' object|\bobject is\b|NoneType|indices must|codec|literal|convert|unpack"
    r"|\bdict\b|\bint\b|unhashable|Error\b|0x[0-9a-f]{6}"
)
"""Words of Python that help nobody to correct a file."""


@st.composite
def change_document(draw: st.DrawFn, document: Any, most: int = 2) -> Any:
    """Draws a copy of a document with 1 to `most` values removed, replaced, moved or nested."""
    changed = {"": copy.deepcopy(document)}
    for _ in range(draw(st.integers(1, most))):
        holder, key = _draw_place(draw, changed)
        value = holder[key]
        action = draw(st.sampled_from(("replace", "remove", "nest", "type", "copy", "repeat")))
        if action == "remove" and holder is not changed:
            del holder[key]
        elif action == "nest":
            holder[key] = draw(st.sampled_from(([value], {"file": value}, [[value], value])))
        elif action == "type":
            holder[key] = json.dumps(value) if not isinstance(value, str) else [*value[:9]]
        elif action == "copy":
            other, at = _draw_place(draw, changed)
            holder[key] = copy.deepcopy(other[at])
        elif action == "repeat" and isinstance(value, list):
            holder[key] = value * draw(st.integers(0, 3))
        else:
            holder[key] = copy.deepcopy(draw(st.sampled_from(UNUSUAL_VALUES)))
    return changed[""]


def _draw_place(draw: st.DrawFn, document: Any) -> tuple[Any, Any]:
    """Draws a container of a document and one of its keys, upper ones more often."""
    holder, key = document, ""
    while isinstance(holder[key], dict | list) and holder[key] and draw(st.integers(0, 3)):
        holder = holder[key]
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = draw(st.sampled_from(keys))
    return holder, key


def encode_document(document: Any) -> bytes:
    """Encodes a document as JSON, with NaN and infinities as Python writes them."""
    return json.dumps(document).encode()


def nest_deeply(document: dict[str, Any], key: str) -> bytes:
    """Encodes a document with a value that is nested too deeply for a recursive parser."""
    marked = json.dumps(document | {key: "DEEP"})
    return marked.replace('"DEEP"', "[" * DEEP + "]" * DEEP).encode()


def check_sentence(error: Exception) -> None:
    """Checks that the message of an error is one clear line."""
    text = str(error)
    assert len(text.splitlines()) == 1
    assert text.endswith(".")
    assert text.isprintable()
    assert not LEAKS.search(text), text
    assert "](" not in text and "<b>" not in text  # no markup of the document gets onto a page
