"""A card for each deployed model, from the manifest: python -m qana.reports.model_cards

After Mitchell et al., "Model Cards for Model Reporting", FAT* 2019. Nothing in a card is written by
hand but what the project says of all its models.
"""

from pathlib import Path

import jinja2

from qana.classes import BY_CODE
from qana.evaluation.result_files import read_learning
from qana.inference.manifest import AKIDA1, CHIPS, ModelEntry, models_folder, read_manifest
from qana.reports.learning_facts import lesson_of_twenty
from qana.reports.model_facts import HEADLINES, interval, way, whole_steps

TEMPLATE = "model_card.md.jinja"


def card(entry: ModelEntry) -> str:
    """The Markdown of one model's card."""
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=True
    )
    test = entry.metrics["lesion-test"]
    learning = read_learning()
    return pages.get_template(TEMPLATE).render(
        entry=entry,
        record=entry.record,
        inherited_is_here=_inherited_is_here(entry),
        chips=CHIPS[entry.target],
        test=test,
        scores=[
            (words, interval(test[name], test["ci95"][name], digits=3))
            for name, words in HEADLINES.items()
        ],
        classes=[(BY_CODE[code].name, found) for code, found in test["per_class"].items()],
        way=way(entry),
        steps=whole_steps(entry) if entry.target == AKIDA1 else None,
        gate=entry.record.get("gate"),
        learning=lesson_of_twenty(learning)
        if learning and learning["sha256"] == entry.sha256
        else None,
    )


def _inherited_is_here(entry: ModelEntry) -> bool:
    ancestor = entry.record.get("ancestor")
    floats = [one.record["keras"]["float"]["sha256"] for one in read_manifest()]
    return ancestor is not None and ancestor["sha256"] in floats


def card_path(entry: ModelEntry) -> Path:
    """Where the card of a model lies."""
    return models_folder() / f"{entry.name}.md"


if __name__ == "__main__":
    for model in read_manifest():
        card_path(model).write_text(card(model), encoding="utf-8")
