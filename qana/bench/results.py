"""Results as files: read one that another machine made, write one for others to read."""

import csv
import io
import json
import math
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from qana.bench.readings import MEASURED, MODELLED, PUBLISHED
from qana.bench.rows import Row
from qana.errors import UserError

MOST_BYTES, MOST_ROWS, LONGEST = 2_000_000, 500, 2_000
"""Of a file, of its rows, of a text in it: far above any true result."""
KEPT = (*(field.name for field in fields(Row)), "images_per_second")
MARKUP = str.maketrans("", "", "[]<>$\\!")
"""A stranger's file may not bring links or pictures onto a page."""
NUMBERS = ("idle_watts", "seconds", "images", "images_per_second")
ENERGY = ("value", "low", "high")
RANGES = {"latency_ms": ("p50",), "energy_mj": ENERGY, "energy_net_mj": ENERGY}
SPREAD = RANGES | {"latency_ms": ("p50", "p5", "p95")}
"""Keys that hold several numbers: those that must be, and those that may be."""


class ResultError(UserError):
    """A file that is no result of `python -m qana bench --json`."""


def read_result(content: bytes) -> dict[str, Any]:
    """The document in a file, checked; rows come with exactly the keys of `Row`.

    Raises:
        ResultError: it is no such document, or a row of it claims what it cannot show: measured
            with nothing run, or a number that is none.
    """
    if len(content) > MOST_BYTES:
        raise ResultError("The file is too large for a result of `python -m qana bench --json`.")
    try:
        document = json.loads(content)
        rows = document["rows"]
        texts = [document["model"], document["command"], document["machine"]["processor"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ResultError(
            "The file is no result of `python -m qana bench --json`: save its output and load that."
        ) from None
    if not isinstance(rows, list) or len(rows) > MOST_ROWS or not all(map(_is_text, texts)):
        raise ResultError("The file's rows or names are not those of `python -m qana bench`.")
    for number, row in enumerate(rows, start=1):
        if fault := next(_faults(row), None):
            raise ResultError(f"Row {number} of the file cannot be used: {fault}.")
    cleaned = _plain(document)
    return {**cleaned, "rows": [{key: row[key] for key in KEPT} for row in cleaned["rows"]]}


def as_csv(document: dict[str, Any]) -> str:
    """The rows as a table, one line each, ranges spread over columns."""
    lines = [_flat(row) for row in document["rows"]]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(dict.fromkeys(key for line in lines for key in line)))
    writer.writeheader()
    writer.writerows(lines)
    return file.getvalue()


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    line: dict[str, Any] = {}
    for key, value in row.items():
        if key in SPREAD:
            line |= {f"{key}_{name}": (value or {}).get(name) for name in SPREAD[key]}
        elif key == "not_measurable":
            line[key] = value["reason"] if value else None
        else:
            line[key] = value
    return line


def _faults(row: Any) -> Iterator[str]:
    """What is wrong with a row, in words; each test may count on those before it."""
    if not isinstance(row, dict) or not row.keys() >= set(KEPT):
        yield "keys are missing"
        return
    if row["provenance"] not in (MEASURED, MODELLED, PUBLISHED):
        yield "it does not say whether it was measured, modelled or published"
    if not all(map(_is_text, (row["runtime"], row["device"], row["source"]))):
        yield "runtime, device and source must be texts"
    ran = _is_number(row["images"]) and _is_number(row["seconds"]) and row["images"] > 0
    if (row["provenance"] == MEASURED) != ran:
        yield "what is measured, and only that, says how many images ran for how long"
    if not isinstance(row["batch"], int) or row["batch"] < 1:
        yield "its batch is no number of images"
    for key, names in RANGES.items():
        value = row[key]
        if value is not None and not _is_range(value, names):
            yield f"its {key} is no number with its range"
    if any(row[key] is not None and not _is_number(row[key]) for key in NUMBERS):
        yield "a number in it is none"
    silent = row["not_measurable"]
    if silent is not None and not (
        isinstance(silent, dict) and all(_is_text(silent.get(key)) for key in ("reason", "remedy"))
    ):
        yield "why it has no energy must be a reason and a remedy"
    if not all(row[key] is None or _is_text(row[key]) for key in ("precision", "doubt")):
        yield "precision and doubt must be texts"


def _plain(value: Any) -> Any:
    """The same, without markup in its texts."""
    if isinstance(value, dict):
        return {str(key).translate(MARKUP): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.translate(MARKUP)[:LONGEST] if isinstance(value, str) else value


def _is_range(value: object, names: tuple[str, ...]) -> bool:
    return isinstance(value, dict) and all(_is_number(value.get(name)) for name in names)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST
