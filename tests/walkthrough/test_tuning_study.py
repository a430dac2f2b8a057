"""The sentence on tuning says what the stored study measured."""

import re

import msgspec

from qana.evaluation.report_files import read_studies
from qana.walkthrough.tuning_study import describe_tuning


def test_the_sentence_has_the_scores_of_the_longest_tuning() -> None:
    study = next(table for table in read_studies() if table.study == "bits")
    words = describe_tuning(study)
    columns = study.columns
    cells = [dict(zip(columns, row, strict=True)) for row in study.rows]
    for bits in re.findall(r"at (\d) bits", words):
        stages = {
            cell["stage"]: cell["macro F1"]
            for cell in cells
            if str(cell["variant"]).startswith(f"{bits} bits")
        }
        assert f"at {bits} bits from {stages['ptq']:.2f} to {stages['tuned']:.2f}" in words
    assert re.search("at 4 bits", words)
    assert "8 bits" not in words
    assert f"{study.subset} lesions" in words


def test_a_study_without_tuning_says_nothing() -> None:
    study = next(table for table in read_studies() if table.study == "bits")
    assert describe_tuning(msgspec.structs.replace(study, rows=[])) == ""
