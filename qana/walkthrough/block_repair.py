"""Lists the designs of the block that a visitor repairs, and reads what the vendor's tools did.

`qana.walkthrough.block_repair_job` builds every design and runs the quantizer, the converter and
QANA's own check on it. The blocks have random weights, so the outcomes do not depend on a deployed
network. They are stored in assets/block_repairs.json, because one design takes the vendor's tools
many seconds.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import msgspec

from qana.errors import UserError
from qana.resources import ASSETS
from qana.walkthrough.conversion_cases import ConversionOutcome
from qana.walkthrough.outcome_json import decode_outcome

REPAIRS_FILE = ASSETS / "block_repairs.json"
SIGMOID, NONE, RELU6 = "sigmoid", "none", "relu6"
MULTIPLY, ADD = "multiply", "add"
AVERAGE, CONVOLUTION = "average", "convolution"
GATES = {
    SIGMOID: "Sigmoid, 0 to 1",
    NONE: "None: a sum of both signs",
    RELU6: "ReLU, at most 6",
}
JOINS = {MULTIPLY: "Multiply", ADD: "Add"}
FOLLOWERS = {AVERAGE: "The average at once", CONVOLUTION: "A 3x3 convolution"}
BITS = {(4, 8): "4 / 8", (4, 4): "4 / 4", (8, 8): "8 / 8"}
"""Bits of the weights and of the activations to their name."""


@dataclass(frozen=True)
class BlockDesign:
    """One way to build the attention block and what is around it.

    Attributes:
        gate: activation of the branch that looks around, a key of `GATES`.
        join: how the branch meets the features, a key of `JOINS`.
        follower: what follows the block, a key of `FOLLOWERS`.
        bits: bits of the weights and of the activations, a key of `BITS`.
    """

    gate: str
    join: str
    follower: str
    bits: tuple[int, int]

    @property
    def key(self) -> str:
        """Identifier in the file of the outcomes."""
        return "-".join((self.gate, self.join, self.follower, *map(str, self.bits)))


START = BlockDesign(SIGMOID, MULTIPLY, AVERAGE, (4, 8))
"""The design that a visitor begins with: nothing of it works."""


def list_designs() -> tuple[BlockDesign, ...]:
    """Lists every design that can be chosen."""
    return tuple(
        BlockDesign(gate, join, follower, bits)
        for gate, join, follower, bits in product(GATES, JOINS, FOLLOWERS, BITS)
    )


def is_repaired(outcome: ConversionOutcome) -> bool:
    """Returns whether a network converts whole, agrees with Keras, and maps on every device."""
    return outcome.refusal is None and bool(outcome.passes)


@lru_cache(maxsize=1)
def read_repairs(path: Path = REPAIRS_FILE) -> dict[str, ConversionOutcome]:
    """Reads the outcome of every design.

    Args:
        path: the file.

    Returns:
        Key of each design to its outcome.

    Raises:
        UserError: the file is missing, damaged or incomplete.
    """
    try:
        document: dict[str, Any] = msgspec.json.decode(path.read_bytes())
        found = {key: decode_outcome(one) for key, one in document["designs"].items()}
        missing = [one.key for one in list_designs() if one.key not in found]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        missing = ["all"]
    if missing:
        raise UserError(
            f"{path.name} is missing or incomplete: restore it from the repository, or make it "
            "with `python -m qana walkthrough --designs`."
        )
    return found
