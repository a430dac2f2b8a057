"""Lists the kinds of tables by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from qana.evaluation.report_files import Cell
from qana.studies import class_table, event_table, source_table
from qana.studies.study import CLASS_TABLE, EVENT_TABLE, SOURCE_TABLE


def conclude_nothing(_measured: Sequence[dict[str, Any]]) -> str:
    """Returns an empty sentence, for tables without a rule."""
    return ""


@dataclass(frozen=True)
class TableKind:
    """How the rows of a table are built.

    Attributes:
        columns: names of the columns.
        build_row: label of a variant, stage and figures to the cells of a row.
        conclude: figures of all rows to a sentence for the note. It is called for complete tables.
    """

    columns: tuple[str, ...]
    build_row: Callable[[str, str, dict[str, Any]], list[Cell]]
    conclude: Callable[[Sequence[dict[str, Any]]], str] = conclude_nothing


TABLE_KINDS = {
    CLASS_TABLE: TableKind(class_table.COLUMNS, class_table.build_class_row),
    SOURCE_TABLE: TableKind(source_table.COLUMNS, source_table.build_source_row),
    EVENT_TABLE: TableKind(
        event_table.COLUMNS, event_table.build_event_row, event_table.describe_choice
    ),
}
"""Kinds of tables by the name that `Study.table` has."""
