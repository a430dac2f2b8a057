"""Mutates JSON documents."""

import copy
import json
import math
from typing import Any

from tools.fuzz import raw
from tools.fuzz.random_generator import RandomGenerator

UNUSUAL_VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1,
        0.5,
        -0.0,
        1e-320,
        1e308,
        2**31,
        2**63,
        2**64,
        10**30,
        -(10**30),
    ),
    *(math.inf, -math.inf, math.nan, "", " ", "x", "nan", "1", "\0", "\ud800", "é" * 3000, "a\nb"),
    *("../../etc/passwd", "/etc/passwd", "C:\\x", ".", "..", "a" * 300, "\u202e", "%s{0}"),
    *("[a](http://b.c)", "<script>", "$x$", [], {}, [[]], [1, 2, 3], {"file": 1}, [None] * 600),
)


def mutate(rng: RandomGenerator, document: Any, max_changes: int = 3) -> Any:
    """Copies a document and changes, removes or repeats 1 to `max_changes` values."""
    document = {"": copy.deepcopy(document)}
    for _ in range(rng.randint(1, max_changes)):
        places = _list_places(document)
        holder, key = rng.choice(places)
        what = rng.randrange(6)
        if what == 0 and key != "":
            del holder[key]
        elif what == 1:
            holder[key] = copy.deepcopy(rng.choice(places)[0])
        elif what == 2 and isinstance(holder[key], int | float):
            holder[key] = holder[key] * rng.choice((-1, 0, 0.5, 2, 1000, 10**12))
        elif what == 3 and isinstance(holder[key], list) and holder[key]:
            holder[key] = holder[key] * rng.choice((0, 2, 50))
        else:
            holder[key] = copy.deepcopy(rng.choice(UNUSUAL_VALUES))
    return document[""]


def encode(rng: RandomGenerator, document: Any) -> bytes:
    """Encodes a document as JSON, in 15 % of the cases as broken or unusual bytes."""
    data = json.dumps(document, ensure_ascii=rng.draw_bool(0.8)).encode(errors="surrogatepass")
    if rng.draw_bool(0.85):
        return data
    deep = rng.choice((b"[", b'{"rows":', b'{"models":[')) * rng.choice((500, 100_000))
    return rng.choice(
        (
            raw.mutate(rng, data),
            data.decode(errors="ignore").encode("utf-16"),
            b"\xef\xbb\xbf" + data,
            deep,
            b"9" * rng.choice((50, 5000)),
            data + data,
            rng.draw_bytes(2000),
            b"",
        )
    )


def _list_places(document: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Lists every container of a document with each of its keys or indices."""
    found: list[tuple[Any, Any]] = []
    waiting: list[Any] = [document]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], dict | list) and holder[key]:
                waiting.append(holder[key])
    return found
