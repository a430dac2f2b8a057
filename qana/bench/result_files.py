"""Reads results of `python -m qana bench --json` from files, and formats them as CSV.

A file may come from anybody, so every value of it is checked before a page shows it.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import Any

from qana.bench.bench_result import BenchResult
from qana.bench.readings import MEASURED, MODELLED, PUBLISHED
from qana.bench.rows import Row
from qana.errors import UserError
from qana.resources import ASSETS

RESULTS_FOLDER = ASSETS / "results"
"""Results of other machines that come with QANA."""
MAX_BYTES, MAX_ROWS, MAX_TEXT_LENGTH = 2_000_000, 500, 2_000
"""Largest file in bytes, most rows in it, longest text in characters: far above true results."""
MAX_NUMBER, MIN_POSITIVE = 1e12, 1e-12
"""Largest magnitude of a number in a file, and least number where one must be above 0."""
LATENCY_KEYS = ("p50", "p5", "p95", "low", "high")
ENERGY_KEYS = ("value", "low", "high")
MARKUP = str.maketrans(dict.fromkeys("[]<>$\\!*#|~`@"))
"""Removes characters that would put a link, a picture or a heading of the file onto a page."""


class ResultError(UserError):
    """A file that is not a result of `python -m qana bench --json`."""


def read_result(content: bytes) -> BenchResult:
    """Reads a result from the content of a file, and checks every value.

    It reads model, sha256, command, macs, the name of the processor and the rows, and removes
    markup from every text. It ignores everything else.

    Args:
        content: of the file, JSON in UTF-8.

    Raises:
        ResultError: the file is no such document, a value is out of range, or a row claims to be
            measured although nothing ran.
    """
    if len(content) > MAX_BYTES:
        raise ResultError("The file is too large for a result of `python -m qana bench --json`.")
    try:
        document = json.loads(content)
        rows = document["rows"]
        names = {key: check_text(document[key]) for key in ("model", "sha256", "command")}
        macs = _check_optional(_check_count, document.get("macs"))
        processor = check_text(document["machine"]["processor"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ResultError(
            "The file is not a result of `python -m qana bench --json`: save its output and load "
            "that."
        ) from None
    if not isinstance(rows, list) or not 0 < len(rows) <= MAX_ROWS:
        raise ResultError(
            f"The file must have 1 to {MAX_ROWS} rows of `python -m qana bench --json`."
        )
    checked = []
    for number, row in enumerate(rows, start=1):
        try:
            checked.append(_check_row(row))
        except KeyError as error:
            raise ResultError(
                f"Row {number} of the file has no {error.args[0]}: save the output of "
                "`python -m qana bench --json` again."
            ) from None
        except (ValueError, TypeError) as error:
            raise ResultError(f"Row {number} of the file cannot be used: {error}.") from None
    return BenchResult.from_json(
        {**names, "macs": macs, "machine": {"processor": processor}, "rows": checked}
    )


def read_shipped_results() -> list[BenchResult]:
    """Reads the results that come with QANA, in the order of their file names.

    Raises:
        ResultError: a file is damaged.
    """
    return [read_result(path.read_bytes()) for path in sorted(RESULTS_FOLDER.glob("*.json"))]


def format_csv(result: BenchResult) -> str:
    """Formats the rows as CSV, one line a row, with intervals in columns of their own."""
    lines = [_flatten_row(row) for row in result.rows]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(dict.fromkeys(key for line in lines for key in line)))
    writer.writeheader()
    writer.writerows(lines)
    return file.getvalue()


def _flatten_row(row: Row) -> dict[str, Any]:
    line: dict[str, Any] = {}
    for key, value in row.to_json().items():
        if key == "latency_ms" or key.startswith("energy"):
            names = LATENCY_KEYS if key == "latency_ms" else ENERGY_KEYS
            line |= {f"{key}_{name}": (value or {}).get(name) for name in names}
        elif key == "not_measurable":
            line[key] = value["reason"] if value else None
        else:
            line[key] = value
    return line


def _check_row(row: Any) -> dict[str, Any]:
    """Makes a new row of the checked values.

    Raises:
        KeyError: a key is missing.
        TypeError: a value has the wrong type.
        ValueError: a value is out of range, or the provenance contradicts the values.
    """
    _check_object(row, "it")
    made = {
        "runtime": check_text(row["runtime"]),
        "device": check_text(row["device"]),
        "precision": _check_optional(check_text, row["precision"]),
        "batch": _check_count(row["batch"]),
        "latency_ms": _check_optional(_check_latency, row["latency_ms"]),
        "energy_mj": _check_optional(_check_energy, row["energy_mj"]),
        "provenance": row["provenance"],
        "source": check_text(row["source"]),
        "energy_net_mj": _check_optional(_check_net_energy, row["energy_net_mj"]),
        "idle_watts": _check_optional(check_positive, row["idle_watts"]),
        "not_measurable": _check_optional(_check_reason, row["not_measurable"]),
        "runs": _check_optional(_check_count, row["runs"]),
        "images": _check_optional(_check_count, row["images"]),
        "seconds": _check_optional(check_positive, row["seconds"]),
        "doubt": _check_optional(check_text, row["doubt"]),
    }
    if made["provenance"] not in (MEASURED, MODELLED, PUBLISHED):
        raise ValueError("its provenance must be measured, modelled or published")
    ran = all(made[key] is not None for key in ("runs", "images", "seconds"))
    if (made["provenance"] == MEASURED) != ran:
        raise ValueError("a measured row, and no other, has runs, images and seconds")
    return made


def _check_optional(check: Callable[[Any], Any], value: Any) -> Any:
    return None if value is None else check(value)


def _check_object(value: Any, name: str) -> None:
    if not isinstance(value, dict):
        raise TypeError(f"{name} must be an object with names and values")


def _check_latency(value: Any) -> dict[str, float | None]:
    _check_object(value, "its latency")
    made = {name: _check_optional(check_positive, value[name]) for name in LATENCY_KEYS}
    for low, high in (("p5", "p95"), ("low", "high")):
        if made[low] is not None or made[high] is not None:
            _check_order([made[low], made["p50"], made[high]])
    if made["p50"] is None:
        raise ValueError("its latency needs a median")
    return made


def _check_energy(value: Any) -> dict[str, float]:
    return _check_range(value, (check_positive, check_number, check_positive))


def _check_net_energy(value: Any) -> dict[str, float]:
    # A net energy may be below 0, where the idle power is known badly.
    return _check_range(value, (check_number, check_number, check_number))


def _check_range(value: Any, checks: Iterable[Callable[[Any], float]]) -> dict[str, float]:
    _check_object(value, "its energy")
    made = {name: check(value[name]) for name, check in zip(ENERGY_KEYS, checks, strict=True)}
    _check_order([made["low"], made["value"], made["high"]])
    return made


def _check_order(values: list[Any]) -> None:
    if None in values or values != sorted(values):
        raise ValueError("the ends of an interval are not in order")


def _check_reason(value: Any) -> dict[str, str]:
    _check_object(value, "its reason for no energy")
    return {key: check_text(value[key]) for key in ("meter", "reason", "remedy")}


def check_text(value: Any) -> str:
    """Checks a text of a file, removes markup from it, and makes one line of it.

    Raises:
        TypeError: it is no text, too long, or empty without the markup.
    """
    if not isinstance(value, str) or len(value) > MAX_TEXT_LENGTH:
        raise TypeError("a text is missing or too long")
    line = "".join(one if one.isprintable() else " " for one in value.translate(MARKUP))
    line = line.replace("://", " ").replace("www.", "www ")
    if not line.strip():
        raise TypeError("a text is empty")
    return line


def _check_count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MAX_NUMBER:
        raise TypeError("a number of images or runs must be a whole number above 0")
    return value


def check_positive(value: Any) -> float:
    """Checks a number of a file that must be above 0.

    Raises:
        TypeError: it is no number, infinite or too large.
        ValueError: it is not above 0, or so small that a quotient would be infinite.
    """
    if check_number(value) < MIN_POSITIVE:
        raise ValueError("a number must be above 0")
    return value


def check_number(value: Any) -> float:
    """Checks a finite number of a file.

    Raises:
        TypeError: it is no number, infinite or too large.
    """
    wrong = not isinstance(value, int | float) or isinstance(value, bool)
    if wrong or not abs(value) <= MAX_NUMBER:  # NaN is not, either
        raise TypeError("a number is missing, infinite or too large")
    return value
