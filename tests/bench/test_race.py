"""The race and its conclusion: computed from the rows, and true to where each number is from."""

from dataclasses import replace

import pytest

from qana.bench.browser_run import DIFFERS
from qana.bench.command import BROWSER_GPU, BROWSER_PROCESSOR, RUNTIME_NAMES
from qana.bench.compare_rows import Range, format_factor
from qana.bench.conclusion import (
    NOTHING,
    check_claims,
    conclude,
    describe_amount,
    describe_speed,
    describe_spread,
)
from qana.bench.race import (
    ELSEWHERE,
    HERE,
    KNOWN,
    THIS_BROWSER,
    Race,
    SourcedRow,
    list_pending,
    make_race,
)
from qana.bench.rows import Energy, Latency, Row
from qana.bench.run_bench import make_known_rows
from qana.inference.manifest import find_entry


def make_row(runtime: str, ms: float, device: str = "A device", mj: float | None = None) -> Row:
    return Row(
        runtime=runtime,
        device=device,
        precision="32-bit float",
        batch=1,
        latency_ms=Latency(ms, ms * 0.9, ms * 1.2),
        energy_mj=None if mj is None else Energy(mj, mj * 0.9, mj * 1.1),
        provenance="measured",
        source="clock",
        runs=100,
        images=100,
        seconds=1.0,
    )


@pytest.fixture
def rows() -> list[SourcedRow]:
    known = [SourcedRow(row, KNOWN) for row in make_known_rows(find_entry("akida2"))]
    return [
        SourcedRow(make_row(BROWSER_GPU, 2.0, "Apple M2"), THIS_BROWSER),
        SourcedRow(make_row(RUNTIME_NAMES["cpu"], 30.0), HERE),
        SourcedRow(make_row(RUNTIME_NAMES["dense"], 20.0), HERE),
        SourcedRow(make_row(RUNTIME_NAMES["akida"], 60.0, "Akida 2.0 simulator"), HERE),
        SourcedRow(make_row(RUNTIME_NAMES["cuda"], 1.5, "NVIDIA H100", 100.0), ELSEWHERE),
        *known,
    ]


def get_seconds(race: Race) -> dict[str, float]:
    return {lane.name: lane.seconds for lane in race.lanes}


def test_each_device_has_a_lane_and_the_fastest_is_first(rows: list[SourcedRow]) -> None:
    race = make_race(rows)
    names = [lane.name for lane in race.lanes]
    assert set(names) == {
        "This browser's GPU",
        "This machine's processor, float",
        "This machine's processor, integers",
        "NVIDIA H100",
        "AKD1500",
    }
    assert [lane.seconds for lane in race.lanes] == sorted(lane.seconds for lane in race.lanes)
    assert all(
        lane.row.provenance == ("modelled" if lane.name == "AKD1500" else "measured")
        for lane in race.lanes
    )


def test_what_can_be_measured_and_is_not_yet_is_pending(rows: list[SourcedRow]) -> None:
    assert list_pending(make_race(rows)) == []
    assert list_pending(make_race(rows[1:])) == ["This browser's GPU"]
    assert len(list_pending(make_race(rows[5:]))) == 2


def test_half_the_latency_is_twice_the_speed(rows: list[SourcedRow]) -> None:
    before = get_seconds(make_race(rows))
    halved = replace(rows[1].row, latency_ms=Latency(15.0, 14.0, 16.0))
    after = get_seconds(make_race([rows[0], replace(rows[1], row=halved), *rows[2:]]))
    assert after.pop("This machine's processor, float") == pytest.approx(
        before.pop("This machine's processor, float") / 2
    )
    assert after == before


def test_a_crossing_is_as_much_slower_as_the_race_says(rows: list[SourcedRow]) -> None:
    race = make_race(rows)
    assert race.slower == 1000 and race.lanes[0].seconds >= 0.3
    for lane in race.lanes:
        assert lane.row.latency_ms is not None
        assert lane.seconds == pytest.approx(race.slower * lane.row.latency_ms.p50 / 1e3)


def test_a_measured_chip_takes_the_place_of_the_model(rows: list[SourcedRow]) -> None:
    chip = SourcedRow(make_row(RUNTIME_NAMES["akida"], 1.5, "AKD1000", 1.7), HERE)
    race = make_race([*rows, chip])
    assert {lane.name for lane in race.lanes if lane.is_chip} == {"AKD1000"}
    assert all(lane.row.provenance == "measured" for lane in race.lanes)


@pytest.mark.parametrize(
    "changes",
    [{"precision": "16-bit float, WebGL"}, {"runtime": BROWSER_GPU + DIFFERS}, {"batch": 16}],
)
def test_a_row_that_stands_for_no_device_has_no_lane(
    changes: dict[str, object], rows: list[SourcedRow]
) -> None:
    other = SourcedRow(replace(rows[0].row, **changes), THIS_BROWSER)  # type: ignore[arg-type]
    assert "This browser's GPU" not in get_seconds(make_race([other, *rows[1:]]))


def test_a_software_adapter_is_never_a_gpu(rows: list[SourcedRow]) -> None:
    program = SourcedRow(make_row(BROWSER_PROCESSOR, 90.0, "SwiftShader Device"), THIS_BROWSER)
    race = make_race([program, *rows[1:4], *rows[5:]])
    assert "This browser's processor" in get_seconds(race)
    assert "GPU" not in conclude(race)
    assert all("No GPU is measured" in claim.found for claim in check_claims(race, []))


