"""Draws the whole page and saves it as a file."""

import errno
from pathlib import Path

from fpdf import FPDF

from qana.data.samples import ATTRIBUTION
from qana.errors import UserError
from qana.output_files import write_files
from qana.reports.handout.content import HandoutContent
from qana.reports.handout.figures import draw_network, draw_numbers, draw_photo, draw_questions
from qana.reports.pdf_drawing import (
    BACKGROUND,
    INNER,
    LINE,
    LOGO,
    MARGIN,
    MUTED,
    ORANGE,
    PAGE,
    SERIF,
    SMALL,
    TEAL,
    TEXT_COLOUR,
    draw_arrow,
    draw_heading,
    draw_panel,
    draw_text,
    make_pdf,
)
from qana.reports.source_facts import describe_dark_skin, read_valid_report
from qana.walkthrough.chip_drawing import format_passes

PAPER_SOURCE = "Wang et al., arXiv 2507.15958"


class HandoutError(UserError):
    """A handout that cannot be saved."""


def draw_handout(content: HandoutContent) -> bytes:
    """Draws the handout.

    Returns:
        A PDF, one page of A4 in portrait format.
    """
    pdf = make_pdf("From pixels to spikes")
    pdf.add_page()
    _draw_header(pdf)
    _draw_steps(pdf, content, 47)
    draw_photo(pdf, content, 94)
    draw_network(pdf, content, 151)
    draw_numbers(pdf, content, 151)
    draw_questions(pdf, content.questions, 227)
    _draw_sources(pdf, content, 277)
    return bytes(pdf.output())


def save_handout(page: bytes, out: Path) -> None:
    """Saves the handout, and keeps an older file if that fails.

    Args:
        page: the PDF.
        out: path of the file.

    Raises:
        HandoutError: the file cannot be written.
    """
    try:
        if out.is_dir():
            raise IsADirectoryError
        write_files({out: page})
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise HandoutError(
                f"The handout cannot be written to {out}, because the disk is full: make room on "
                "it, or choose another place."
            ) from None
        raise HandoutError(
            f"The handout cannot be written to {out}: name a file in a folder that exists and "
            "that you may write to."
        ) from None


def _draw_header(pdf: FPDF) -> None:
    pdf.set_fill_color(*BACKGROUND)
    pdf.rect(0, 0, *PAGE, style="F")
    pdf.set_fill_color(*TEAL)
    pdf.rect(0, 0, PAGE[0], 27, style="F")
    pdf.image(str(LOGO), MARGIN - 3, 5, 17, 17)
    draw_text(pdf, MARGIN + 16, 6, 120, "From pixels to spikes", 24, "B", BACKGROUND, SERIF)
    about = "How QANA reads a photo of skin on a neuromorphic chip"
    draw_text(pdf, MARGIN + 16.3, 17, 120, about, 10, colour=BACKGROUND)
    draw_panel(pdf, PAGE[0] - MARGIN - 44, 9, 44, 9, ORANGE)
    right = PAGE[0] - MARGIN - 44
    draw_text(pdf, right, 11.3, 44, "Not a medical device", 10, "B", BACKGROUND, align="C")
    draw_text(
        pdf,
        MARGIN,
        31.5,
        INNER,
        "QANA is a small convolutional network that sorts dermatoscopic photos into seven classes. "
        "It is trained with its quantization and converted to a spiking network for BrainChip "
        "Akida, where layers send each other events: values that are not zero. It runs on a chip, "
        "or on the vendor's simulator with the same integers. For research and teaching only.",
    )


def _draw_steps(pdf: FPDF, content: HandoutContent, y: float) -> None:
    """Draws six steps from training to spikes, each with a number of this model."""
    entry, large = content.entry, content.mappings[0]
    stages = {name: found["accuracy"] for name, found in entry.metrics["stages"].items()}
    reached = entry.metrics["lesion-test"]["accuracy"]
    steps = (
        (
            "Train",
            "A float network learns from labelled photos.",
            _format_accuracy(stages["float"]),
        ),
        (
            "Quantize",
            "Weights and activations become small integers.",
            _format_accuracy(stages["ptq"]),
        ),
        ("Tune", "It trains on with the rounding in place.", _format_accuracy(stages["tuned"])),
        ("Convert", "The vendor's converter makes it an Akida model.", _format_accuracy(reached)),
        (
            "Map",
            "Each layer gets processors of the chip.",
            (
                format_passes(len(large.passes)),
                f"on {len(large.mesh.processors)} processors",
            ),
        ),
        (
            "Spikes",
            "A zero is never sent: only events travel.",
            (f"{content.prediction.sparsity:.1%}", "silent, this photo"),
        ),
    )
    top = draw_heading(pdf, MARGIN, y, INNER, "From training to spikes")
    gap, height = 4, 35
    width = (INNER - gap * (len(steps) - 1)) / len(steps)
    for number, (title, words, (value, unit)) in enumerate(steps):
        x = MARGIN + number * (width + gap)
        draw_panel(pdf, x, top, width, height)
        draw_text(pdf, x + 2.2, top + 2.2, width - 4, f"{number + 1}", SMALL, "B", ORANGE)
        draw_text(pdf, x + 5.2, top + 1.8, width - 6, title, 10, "B", TEAL)
        draw_text(pdf, x + 2.2, top + 7.4, width - 3.6, words, SMALL)
        draw_text(pdf, x + 2.2, top + 23.4, width - 4, value, 13, "B", TEXT_COLOUR, SERIF)
        draw_text(pdf, x + 2.2, top + 29.4, width - 3, unit, SMALL, colour=MUTED)
        if number:
            draw_arrow(pdf, x - gap / 2, top + height / 2)


def _format_accuracy(accuracy: float) -> tuple[str, str]:
    return f"{accuracy:.1%}", "right, test set"


def _draw_sources(pdf: FPDF, content: HandoutContent, y: float) -> None:
    pdf.set_draw_color(*LINE)
    pdf.line(MARGIN, y, PAGE[0] - MARGIN, y)
    draw_text(
        pdf,
        MARGIN,
        y + 1.8,
        INNER,
        f"Data and weights: {ATTRIBUTION}. Ideas of the network: {PAPER_SOURCE}. The Akida engine "
        "is proprietary software of BrainChip; code of QANA: Apache-2.0. "
        f"{describe_dark_skin(read_valid_report(content.entry))}",
        SMALL,
        colour=MUTED,
    )
