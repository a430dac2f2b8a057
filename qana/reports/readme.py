"""Writes the model table of README.md, docs/results.md and docs/model-card.md.

Command: `python -m qana.reports.readme`.
"""

from pathlib import Path

from qana.evaluation.model_record import read_record
from qana.inference.manifest import CHIPS, ModelEntry, read_manifest
from qana.reports.regulatory_card import write_regulatory_card
from qana.reports.results import make_results

PROJECT = Path(__file__).parents[2]
README = PROJECT / "README.md"
RESULTS = PROJECT / "docs" / "results.md"
BEGIN, END = "<!-- models: python -m qana.reports.readme -->", "<!-- end of models -->"
COLUMNS = (
    "Model",
    "Chip",
    "Bits (weights / activations)",
    "Parameters",
    "MACs",
    "Accuracy",
    "Balanced accuracy",
    "Macro F1",
    "File size",
    "Card",
)


def make_model_table() -> str:
    """Makes the Markdown table of the deployed models; scores are on the test lesions, on Akida.

    Raises:
        ModelError: the manifest is damaged.
    """
    lines = [COLUMNS, ["---"] * len(COLUMNS), *map(_make_row, read_manifest())]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _make_row(entry: ModelEntry) -> list[str]:
    record = read_record(entry)
    test = record.metrics.lesion_test
    return [
        f"**{entry.name}**",
        CHIPS[entry.target],
        f"{entry.weight_bits} / {entry.activation_bits}",
        f"{entry.parameters:,}",
        f"{entry.macs / 1e6:.1f} M",
        f"{test.accuracy:.3f}",
        f"{test.balanced_accuracy:.3f}",
        f"{test.macro_f1:.3f}",
        f"{record.bytes / 1000:.0f} kB",
        f"[card](models/{entry.name}.md)",
    ]


def fill_readme(text: str) -> str:
    """Replaces what stands between the two marks by the table of `make_model_table`.

    Raises:
        ValueError: a mark is missing.
    """
    if BEGIN not in text or END not in text:
        raise ValueError(f"README.md needs the marks {BEGIN} and {END}")
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n{make_model_table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    write_regulatory_card()
    README.write_text(fill_readme(README.read_text(encoding="utf-8")), encoding="utf-8")
    RESULTS.write_text(make_results(), encoding="utf-8")
