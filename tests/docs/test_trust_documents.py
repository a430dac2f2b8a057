"""The documents on trust name files, headings, tests, commands and figures that exist."""

import json
import re
import string
from pathlib import Path
from typing import Any

import pytest

from qana.cli.main import COMMANDS
from qana.evaluation.report_files import ReportError
from qana.reports.regulatory_card import CARD, format_figure, make_regulatory_card

DOCS = Path(__file__).parents[2] / "docs"
ROOT = DOCS.parent
PAGES = ("signing.md", "threat-model.md", "deploy.md", "model-card.md")
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)")
FIGURE = re.compile(r"([\d.,]+) \(`(models/[\w./-]+)`, `([^`]+)`\)")
"""A figure, the file and the keys that it was read from."""
ACTORS = ("Visitor", "Network", "Model file", "Dependency", "Chip")
ANNEX = (
    *(f"1({letter})" for letter in string.ascii_lowercase[:8]),
    *(f"2({letter})" for letter in string.ascii_lowercase[:8]),
    *map(str, range(3, 10)),
)
"""Items of Annex IV of Regulation (EU) 2024/1689."""
LABEL = (
    *("Model name, version, locale", "Summary", "Outcome", "Output", "Target population"),
    *("Time of prediction", "Input", "Training data", "Model type", "Prevalence", "Performance"),
    *("Benefits", "Use and decisions", "Warnings: risks", "Warnings: unsuitable settings"),
    *("Warnings: generalization", "Discontinue use if", "Clinical trial", "Inquiries"),
)
"""Sections of the Model Facts label of Sendak et al. (2020)."""


def read(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def list_rows(text: str) -> list[list[str]]:
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows]


def list_anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    kept = ("".join(c for c in one.lower() if c.isalnum() or c in " -_") for one in headings)
    return {one.strip().replace(" ", "-") for one in kept}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_and_a_heading(page: str) -> None:
    links = LINK.findall(read(page))
    assert links
    for target, anchor in links:
        path = (DOCS / target).resolve() if target else DOCS / page
        assert path.exists(), target
        if anchor:
            assert anchor in list_anchors(path), f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES)
def test_every_test_file_that_a_page_names_exists(page: str) -> None:
    named = re.findall(r"`(tests/[\w./-]+)`", read(page))
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_a_page_names_exists(page: str) -> None:
    named = set(re.findall(r"(?:`|^ {4}|=\S+ )qana ([a-z-]+)", read(page), re.MULTILINE))
    assert named <= set(COMMANDS)


def test_each_threat_has_a_test_and_each_of_the_five_has_threats() -> None:
    rows = [row for row in list_rows(read("threat-model.md")) if len(row) == 4][2:]
    assert [re.sub(r"\*", "", row[0]) for row in rows if row[0]] == list(ACTORS)
    assert all(row[1] and row[2] for row in rows)
    assert [row[1] for row in rows if "`tests/" not in row[3]] == []


def test_the_card_is_up_to_date() -> None:
    remake = "run `python -m qana.reports.readme`"
    assert CARD.read_text(encoding="utf-8") == make_regulatory_card(), remake


def test_each_figure_of_the_card_is_the_one_of_its_file() -> None:
    figures = FIGURE.findall(read("model-card.md"))
    assert len(figures) > 10
    for stated, file, key in figures:
        found: Any = json.loads((ROOT / file).read_text(encoding="utf-8"))
        if "models" in found and file.endswith("manifest.json"):
            found = {model["name"]: model for model in found["models"]}
        for part in key.split("/"):
            found = found[part]
        places = len(stated.partition(".")[2])
        assert stated == f"{found:,.{places}f}", f"{file}, {key}"


def test_no_score_of_the_card_stands_without_its_file() -> None:
    rest = FIGURE.sub("", read("model-card.md"))
    assert re.findall(r"\b0\.\d{2,}\b", rest.replace("0.2.0", "")) == []


def test_the_card_has_each_item_of_both_forms() -> None:
    first = [row[0] for row in list_rows(read("model-card.md")) if len(row) == 2]
    for item in ANNEX:
        assert any(cell.split(" ")[0] == item for cell in first), item
    for section in LABEL:
        assert any(cell.startswith(section) for cell in first), section
    assert all(len(row) == 2 and row[1] for row in list_rows(read("model-card.md")))


def test_a_figure_that_is_not_there_gets_one_sentence() -> None:
    for file, key in (("light.json", "none"), ("none.json", "a"), ("manifest.json", "akida2/x/y")):
        with pytest.raises(ReportError, match=r"which docs/model-card.md needs: run"):
            format_figure(file, key, "d")
