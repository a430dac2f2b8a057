"""Shows the answers of a batch as a table, or as cards on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qana.classes import BY_CODE
from qana.inference.probabilities import format_percent
from qana.reports.data_urls import make_data_url
from qana.screening.photo_answer import PhotoAnswer
from ui.component import register_component

STATUS_NAMES = {"classified": "Classified", "abstained": "Not sure", "rejected": "Rejected"}
"""Status of a row to its name on the page."""
MOST_PICTURES = 60
"""Number of rows that get a picture while the batch runs. The table is sent every second, and most
of its size is that of the pictures."""
PAGES = ("scan", "explain")
_table = register_component(Path(__file__).parent)


@dataclass(frozen=True)
class OpenedPhoto:
    """What a visitor has clicked.

    Attributes:
        path: of the photo.
        page: "scan" or "explain".
    """

    path: str
    page: str


def show_photo_table(
    answers: Sequence[PhotoAnswer], nothing: str, all_pictures: bool, key: str
) -> OpenedPhoto | None:
    """Shows the table.

    Args:
        answers: one for each row, in the order to show.
        nothing: sentence in place of the rows if there is none.
        all_pictures: whether each row gets its picture.
        key: of the widget.

    Returns:
        The photo that the visitor opens, in the one run after the click; else None.
    """
    rows = [
        make_table_row(answer, all_pictures or place < MOST_PICTURES)
        for place, answer in enumerate(answers)
    ]
    opened = _table(
        key=key, data={"rows": rows, "nothing": nothing}, on_opened_change=lambda: None
    ).opened
    return parse_opened(opened, answers) if opened else None


def make_table_row(answer: PhotoAnswer, picture: bool) -> dict[str, Any]:
    """Makes what the browser shows of one answer.

    Args:
        answer: the answer.
        picture: whether its picture is part of it.
    """
    row = answer.row
    label, probability, look = row.top1_label, row.top1_probability, row.malignant_probability
    thumbnail = answer.thumbnail if picture else None
    return {
        "path": row.path,
        "kind": row.status,
        "status": STATUS_NAMES[row.status],
        "reason": row.reason or "",
        "name": BY_CODE[label].name if label else "",
        "probability": "" if probability is None else format_percent(probability),
        "look": "" if look is None else format_percent(look),
        "share": look or 0.0,
        "events": "" if row.events is None else f"{row.events:,}",
        "picture": make_data_url("image/webp", thumbnail) if thumbnail else None,
        "readable": answer.probabilities is not None,
    }


def parse_opened(message: Any, answers: Sequence[PhotoAnswer]) -> OpenedPhoto | None:
    """Reads what a browser sends. A broken client may send anything.

    Args:
        message: a dictionary with path and page.
        answers: those that were shown.
    """
    if not isinstance(message, dict) or message.get("page") not in PAGES:
        return None
    found = (one for one in answers if one.row.path == message.get("path"))
    answer = next(found, None)
    if answer is None or answer.probabilities is None:
        return None
    return OpenedPhoto(answer.row.path, message["page"])
