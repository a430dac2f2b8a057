"""JSON, changed as somebody who wants to break its reader would."""

import copy
import json
import math
from typing import Any

from tools.fuzz import raw
from tools.fuzz.chance import Chance

ODD: tuple[Any, ...] = (
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


def changed(chance: Chance, document: Any, most: int = 3) -> Any:
    """A copy in which 1 to `most` values, keys or items are other ones, gone, or there twice."""
    document = {"": copy.deepcopy(document)}
    for _ in range(chance.randint(1, most)):
        places = _places(document)
        holder, key = chance.choice(places)
        what = chance.randrange(6)
        if what == 0 and key != "":
            del holder[key]
        elif what == 1:
            holder[key] = copy.deepcopy(chance.choice(places)[0])
        elif what == 2 and isinstance(holder[key], int | float):
            holder[key] = holder[key] * chance.choice((-1, 0, 0.5, 2, 1000, 10**12))
        elif what == 3 and isinstance(holder[key], list) and holder[key]:
            holder[key] = holder[key] * chance.choice((0, 2, 50))
        else:
            holder[key] = copy.deepcopy(chance.choice(ODD))
    return document[""]


def text(chance: Chance, document: Any) -> bytes:
    """JSON as bytes, at times of another encoding, nested without end, or broken."""
    data = json.dumps(document, ensure_ascii=chance.happens(0.8)).encode(errors="surrogatepass")
    if chance.happens(0.85):
        return data
    deep = chance.choice((b"[", b'{"rows":', b'{"models":[')) * chance.choice((500, 100_000))
    return chance.choice(
        (
            raw.mutated(chance, data),
            data.decode(errors="ignore").encode("utf-16"),
            b"\xef\xbb\xbf" + data,
            deep,
            b"9" * chance.choice((50, 5000)),
            data + data,
            chance.noise(2000),
            b"",
        )
    )


def _places(document: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Every container of a document with every key or index of it."""
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
