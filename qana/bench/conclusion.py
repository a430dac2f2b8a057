"""Draws the conclusion of a race in words, and compares the paper's claims with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from qana.bench.compare_rows import (
    Range,
    format_factor,
    get_energy_range,
    get_latency_range,
    is_gpu_row,
)
from qana.bench.gpu_baselines import find_baselines
from qana.bench.published import compute_paper_ratios
from qana.bench.race import BROWSER_LANE, Lane, Race
from qana.bench.readings import MEASURED
from qana.bench.rows import Row

EQUAL = 1.1
"""Ratio below which two numbers are about the same."""
NOTHING = "Nothing is measured yet. Press a button to measure a device."
ALIKE = "a 4-bit network with as many operations"
"""What the model of a board estimates, see `qana.bench.board_model`. The network at hand may be for
another generation of chips, so the sentence must not name it."""
NO_GPU = "No GPU is measured for this network yet: measure the browser of a device that has one."


@dataclass(frozen=True)
class Claim:
    """A claim of the paper and what was found.

    Attributes:
        claimed: the claim, in words.
        found: what the rows say about it, in words.
    """

    claimed: str
    found: str


def conclude(race: Race) -> str:
    """Writes the conclusion of a race in one sentence or two."""
    chip, device = find_chip(race), find_device(race)
    if chip is None and device is None:
        return NOTHING
    if device is None:
        assert chip is not None
        return f"{_write_chip(chip)}. Measure your own device to compare."
    time = f"{device.name} reads a photo in {_write_ms(device)}"
    if chip is None:
        return f"{time}. No chip is measured or modelled for this network."
    ours, theirs = _get_range(device), _get_range(chip)
    words = describe_speed(ours, theirs)
    if chip.row.provenance == MEASURED:
        return f"{time}, {words} {chip.name}."
    return (
        f"{time}, {words} {_write_name(chip)} (modelled, for {ALIKE}). The model is uncertain: "
        f"{_write_ends(theirs)} ms."
    )


def find_chip(race: Race) -> Lane | None:
    """Finds the lane of the chip, measured or modelled."""
    return next((lane for lane in race.lanes if lane.is_chip), None)


def find_device(race: Race) -> Lane | None:
    """Finds this browser's GPU, else the fastest GPU, else the fastest lane that is no chip."""
    others = [lane for lane in race.lanes if not lane.is_chip]
    ranked = sorted(
        others, key=lambda lane: (lane.name != BROWSER_LANE, not is_gpu_row(lane.row), lane.seconds)
    )
    return next(iter(ranked), None)


def describe_paper_claims() -> tuple[str, str]:
    """Describes the paper's claims about time and energy, as percentages and as factors."""
    paper = compute_paper_ratios()
    return (
        f"{paper.latency_saved:.1%} less time than a GPU: {_invert(paper.latency_saved)} faster",
        f"{paper.energy_saved:.1%} less energy than a GPU: {_invert(paper.energy_saved)} less",
    )


def check_claims(race: Race, rows: Sequence[Row]) -> tuple[Claim, Claim]:
    """Compares the paper's claims about time and energy with the chip and the GPU of the race.

    Args:
        race: its lanes have the fastest row of each device.
        rows: all rows. The energy is compared with the row of the GPU that needs the least.
    """
    time, energy = describe_paper_claims()
    chip = find_chip(race)
    gpu = next((lane for lane in race.lanes if is_gpu_row(lane.row)), None)
    if chip is None or gpu is None:
        return Claim(time, NO_GPU), Claim(energy, NO_GPU)
    names = f"{_write_name(chip)} ({chip.row.provenance})", f"{gpu.name} ({gpu.row.provenance})"
    ours, theirs = _get_range(chip), _get_range(gpu)
    found = f"{names[0]}: {describe_speed(ours, theirs)} {names[1]}."
    if is_open(ours, theirs):
        found += " The interval of the model leaves open which one is faster."
    best = find_baselines(rows, gpu.row.device).leanest or gpu.row
    return Claim(time, _capitalize(found)), Claim(energy, _compare_energy(chip, best, names))


def _compare_energy(chip: Lane, gpu: Row, names: tuple[str, str]) -> str:
    ours, theirs = (get_energy_range(row.energy_mj) for row in (chip.row, gpu))
    if ours is None:
        return f"The energy of {names[0]} is not known."
    if theirs is None:
        reason = gpu.not_measurable.reason if gpu.not_measurable else ""
        return f"The energy of {names[1]} is not known. {reason}".strip()
    at_once = f" with {gpu.batch} photos at once" if gpu.batch > 1 else ""
    amount = describe_amount(ours, theirs, "energy")
    return _capitalize(f"{names[0]}: {amount} {names[1]}{at_once}.")


def describe_speed(ours: Range, theirs: Range) -> str:
    """Describes how fast one device is against another, such as "5 times slower than".

    Args:
        ours: time of a photo.
        theirs: time of a photo on the other device.
    """
    ratio = ours.value / theirs.value
    if 1 / EQUAL < ratio < EQUAL:
        return "about as fast as"
    if ratio > 1:
        return f"{format_factor(ratio)} times slower than"
    return f"{format_factor(1 / ratio)} times faster than"


def describe_amount(ours: Range, theirs: Range, what: str) -> str:
    """Describes how much of something one device needs, such as "5 times as much energy as"."""
    ratio = ours.value / theirs.value
    if 1 / EQUAL < ratio < EQUAL:
        return f"about as much {what} as"
    if ratio > 1:
        return f"{format_factor(ratio)} times as much {what} as"
    return f"1/{format_factor(1 / ratio)} of the {what} of"


def describe_spread(ours: Range, theirs: Range) -> str:
    """Describes what the intervals leave open about a ratio.

    Returns:
        The order is open if the intervals overlap; else the range of the factor, such as
        "1.8 to 2.3 times"; "" where both numbers have no interval.
    """
    if ours.low == ours.high and theirs.low == theirs.high:
        return ""
    if is_open(ours, theirs):
        return "the intervals overlap: the order is open"
    less, more = (ours, theirs) if ours.value < theirs.value else (theirs, ours)
    most = "more" if less.low <= 0 else f"{format_factor(more.high / less.low)} times"
    return f"{format_factor(more.low / less.high)} to {most}"


def is_open(ours: Range, theirs: Range) -> bool:
    """Returns whether the intervals of two numbers overlap, so that their order is open."""
    return ours.low <= theirs.high and theirs.low <= ours.high


def _get_range(lane: Lane) -> Range:
    found = get_latency_range(lane.row)
    assert found is not None
    return found


def _write_ms(lane: Lane) -> str:
    value = _get_range(lane).value
    return f"{value:.0f} ms" if value >= 10 else f"{value:.1f} ms"


def _write_ends(found: Range) -> str:
    return f"{found.low:.2g} to {found.high:.2g}"


def _write_chip(chip: Lane) -> str:
    if chip.row.provenance == MEASURED:
        return f"{chip.name} needs {_write_ms(chip)} for a photo"
    found = _get_range(chip)
    energy = f" and {chip.row.energy_mj.value:.2g} mJ" if chip.row.energy_mj else ""
    return (
        f"On an {chip.name}, {ALIKE} would need about {_write_ms(chip)} (modelled, "
        f"{_write_ends(found)} ms){energy} for a photo"
    )


def _write_name(chip: Lane) -> str:
    return chip.name if chip.row.provenance == MEASURED else f"an {chip.name}"


def _invert(saved: float) -> str:
    return f"{format_factor(1 / (1 - saved))} times"


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]
