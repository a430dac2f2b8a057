"""Generates benchmark results of other machines, which the Compare page loads."""

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from qana.bench.published import read_published_rows
from qana.bench.readings import MEASURED, NotMeasurable
from qana.bench.result_files import format_csv, read_result
from qana.bench.rows import Energy, Latency, Row, make_published_row
from tools.fuzz import json_documents
from tools.fuzz.input_kinds import Target
from tools.fuzz.random_generator import RandomGenerator


def generate_result(rng: RandomGenerator, folder: Path) -> Target:
    """Generates a document of `python -m qana bench --json`, which the target converts to CSV."""
    document = _make_document()
    if rng.draw_bool(0.6):  # a single row, because the reader reads nearly all its values
        row = json_documents.mutate(rng, rng.choice(document["rows"]), max_changes=2)
        document = document | {"rows": [row, *document["rows"][:2]]}
    else:
        document = json_documents.mutate(rng, document)
    data = json_documents.encode(rng, document)

    def run_target() -> None:
        read = read_result(data)
        if len(format_csv(read).splitlines()) < 1 + len(read.rows):
            raise AssertionError("the CSV lacks a row")
        if "://" in str(read) or "<" in str([row.runtime for row in read.rows]):
            raise AssertionError("a text contains markup for a page")

    return run_target


@cache
def _make_document() -> dict[str, Any]:
    silent = NotMeasurable("a meter", "It is not there.", "Plug one in.")
    common: dict[str, Any] = {
        "provenance": MEASURED,
        "source": "a counter",
        "runs": 9,
        "images": 9,
        "seconds": 2.0,
    }
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
