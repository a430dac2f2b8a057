"""Results as files: read one that another machine made, write one for others to read."""

import csv
import io
import json
import math
from collections.abc import Iterable
from typing import Any

from qana.bench.readings import MEASURED, MODELLED, PUBLISHED
from qana.errors import UserError
from qana.resources import ASSETS

MOST_BYTES, MOST_ROWS, LONGEST = 2_000_000, 500, 2_000
"""Of a file, of its rows, of a text in it: far above any true result."""
LARGEST = 1e12
"""Of any number in it."""
LATENCY = ("p50", "p5", "p95", "low", "high")
ENERGY = ("value", "low", "high")
MARKUP = str.maketrans(dict.fromkeys("[]<>$\\!*#|~`@") | {"\n": " ", "\r": " ", "\t": " "})
"""A stranger's file may bring no links, pictures or headings onto a page."""


class ResultError(UserError):
    """A file that is no result of `python -m qana bench --json`."""


def read_result(content: bytes) -> dict[str, Any]:
    """The document in a file, checked.

    Returns:
        model, sha256, command, macs (None where the file does not say), machine (processor), and
        rows with the keys of `Row.as_document`. Texts are plain, whatever else the file holds is
        left out.

    Raises:
        ResultError: it is no such document, or a row of it claims what it cannot show: measured
            with nothing run, or a number that is none.
    """
    if len(content) > MOST_BYTES:
        raise ResultError("The file is too large for a result of `python -m qana bench --json`.")
    try:
        document = json.loads(content)
        rows = document["rows"]
        names = {key: _text(document[key]) for key in ("model", "sha256", "command")}
        macs = _maybe(_whole, document.get("macs"))
        processor = _text(document["machine"]["processor"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise ResultError(
            "The file is no result of `python -m qana bench --json`: save its output and load that."
        ) from None
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_ROWS:
        raise ResultError("The file's rows are not those of `python -m qana bench`.")
    read = []
    for number, row in enumerate(rows, start=1):
        try:
            read.append(_row(row))
        except KeyError as error:
            raise ResultError(f"Row {number} of the file has no {error.args[0]}.") from None
        except (ValueError, TypeError, OverflowError) as error:
            raise ResultError(f"Row {number} of the file cannot be used: {error}.") from None
    return {**names, "macs": macs, "machine": {"processor": processor}, "rows": read}


def format_csv(document: dict[str, Any]) -> str:
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
        if key == "latency_ms" or key.startswith("energy"):
            names = LATENCY if key == "latency_ms" else ENERGY
            line |= {f"{key}_{name}": (value or {}).get(name) for name in names}
        elif key == "not_measurable":
            line[key] = value["reason"] if value else None
        else:
            line[key] = value
    return line


def _row(row: Any) -> dict[str, Any]:
    """One row, made anew of what was checked; raises KeyError, TypeError or ValueError."""
    if not isinstance(row, dict):
        raise TypeError("it is no row")
    latency, silent = row["latency_ms"], row["not_measurable"]
    made = {
        "runtime": _text(row["runtime"]),
        "device": _text(row["device"]),
        "precision": _maybe(_text, row["precision"]),
        "batch": _whole(row["batch"]),
        "latency_ms": _maybe(_latency, latency),
        "energy_mj": _maybe(_energy, row["energy_mj"]),
        "provenance": row["provenance"],
        "source": _text(row["source"]),
        "energy_net_mj": _maybe(_net, row["energy_net_mj"]),
        "idle_watts": _maybe(_positive, row["idle_watts"]),
        "not_measurable": _maybe(_reason, silent),
        "runs": _maybe(_whole, row["runs"]),
        "images": _maybe(_whole, row["images"]),
        "seconds": _maybe(_positive, row["seconds"]),
        "doubt": _maybe(_text, row["doubt"]),
    }
    made["images_per_second"] = made["latency_ms"] and 1e3 * made["batch"] / latency["p50"]
    if made["provenance"] not in (MEASURED, MODELLED, PUBLISHED):
        raise ValueError("it does not say whether it was measured, modelled or published")
    ran = all(made[key] is not None for key in ("runs", "images", "seconds"))
    if (made["provenance"] == MEASURED) != ran:
        raise ValueError("what is measured, and only that, says how many images ran for how long")
    return made


def _maybe(read: Any, value: Any) -> Any:
    return None if value is None else read(value)


def _latency(value: Any) -> dict[str, float | None]:
    made = {name: _maybe(_positive, value[name]) for name in LATENCY}
    for low, high in (("p5", "p95"), ("low", "high")):
        _in_order([made[low], made["p50"], made[high]], {made[low], made[high]} == {None})
    return made


def _energy(value: Any) -> dict[str, float]:
    return _range(value, (_positive, _number, _positive))


def _net(value: Any) -> dict[str, float]:
    """As `_energy`; what rest costs may be known so badly that a value is below 0."""
    return _range(value, (_number, _number, _number))


def _range(value: Any, kinds: Iterable[Any]) -> dict[str, float]:
    made = {name: kind(value[name]) for name, kind in zip(ENERGY, kinds, strict=True)}
    _in_order([made["low"], made["value"], made["high"]])
    return made


def _in_order(values: list[Any], unknown: bool = False) -> None:
    if not unknown and (None in values or values != sorted(values)):
        raise ValueError("a range of it is none")


def _reason(value: Any) -> dict[str, str]:
    return {key: _text(value[key]) for key in ("meter", "reason", "remedy")}


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST:
        raise TypeError("a text of it is none, or far too long")
    value.encode()  # half a surrogate pair is no text
    return value.translate(MARKUP).replace("://", " ").replace("www.", "www ")


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LARGEST:
        raise TypeError("a number of images or runs is none")
    return value


def _positive(value: Any) -> float:
    if _number(value) <= 0:
        raise ValueError("a number of it is not above 0")
    return value


def _number(value: Any) -> float:
    wrong = not isinstance(value, int | float) or isinstance(value, bool)
    if wrong or not math.isfinite(value) or abs(value) > LARGEST:
        raise TypeError("a number of it is none")
    return value


RESULTS_FOLDER = ASSETS / "results"


def read_shipped_results() -> list[dict[str, Any]]:
    """Each as `qana.bench.results.read_result` gives it, in the order of their file names.

    Raises:
        ResultError: a file is damaged.
    """
    return [read_result(path.read_bytes()) for path in sorted(RESULTS_FOLDER.glob("*.json"))]
