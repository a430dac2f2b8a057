"""Runs of `qana screen` in this process, and their tables."""

import csv
from pathlib import Path

import pytest

from qana.cli.main import main


def screen(*words: object) -> int:
    return main(["screen", *map(str, words)])


def list_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def expected(photos_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of one worker, uninterrupted."""
    out = tmp_path_factory.mktemp("expected") / "table.csv"
    assert screen(photos_folder, "--out", out, "--workers", 1) == 0
    return out.read_bytes()
