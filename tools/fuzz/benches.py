"""Way in: results of other machines, as Compare loads them."""

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from qana.bench.published import read_published_rows
from qana.bench.readings import MEASURED, NotMeasurable
from qana.bench.result_files import format_csv, read_result
from qana.bench.rows import Energy, Latency, Row, make_published_row
from tools.fuzz import documents
from tools.fuzz.chance import Chance


def result(chance: Chance, folder: Path) -> Callable[[], None]:
    """A document of `python -m qana bench --json`, changed, read and written as CSV."""
    document = _document()
    if chance.happens(0.6):  # one row alone, where nearly every value is read
        row = documents.changed(chance, chance.choice(document["rows"]), most=2)
        document = document | {"rows": [row, *document["rows"][:2]]}
    else:
        document = documents.changed(chance, document)
    data = documents.text(chance, document)

    def feed() -> None:
        read = read_result(data)
        if len(format_csv(read).splitlines()) < 1 + len(read.rows):
            raise AssertionError("a row is missing in the CSV")
        if "://" in str(read) or "<" in str([row.runtime for row in read.rows]):
            raise AssertionError("a text brings markup onto a page")

    return feed


@cache
def _document() -> dict[str, Any]:
    silent = NotMeasurable("a meter", "It is not there.", "Plug one in.")
    common = {"provenance": MEASURED, "source": "a counter", "runs": 9, "images": 9, "seconds": 2.0}
    latency = Latency(2.0, 1.0, 3.0, 1.9, 2.1)
    rows = [
        Row("Akida", "simulator", "8-bit", 1, latency, None, not_measurable=silent, **common),
        Row("Dense", "a card", "32-bit", 8, latency, Energy(3.0, 2.0, 4.0), **common),
        Row("Dense", "a card", None, 1, Latency(2.0), Energy(3.0, 2.0, 4.0), **common),
    ]
    rows[1] = Row(**(vars(rows[1]) | {"energy_net_mj": Energy(1.0, -1.0, 2.0), "idle_watts": 20.0}))
    rows += [make_published_row(row) for row in read_published_rows()[:3]]
    return {
        "model": "akida2",
        "sha256": "0" * 64,
        "command": "python -m qana bench --json",
        "machine": {"processor": "a processor", "cores": 2},
        "rows": [asdict(row) for row in rows],
    }
