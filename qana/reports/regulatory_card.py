"""Makes docs/model-card.md: where the items of the EU AI Act and of the Model Facts label are met.

Sources: Regulation (EU) 2024/1689, Annex IV; M. Sendak et al., "Presenting machine learning model
information to clinical end users with model facts labels", npj Digital Medicine 3, 41 (2020),
doi:10.1038/s41746-020-0253-3.

`python -m qana.reports.readme` writes the file. Each figure names the file and the key that it was
read from, and a test reads it there again.
"""

import json
from pathlib import Path
from typing import Any

import jinja2

from qana.errors import ModelError
from qana.evaluation.report_files import ReportError
from qana.inference.manifest import DEFAULT_MODEL, find_entry, find_models_folder
from qana.reports.earlier_weights import find_earlier_reports
from qana.reports.hardening_report import read_hardening
from qana.resources import VERSION

TEMPLATE = "regulatory_card.md.jinja"
CARD = Path(__file__).parents[2] / "docs" / "model-card.md"


def make_regulatory_card() -> str:
    """Makes the Markdown of docs/model-card.md.

    Raises:
        ModelError: the manifest is damaged.
        ReportError: a report is missing or lacks a figure.
    """
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    entry = find_entry(DEFAULT_MODEL)
    text = pages.get_template(TEMPLATE).render(
        entry=entry,
        version=VERSION,
        figure=format_figure,
        earlier=find_earlier_reports(read_hardening(), None),
    )
    return f"{text.rstrip()}\n"


def format_figure(file: str, key: str, notation: str) -> str:
    """Formats one figure with the file and the key that it comes from.

    Args:
        file: path in the models folder.
        key: keys from the outside in, with / between them. A model of the manifest and an item of a
            list with names stand for themselves.
        notation: of `format`, such as ".3f".

    Raises:
        ReportError: the file is missing or has no such figure.
    """
    return f"{find_value(file, key):{notation}} (`models/{file}`, `{key}`)"


def find_value(file: str, key: str) -> Any:
    """Finds one value of a JSON file of the models folder; see `format_figure`."""
    try:
        found = _read(find_models_folder() / file)
        for part in key.split("/"):
            if isinstance(found, list):
                found = next(one for one in found if part in (one.get("name"), one.get("source")))
            else:
                found = found[part]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration):
        raise ReportError(
            f"models/{file} has no value {key}, which docs/model-card.md needs: run `python -m "
            "qana measure`."
        ) from None
    return found


def _read(path: Path) -> Any:
    document = json.loads(path.read_bytes())
    return document["models"] if path.name == "manifest.json" else document


def write_regulatory_card() -> None:
    """Writes docs/model-card.md.

    Raises:
        ModelError: the manifest is damaged, or there is no docs folder beside the package.
    """
    if not CARD.parent.is_dir():
        raise ModelError("Run this command in a checkout of QANA: it writes docs/model-card.md.")
    CARD.write_text(make_regulatory_card(), encoding="utf-8")