def test_energy_is_a_share_only_where_there_is_something_to_share(rows: list[SourcedRow]) -> None:
    shares = {lane.name: lane.energy_share for lane in make_race(rows).lanes}
    assert shares["NVIDIA H100"] == 1.0 and 0 < (shares["AKD1500"] or 0) < 0.1
    assert shares["This browser's GPU"] is None
    assert make_race(rows[5:]).lanes[0].energy_share is None


def test_the_conclusion_is_one_plain_sentence(rows: list[SourcedRow]) -> None:
    assert conclude(make_race([])) == NOTHING
    known = conclude(make_race(rows[5:]))
    # The network of the rows may be for another generation, so it is not said to run there.
    assert known.startswith("On an AKD1500, a 4-bit network with as many operations would need")
    assert "(modelled" in known
    text = conclude(make_race([rows[0], *rows[5:]]))
    assert text.startswith("This browser's GPU reads a photo in 2.0 ms, ")
    assert (
        "an AKD1500 (modelled, for a 4-bit network with as many operations)" in text
        and "The model is uncertain" in text
    )
    chip = SourcedRow(make_row(RUNTIME_NAMES["akida"], 10.0, "AKD1000"), HERE)
    text = conclude(make_race([rows[0], chip]))
    assert text == "This browser's GPU reads a photo in 2.0 ms, 5 times faster than AKD1000."


def test_the_paper_s_claims_stand_beside_what_was_found(rows: list[SourcedRow]) -> None:
    time, energy = check_claims(make_race(rows), [one.row for one in rows])
    assert time.claimed == "94.6% less time than a GPU: 18 times faster"
    assert energy.claimed == "99.0% less energy than a GPU: 96 times less"
    assert time.found.startswith("An AKD1500 (modelled): ") and "slower than" in time.found
    assert "leaves open" not in time.found
    near = make_row(RUNTIME_NAMES["cuda"], 5.0, "NVIDIA H100", 100.0)
    open_time, _ = check_claims(make_race([SourcedRow(near, ELSEWHERE), *rows[5:]]), [near])
    assert "leaves open" in open_time.found
    assert "of the energy of NVIDIA H100 (measured)" in energy.found
    _, unknown = check_claims(make_race([rows[0], *rows[5:]]), [rows[0].row])
    assert "not known" in unknown.found
    for words in (time.found, energy.found, unknown.found):
        assert "%" not in words and "less time: " not in words and "open," not in words


def test_a_lane_and_the_claims_use_the_best_row_of_a_gpu(rows: list[SourcedRow]) -> None:
    def measure(key: str, ms: float, mj: float, batch: int = 1) -> SourcedRow:
        row = make_row(RUNTIME_NAMES[key], ms, "NVIDIA card", mj)
        bits = "16-bit float" if "half" in key else "32-bit float"
        return SourcedRow(replace(row, batch=batch, precision=bits), HERE)

    gpu = [
        measure("cuda", 8.0, 1000.0),
        measure("cuda-graph", 0.9, 120.0),
        measure("cuda-compiled-half", 0.5, 70.0),
        measure("cuda-compiled-half", 3.0, 5.0, batch=64),
    ]
    for order in (gpu, gpu[::-1]):
        race = make_race([*order, *rows[5:]])
        (lane,) = [lane for lane in race.lanes if lane.name == "NVIDIA card"]
        assert lane.row.latency_ms and lane.row.latency_ms.p50 == 0.5
        time, energy = check_claims(race, [one.row for one in order])
        assert "NVIDIA card (measured)" in time.found
        assert energy.found.endswith("of NVIDIA card (measured) with 64 photos at once.")
        factor = 5.0 / next(one.row for one in rows[5:]).energy_mj.value  # type: ignore[union-attr]
        assert f"1/{format_factor(factor)} of the energy" in energy.found


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [
        (10, 2, "5 times slower than"),
        (2, 10, "5 times faster than"),
        (10.2, 10, "about as fast as"),
        (23, 2, "12 times slower than"),
        (1, 2500, "2,500 times faster than"),
    ],
)
def test_speeds_in_words(ours: float, theirs: float, words: str) -> None:
    one, other = (Range(value, value, value) for value in (ours, theirs))
    assert describe_speed(one, other) == words


def test_spreads_in_words() -> None:
    assert describe_spread(Range(1, 1, 1), Range(3, 3, 3)) == ""
    assert describe_spread(Range(2, 1, 3), Range(80, 79, 81)) == "26 to 81 times"
    assert describe_spread(Range(80, 79, 81), Range(2, 1, 3)) == "26 to 81 times"
    assert "order is open" in describe_spread(Range(5, 1, 50), Range(2, 2, 2))
    assert describe_spread(Range(2, -1, 3), Range(9, 8, 10)) == "2.7 to more"


def test_amounts_in_words() -> None:
    one, other = Range(1, 1, 1), Range(100, 100, 100)
    assert describe_amount(one, other, "energy") == "1/100 of the energy of"
    assert describe_amount(other, one, "energy") == "100 times as much energy as"
    assert describe_amount(one, one, "energy") == "about as much energy as"
    assert [format_factor(x) for x in (1.25, 5.0, 18.4, 1234)] == ["1.2", "5", "18", "1,200"]
