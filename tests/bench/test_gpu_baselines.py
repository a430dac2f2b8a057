"""What the choice of a GPU's baseline is worth is computed from its rows."""

from dataclasses import replace

import pytest

from qana.bench.command import RUNTIME_NAMES
from qana.bench.gpu_baselines import (
    describe_baseline,
    describe_worth,
    find_baselines,
    group_baselines,
)
from qana.bench.rows import Energy, Latency, Row


def make_row(key: str, batch: int, ms: float, mj: float | None, device: str = "A card") -> Row:
    return Row(
        runtime=RUNTIME_NAMES[key],
        device=device,
        precision="16-bit float" if "half" in key else "32-bit float",
        batch=batch,
        latency_ms=Latency(ms),
        energy_mj=None if mj is None else Energy(mj, mj, mj),
        provenance="measured",
        source="clock",
    )


@pytest.fixture
def rows() -> list[Row]:
    return [
        make_row("cuda", 1, 8.0, 1000.0),
        make_row("cuda", 64, 9.6, 30.0),
        make_row("cuda-graph", 1, 1.0, 150.0),
        make_row("cuda-compiled-half", 1, 0.5, 60.0),
        make_row("cuda-compiled-half", 64, 3.2, 4.0),
        make_row("cpu", 1, 0.1, 0.1, "this computer's processor"),
    ]


def test_the_best_and_the_worst_use_of_a_card_are_found(rows: list[Row]) -> None:
    (found,) = group_baselines(rows)
    assert found.device == "A card" and len(found.rows) == 5
    assert (found.fastest, found.slowest) == (rows[3], rows[0])
    assert (found.leanest, found.costliest) == (rows[4], rows[0])
    words = describe_worth(found)
    assert "a factor of 250 in energy" in words
    assert "a factor of 16 in time" in words
    assert "64 photos at once" in words and describe_baseline(rows[0]) in words


def test_halving_one_latency_doubles_what_the_choice_is_worth(rows: list[Row]) -> None:
    rows[3] = replace(rows[3], latency_ms=Latency(0.25))
    (found,) = group_baselines(rows)
    assert "a factor of 32 in time" in describe_worth(found)


def test_a_single_row_leaves_no_choice(rows: list[Row]) -> None:
    (found,) = group_baselines(rows[:1])
    assert describe_worth(found) == ""
    (bare,) = group_baselines([make_row("cuda", 16, 5.0, None)])
    assert bare.fastest is bare.leanest is None and describe_worth(bare) == ""


def test_published_rows_and_processors_are_no_baseline(rows: list[Row]) -> None:
    published = replace(rows[0], provenance="published")
    assert group_baselines([published, rows[5]]) == ()
    assert find_baselines(rows, "Another").rows == ()
