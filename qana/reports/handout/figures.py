"""Draws the sections of the page: the photo as events, the network, its numbers, the questions."""

from collections.abc import Sequence
from string import ascii_lowercase

from fpdf import FPDF

from qana.explanation.heatmap import draw_channel
from qana.reports.handout.content import HandoutContent
from qana.reports.pdf_drawing import (
    BODY,
    INNER,
    LEADING,
    MARGIN,
    MUTED,
    ORANGE,
    PAGE,
    SERIF,
    SMALL,
    TEAL,
    draw_arrow,
    draw_caption,
    draw_heading,
    draw_picture,
    draw_table,
    draw_text,
)
from qana.walkthrough.block_graph import compute_shares
from qana.walkthrough.quiz import Question

PIXELS = 256
"""Side of a drawn event map, pixels. Each position of a layer is a square in it."""


def draw_photo(pdf: FPDF, content: HandoutContent, y: float) -> None:
    """Draws the photo, the events of three layers, and the sparsity, from `y` mm downward."""
    prediction, side, gap = content.prediction, 33.5, 4
    top = draw_heading(pdf, MARGIN, y, INNER, "One photo as events")
    draw_picture(pdf, MARGIN, top, side, prediction.inputs, "The photo as the network reads it")
    pixels = f"{len(prediction.inputs)} x {len(prediction.inputs)} pixels"
    draw_caption(pdf, MARGIN, top + side, side, "Pixels", pixels, content.photo)
    for number, frame in enumerate(content.maps, start=1):
        x = MARGIN + number * (side + gap)
        draw_arrow(pdf, x - gap / 2, top + side / 2)
        drawn = draw_channel(frame.counts - frame.counts.min(), PIXELS)
        draw_picture(pdf, x, top, side, drawn, f"Events of {frame.name}")
        places = f"{len(frame.counts)} x {len(frame.counts)}, {frame.channels} channels"
        count = f"{frame.events:,} events, {frame.sparsity:.0%} silent"
        draw_caption(pdf, x, top + side, side, frame.name, places, count)
    x = MARGIN + 4 * (side + gap)
    width = PAGE[0] - MARGIN - x
    below = draw_text(pdf, x, top + 1, width, f"{prediction.events:,}", 17, "B", ORANGE, SERIF)
    size = sum(layer.size for layer in prediction.layers)
    below = draw_text(
        pdf,
        x,
        below + 0.5,
        width,
        f"events of {size:,} activations in the {len(prediction.layers)} hidden layers: "
        f"{prediction.sparsity:.1%} are silent.",
        SMALL,
    )
    about = "Bright places send the most events of their layer, black ones the fewest."
    draw_text(pdf, x, below + 2, width, about, SMALL, colour=MUTED)


def draw_network(pdf: FPDF, content: HandoutContent, y: float) -> None:
    """Draws the chain of blocks, with arcs for residual connections and bars for the MACs."""
    graph = [block for block in content.graph if block.macs]
    share = compute_shares(graph, "macs")
    width = 108
    top = draw_heading(pdf, MARGIN, y, width, "The network in blocks") - 0.5
    legend = "arc: input added; bar: share of MACs"
    draw_text(pdf, MARGIN + 58, y + 1.7, width - 58, legend, SMALL, colour=MUTED, align="R")
    pitch, x, room = 64 / len(graph), MARGIN + 5, 26
    middle = {block.name: top + pitch * (row + 0.5) for row, block in enumerate(graph)}
    centres = list(middle.values())
    pdf.set_draw_color(*TEAL)
    pdf.set_line_width(0.5)
    pdf.line(x, centres[0], x, centres[-1])
    for block in graph:
        at = middle[block.name]
        pdf.set_draw_color(*ORANGE)
        for source in block.skips:
            pdf.bezier(
                [(x, middle[source]), (x - 4.5, middle[source]), (x - 4.5, at), (x, at)], style="D"
            )
        pdf.set_fill_color(*TEAL)
        for end in (*block.skips, block.name):
            pdf.circle(x, middle[end], 1.1, style="F")
        line = at - SMALL * LEADING / 2
        draw_text(pdf, x + 4, line, 44, block.title, SMALL)
        shape = " x ".join(str(length) for length in block.shape)
        draw_text(pdf, x + 42, line, 26, shape, SMALL, colour=MUTED)
        bar = room * share[block.name] / max(share.values())
        pdf.set_fill_color(*TEAL)
        pdf.rect(x + 64, at - 1.3, max(bar, 0.2), 2.6, style="F")
        draw_text(
            pdf, MARGIN + width - 11, line, 11, _format_share(share[block.name]), SMALL, align="R"
        )


