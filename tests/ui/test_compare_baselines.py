"""The page shows what the choice of a GPU's baseline is worth, and compares with the best one."""

from collections.abc import Sequence

import pytest
from streamlit.testing.v1 import AppTest

from qana.bench.command import RUNTIME_NAMES
from qana.bench.gpu_baselines import describe_worth, group_baselines
from qana.bench.rows import Energy, Latency, Row
from ui.compare.comparison import _find_gpu
from ui.compare.rows import LabelledRow


def make_row(key: str, batch: int, ms: float, mj: float) -> Row:
    return Row(
        runtime=RUNTIME_NAMES[key],
        device="A card" if key.startswith("cuda") else "this computer's processor",
        precision="16-bit float" if "half" in key else "32-bit float",
        batch=batch,
        latency_ms=Latency(ms),
        energy_mj=Energy(mj, mj, mj),
        provenance="measured",
        source="clock",
        doubt="A doubt.",
    )


@pytest.fixture
def rows() -> list[Row]:
    return [
        make_row("cpu", 1, 0.2, 900.0),
        make_row("cuda", 1, 8.0, 1000.0),
        make_row("cuda-compiled-half", 64, 3.2, 4.0),
        make_row("cuda-graph", 1, 1.0, 150.0),
    ]


def show(rows: Sequence[Row]) -> AppTest:
    def page(rows) -> None:
        from ui.compare.overview import show_baselines

        show_baselines(rows)

    found = AppTest.from_function(page, args=(rows,), default_timeout=240).run()
    assert not found.exception
    return found


def test_the_rows_of_a_card_and_what_they_are_worth_are_shown(rows: list[Row]) -> None:
    page = show(rows)
    texts = [element.value for element in page.markdown]
    (baselines,) = group_baselines(rows)
    assert "**A card**" in texts and describe_worth(baselines) in texts
    (table,) = [frame.value for frame in page.dataframe]
    assert list(table["Photos at once"]) == [1, 1, 64]
    assert list(table["ms a photo"]) == [8.0, 1.0, pytest.approx(0.05)]
    assert list(table["mJ a photo"]) == [1000.0, 150.0, 4.0]
    assert set(table["Limits"]) == {"A doubt."}


def test_without_a_gpu_the_page_says_what_would_be_measured(rows: list[Row]) -> None:
    page = show(rows[:1])
    assert "No GPU is measured for this network yet." in page.markdown[0].value
    assert not page.dataframe


def test_the_default_opponent_is_the_fastest_row_of_a_gpu(rows: list[Row]) -> None:
    entries = [LabelledRow(str(number), row, "") for number, row in enumerate(rows)]
    assert entries[_find_gpu(entries)].row is rows[3]
    assert entries[_find_gpu(entries[:2])].row is rows[1]
    assert entries[_find_gpu(entries[:1])].row is rows[0]
