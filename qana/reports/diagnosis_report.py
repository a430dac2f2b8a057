"""Writes the report of one diagnosis: a page to keep, whole in one file, made in memory."""

from datetime import datetime
from pathlib import Path

import jinja2

from qana.data.samples import Sample
from qana.inference.diagnosis import Diagnosis
from qana.reports.data_urls import embed_picture, make_data_url
from qana.reports.diagnosis_content import gather_diagnosis_content

PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True
)


def write_diagnosis_report(
    diagnosis: Diagnosis, made: datetime, sample: Sample | None = None
) -> bytes:
    """Writes one HTML file that needs no other: pictures inside, no script, no address to ask.

    Args:
        diagnosis: with an answer. The report is about the network that gave it.
        made: when, with its time zone.
        sample: the sample that the photo is of; None for a photo of the user's own.

    Returns:
        UTF-8 text. It prints on one page of A4.

    Raises:
        ValueError: the photo was rejected.
    """
    content = gather_diagnosis_content(diagnosis, made, sample)
    page = PAGES.get_template("diagnosis_report.html").render(
        content=content,
        photo=embed_picture(content.photo),
        case_photos=[make_data_url("image/webp", one.case.file) for one in content.cases],
        heat=None if content.heat is None else embed_picture(content.heat),
    )
    return page.encode()
