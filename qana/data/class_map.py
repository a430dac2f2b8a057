"""Reads the file of `--map`, which translates the classes of any data set to the seven."""

from collections import defaultdict
from pathlib import Path

from qana.classes import LABELS
from qana.data.csv_tables import quote_value
from qana.data.diagnoses import fold_diagnosis, normalize_diagnosis
from qana.data.diagnosis_names import NO_CLASS
from qana.data.text_tables import read_text_table
from qana.errors import DataError

_ADVICE = f"give their class and one of {', '.join(LABELS)}, or nothing for none of them"


def read_class_map(path: Path) -> dict[str, str]:
    """Reads a table of two columns: a class of the other set, and ours or nothing.

    Args:
        path: text table with or without a header; see `qana.data.text_tables.read_text_table`.

    Returns:
        Each class of the other set to one of `qana.classes.LABELS` or to `NO_CLASS`. A class is
        there as `qana.data.diagnoses.fold_diagnosis` gives it, and also without its signs, as
        `normalize_diagnosis` gives it, if no other class differs from it by signs alone.

    Raises:
        DataError: the file cannot be read, a row has another number of columns, a class is none of
            ours, or a class is listed twice with different ones. The message says what to do.
    """
    try:
        table = read_text_table(path, has_header=False)
    except FileNotFoundError:
        raise DataError(f"There is no file {path}: give the file of --map.") from None
    if len(table.header) != 2:
        raise DataError(f"{table.name} has {len(table.header)} columns instead of two: {_ADVICE}.")
    rows = [(str(theirs), str(ours)) for theirs, ours in table.frame.itertuples(index=False)]
    if rows[0][1].casefold() not in (*LABELS, NO_CLASS):
        del rows[0]  # a header
    found: dict[str, str] = {}
    without_signs: dict[str, set[str]] = defaultdict(set)
    for theirs, ours in rows:
        label = ours.casefold()
        if label not in (*LABELS, NO_CLASS):
            raise DataError(
                f"{table.name} gives {quote_value(theirs)} the class {quote_value(ours)}: "
                f"{_ADVICE}."
            )
        if found.setdefault(fold_diagnosis(theirs), label) != label:
            raise DataError(f"{table.name} lists {quote_value(theirs)} twice: keep one of them.")
        without_signs[normalize_diagnosis(theirs)].add(label)
    if not any(found.values()):
        raise DataError(f"{table.name} gives none of the seven classes: {_ADVICE}.")
    clear = {name: labels.pop() for name, labels in without_signs.items() if len(labels) == 1}
    return clear | found
