"""Decides whether a result of another machine is about the network at hand."""

from dataclasses import dataclass

from qana.bench.bench_result import BenchResult
from qana.inference.manifest import ModelEntry


@dataclass(frozen=True)
class OtherResult:
    """A result of another machine.

    Attributes:
        result: the result.
        devices: the devices of its measured rows, in words.
        left_out: why it is left out, in a sentence; "" where it is about the network at hand.
        note: what limits the comparison, in a sentence; "" where nothing does.
    """

    result: BenchResult
    devices: str
    left_out: str = ""
    note: str = ""


def classify_result(result: BenchResult, entry: ModelEntry, names: dict[str, str]) -> OtherResult:
    """Finds out whether a result is about a network.

    Args:
        result: of another machine.
        entry: the network at hand.
        names: hash of each deployed model to its name.
    """
    measured = [row.device for row in result.rows if row.provenance == "measured"]
    devices = ", ".join(dict.fromkeys(measured)) or "no device"
    if result.sha256 == entry.sha256:
        return OtherResult(result, devices)
    if other := names.get(result.sha256):
        return OtherResult(
            result,
            devices,
            left_out=f"{devices} ran the network {other}, not {entry.name}: choose it above.",
        )
    macs = result.macs or entry.macs
    if macs != entry.macs:
        return OtherResult(
            result,
            devices,
            left_out=f"{devices} ran another network, of {macs / 1e6:.1f} million MACs. "
            f"{entry.name} has {entry.macs / 1e6:.1f} million.",
        )
    return OtherResult(
        result,
        devices,
        note="It ran other weights than the ones of this app: times and energy can be compared, "
        "but not the answers.",
    )