def _format_share(share: float) -> str:
    return f"{share:.1%}" if share >= 0.0005 else "< 0.1%"


def draw_numbers(pdf: FPDF, content: HandoutContent, y: float) -> None:
    """Draws the figures of the model and its test results, with the command that made them."""
    entry, test = content.entry, content.entry.metrics["lesion-test"]
    x, width = MARGIN + 116, INNER - 116
    top = draw_heading(pdf, x, y, width, "The numbers")
    weights, activations = entry.weight_bits, entry.activation_bits
    rows = [
        ("Weights", f"{weights} bits, {2**weights - 1} levels"),
        ("Activations", f"{activations} bits"),
        ("Parameters", f"{entry.parameters:,}"),
        ("MACs of one photo", f"{entry.macs / 1e6:.1f} million"),
    ]
    for found in content.mappings:
        passes = "does not fit" if found.refusal else f"{len(found.passes)}"
        rows.append((f"Passes, {found.device}, {len(found.mesh.processors)} NPs", passes))
    top = draw_table(pdf, x, top, width, rows) + 1.5
    top = (
        draw_text(pdf, x, top, width, f"On {test['n']:,} test photos, Akida", BODY, "B", TEAL) + 0.8
    )
    scores = {
        "Accuracy": "accuracy",
        "Balanced accuracy": "balanced_accuracy",
        "Macro F1": "macro_f1",
    }
    spans = []
    for words, score in scores.items():
        low, high = test["ci95"][score]
        spans.append((words, f"{test[score]:.3f} ({low:.3f} to {high:.3f})"))
    top = draw_table(pdf, x, top, width, spans) + 0.5
    about = "95 % intervals, over lesions never trained on."
    top = draw_text(pdf, x, top, width, about, SMALL, colour=MUTED) + 0.5
    draw_text(pdf, x, top, width, entry.record["command"], SMALL, colour=MUTED)


def draw_questions(pdf: FPDF, questions: Sequence[Question], y: float) -> None:
    """Draws the questions in two columns, from `y` mm downward."""
    top = draw_heading(pdf, MARGIN, y, INNER, "Five questions")
    where = "Some answers are on this page; the app computes all, on its page Convert."
    draw_text(pdf, MARGIN + 60, y + 1.7, INNER - 60, where, SMALL, colour=MUTED, align="R")
    width, gap = (INNER - 8) / 2, 1.4
    x, line = float(MARGIN), top
    for number, question in enumerate(questions, start=1):
        if number == (len(questions) + 3) // 2:
            x, line = MARGIN + width + 8, top
        draw_text(pdf, x, line, 5, f"{number}", 10, "B", ORANGE)
        line = draw_text(pdf, x + 5, line, width - 5, question.text, SMALL)
        # Non-breaking spaces keep each option on one line.
        letters = (
            f"{letter}) {option}".replace(" ", "\N{NO-BREAK SPACE}")
            for letter, option in zip(ascii_lowercase, question.options, strict=False)
        )
        line = draw_text(pdf, x + 5, line, width - 5, "   ".join(letters), SMALL, "B", TEAL) + gap
