"""Writes a card for each deployed model from the manifest.

Command: `python -m qana.reports.model_cards`.
After Mitchell et al., "Model Cards for Model Reporting", FAT* 2019.
"""

import sys
from pathlib import Path

import jinja2

from qana.classes import BY_CODE
from qana.data.photo import DERMOSCOPIC
from qana.data.source_names import TITLES
from qana.errors import KERAS_PACKAGES, UserError
from qana.evaluation.gate_record import Gate, SourcePassRate
from qana.evaluation.model_record import read_record
from qana.inference.manifest import (
    AKIDA1,
    CHIPS,
    DERMOSCOPIC_ONLY,
    ModelEntry,
    find_models_folder,
    read_manifest,
)
from qana.protocols.protocol_reports import read_reports, read_sources_report
from qana.reports.learning_facts import average_twenty_lesions
from qana.reports.learning_report import read_learning
from qana.reports.markdown import wrap_prose
from qana.reports.model_comparison import (
    describe_akida1_rounding,
    describe_keras_agreement,
    describe_mapping,
    describe_stages,
)
from qana.reports.model_facts import HEADLINES, format_with_interval
from qana.reports.photograph_facts import UNTESTED, describe_photographs
from qana.reports.seen_lesions import describe_seen_lesions
from qana.reports.source_facts import describe_dark_skin, describe_phone_photos
from qana.reports.training_data import (
    describe_read_photo,
    describe_training_data,
    list_image_types,
)

TEMPLATE = "model_card.md.jinja"
FAMILIES = {
    "pictures": "photographs",
    "noise": "noise patterns",
    "cells": "mosaics",
    "waves": "wave patterns",
    "text": "pages of text",
    "skin": "patches of plain skin",
}
"""Key of a family of out-of-distribution images to its name in a sentence."""


def make_card(entry: ModelEntry) -> str:
    """Makes the Markdown of one model's card.

    Raises:
        ModelError: the manifest record is incomplete.
        ReportError: a report is damaged.
    """
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    record = read_record(entry)
    test = record.metrics.lesion_test
    learning, sources = read_learning(), read_sources_report(entry)
    photographs = record.gate.photographs if record.gate else None
    text = pages.get_template(TEMPLATE).render(
        entry=entry,
        record=record,
        keras_packages=KERAS_PACKAGES,
        ancestor_is_here=_has_ancestor_here(entry),
        chips=CHIPS[entry.target],
        mapping=describe_mapping(record.conversion),
        test=test,
        scores=[
            (words, format_with_interval(getattr(test, key), getattr(test.ci95, key), digits=3))
            for key, words in HEADLINES.items()
        ],
        classes=[(BY_CODE[code].name, scores) for code, scores in test.per_class.items()],
        stages=describe_stages(entry),
        agreement=describe_akida1_rounding(record.conversion)
        if entry.target == AKIDA1
        else describe_keras_agreement(record.conversion),
        passing=_list_pass_rates(record.gate),
        rejected=[
            (FAMILIES.get(name, name), found) for name, found in record.gate.turned_away.items()
        ]
        if record.gate
        else [],
        photographs=describe_photographs(photographs) if photographs else [],
        in_lit_fields=photographs.in_lit_fields if photographs else None,
        fitted_kinds=", ".join(photographs.fitted_kinds) if photographs else "",
        unseen_kinds=", ".join(photographs.unseen_kinds) if photographs else "",
        untested=UNTESTED,
        seen=describe_seen_lesions(read_reports().same_lesion, entry),
        sources=sources,
        photo=describe_read_photo(entry),
        lens_alone=list_image_types(entry) == [DERMOSCOPIC],
        gate_lens_alone=entry.gate_image_types == DERMOSCOPIC_ONLY,
        training_data=describe_training_data(entry),
        dark_skin=describe_dark_skin(sources),
        phone_photos=describe_phone_photos(sources),
        learning=average_twenty_lesions(learning)
        if learning and learning.sha256 == entry.sha256
        else None,
    )
    return wrap_prose(text.rstrip())


def _list_pass_rates(gate: Gate | None) -> list[tuple[str, SourcePassRate]]:
    """Lists the pass rates on test photos by source and image type, each with its name."""
    rates = gate.sources["lesion-test"] if gate and gate.sources else []
    return [(f"{TITLES[one.source]}, {one.image_type}", one) for one in rates]


def get_card_path(entry: ModelEntry) -> Path:
    """Returns the path of a model's card in the models folder."""
    return find_models_folder() / f"{entry.name}.md"


def _has_ancestor_here(entry: ModelEntry) -> bool:
    ancestor = read_record(entry).ancestor
    hashes = [read_record(one).keras.float_.sha256 for one in read_manifest()]
    return ancestor is not None and ancestor.sha256 in hashes


def main() -> int:
    """Writes the cards and returns the exit code of the command."""
    try:
        # All are made first, because a changed card breaks the signature of the folder.
        cards = {get_card_path(entry): make_card(entry) for entry in read_manifest()}
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for path, text in cards.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
