"""Reads the energy of an NVIDIA card from the total energy counter of NVML.

NVML is NVIDIA's management library. `nvmlDeviceGetTotalEnergyConsumption` returns the millijoules
since the driver was loaded, on Volta and newer (NVML API reference). The counter is updated about
every 100 ms ("Thermally Stable Profiling for Accurate GPU Energy Measurement", ml.energy/blog).
Older cards report only a power. Its averaging differs from card to card and is documented for few,
so a sum of these powers has no known interval. Therefore a card without the counter has no reading.

The interval of a reading covers the steps of the counter alone. It does not cover the error of the
card's sensor (Yang, Adamek and Armour, "Part-time Power Measurements: nvidia-smi's Lack of
Attention", arXiv 2312.02741).
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from qana.bench.meters.no_meter import explain_not_started
from qana.bench.readings import NotMeasurable, Reading

STEP = 0.1
"""Time between two updates of the counter, s."""
SHORTEST = 1.0
"""Shortest run that is measured, s: ten updates, so the interval is within 12 % each side."""
RESOLUTION = 0.001
"""Unit of the counter, one millijoule, J."""
SOURCE = "NVML total energy counter; interval: its steps, the sensor's own error comes on top"
PACKAGE = "nvidia-ml-py==13.615.71"

DRIVER = "Install NVIDIA's driver for this card, or restart the machine after an update of it."
RESTART = "Wake the card with some work and measure again, or restart the machine."
WHOLE_CARD = "Measure on a whole card, or have its administrator turn MIG off."
NOT_FOUND = (
    "NVML finds no such card. A MIG slice of a card has no energy counter of its own.",
    "Check that `nvidia-smi -L` lists the card, and measure on a whole one.",
)
CARD_PREFIX, MIG_PREFIX = "GPU-", "MIG-"
"""First characters of the identifier of a whole card and of a MIG slice (Multi-Instance GPU)."""
ERRORS = {
    2: NOT_FOUND,
    3: (
        "This card has no energy counter: it is older than Volta, or virtual.",
        "Measure on a card of the Volta generation or newer, not shared as a virtual one.",
    ),
    4: ("This user may not read the card.", "Ask the administrator for access to /dev/nvidia*."),
    6: NOT_FOUND,
    9: ("NVIDIA's driver is not loaded.", DRIVER),
    12: ("This machine has no NVIDIA driver, so no card to measure.", DRIVER),
    13: ("NVIDIA's driver is too old to have the energy counter.", DRIVER),
    15: ("The card is lost: it sleeps, or it dropped off the bus.", RESTART),
    16: ("The card must be reset before it can be read.", RESTART),
    18: ("NVIDIA's driver and its library are of two versions.", DRIVER),
    27: ("The card is not ready: it sleeps or wakes up.", RESTART),
}
"""NVML's return code (nvmlReturn_t in nvml.h) to reason and remedy."""


class NvmlMeter:
    """A meter of one whole card. See `qana.bench.readings.Meter`.

    Attributes:
        name: of the meter.
    """

    name = "NVML"

    def __init__(
        self,
        uuid: str | None = None,
        nvml: Any = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Stores which card to read; it does not open NVML yet.

        Args:
            uuid: of the card, such as "GPU-5a8b...", because NVML and CUDA number cards
                differently; None for NVML's first card. A MIG slice is recognized, also where its
                identifier begins with "GPU-" as CUDA gives it.
            nvml: the module `pynvml` of the package nvidia-ml-py; None to import it at `start`.
            clock: returns seconds that never go back.
        """
        self._uuid = uuid
        self._nvml = nvml
        self._clock = clock
        self._open = False
        self._problem: NotMeasurable | None = explain_not_started(self.name)

    def start(self) -> None:
        """Opens the card and reads its counter for the first time."""
        self._problem = self._open_card()

    def read(self) -> Reading | NotMeasurable:
        """Reads the energy of the card since `start`.

        The counter may be up to one step late at each end. The energy of that step is computed from
        the mean power, so the interval assumes that the card works, or waits, all the time.
        """
        if self._problem is not None:
            return self._problem
        try:
            joules = self._nvml.nvmlDeviceGetTotalEnergyConsumption(self._card) / 1000 - self._first
        except self._nvml.NVMLError as error:
            return self._explain(error)
        seconds = self._clock() - self._began
        if joules < 0:
            self._problem = NotMeasurable(
                self.name,
                "The counter went back, so NVIDIA's driver was loaded again during the run.",
                "Start the measurement again.",
            )
            return self._problem
        if seconds < SHORTEST:
            return NotMeasurable(
                self.name,
                f"The counter moves every {STEP} s, and {seconds:.2f} s are too few moves.",
                f"Measure for at least {SHORTEST:.0f} s.",
            )
        if joules == 0:
            return NotMeasurable(self.name, "The card's energy counter does not move.", RESTART)
        # All steps but one lie within the run, so this is the largest possible mean power.
        step = (joules + RESOLUTION) * STEP / (seconds - STEP) + RESOLUTION
        covers = f"the whole graphics card named {self._model}, memory and fans included"
        return Reading(joules, max(0, joules - step), joules + step, seconds, covers, SOURCE)

    def close(self) -> None:
        """Releases NVML."""
        if self._open:
            self._open = False
            with suppress(self._nvml.NVMLError):  # the driver may be gone
                self._nvml.nvmlShutdown()
        self._problem = explain_not_started(self.name)

    def _open_card(self) -> NotMeasurable | None:
        if self._nvml is None:
            try:
                import pynvml
            except ImportError:
                return NotMeasurable(
                    self.name,
                    "The package that reads NVIDIA's energy counter is not installed.",
                    f"Run `pip install {PACKAGE}`.",
                )
            self._nvml = pynvml
        nvml = self._nvml
        try:
            if not self._open:
                nvml.nvmlInit()
                self._open = True
            if self._uuid is not None and self._uuid.startswith(MIG_PREFIX):
                return self._explain_slice(self._uuid)
            self._card = (
                nvml.nvmlDeviceGetHandleByIndex(0)
                if self._uuid is None
                else nvml.nvmlDeviceGetHandleByUUID(self._uuid)
            )
            self._model = nvml.nvmlDeviceGetName(self._card)
            self._first = nvml.nvmlDeviceGetTotalEnergyConsumption(self._card) / 1000
        except nvml.NVMLError as error:
            name = self._find_slice() if error.value in (2, 6) else None
            return self._explain_slice(name) if name else self._explain(error)
        self._began = self._clock()
        return None

    def _find_slice(self) -> str | None:
        """Finds the MIG slice that an identifier of CUDA stands for.

        NVML finds a slice only by an identifier that begins with "MIG-", and CUDA gives the same
        digits without it.

        Returns:
            The identifier of NVML; None if there is no such slice.
        """
        if self._uuid is None or not self._uuid.startswith(CARD_PREFIX):
            return None
        name = MIG_PREFIX + self._uuid.removeprefix(CARD_PREFIX)
        try:
            self._nvml.nvmlDeviceGetHandleByUUID(name)
        except self._nvml.NVMLError:
            return None
        return name

    def _explain_slice(self, name: str) -> NotMeasurable:
        return NotMeasurable(
            self.name,
            f"{name} is a MIG slice of an NVIDIA card, and a slice has no energy counter of its "
            "own.",
            WHOLE_CARD,
        )

    def _explain(self, error: Any) -> NotMeasurable:
        unknown = (f"NVML cannot read the card: {error}.", RESTART)
        return NotMeasurable(self.name, *ERRORS.get(error.value, unknown))
