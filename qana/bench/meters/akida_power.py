"""Reads the power of an Akida board, such as an AKD1000's milliwatts, and sums its energy.

Once `soc.power_measurement_enabled` is set, the engine reads the power sensor of the board and logs
events: a time in milliseconds and a power in milliwatts ("Akida runtime API", PowerMeter and
PowerEvent, in BrainChip's documentation). This module takes the power of an event as the mean since
the previous event. There is an event about every 141 ms. As in `akida.statistics`, the first power
is not used, because its interval began before the run.

The engine keeps only the newest events, so a meter that is read rarely misses a part of the run.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

from qana.bench.meters.no_meter import explain_not_started
from qana.bench.readings import NotMeasurable, Reading

PERIOD = 0.141
"""Time between two events, s. Source: `ina_period_ms`, 140.8 ms, in an earlier engine's header."""
FEWEST = 10
"""Fewest events that give an interval of the power; they take about 1.5 s."""
COVERS = "the Akida board at its own power sensor, its floor included; not the host computer"
SOURCE = "Akida power meter (soc.power_meter)"
DEVICE_ERRORS = (RuntimeError, ValueError, OSError)
"""Errors that the engine raises when it loses the board."""


class AkidaPowerMeter:
    """A meter of one Akida board. See `qana.bench.readings.Meter`.

    Attributes:
        name: of the meter.
    """

    name = "Akida power meter"

    def __init__(self, device: Any = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Stores which board to read; it does not access the board yet.

        Args:
            device: an element of `akida.devices()`; None for the simulator.
            clock: returns seconds that never go back.
        """
        self._device = device
        self._clock = clock
        self._was_enabled: bool | None = None
        self._problem: NotMeasurable | None = explain_not_started(self.name)

    def start(self) -> None:
        """Enables the power measurement of the board and skips the events so far."""
        self._problem = self._explain_absence()
        if self._problem is None:
            try:
                soc = self._device.soc
                if self._was_enabled is None:
                    self._was_enabled = soc.power_measurement_enabled
                soc.power_measurement_enabled = True
                self._old = set(self._read_events())
            except DEVICE_ERRORS as error:
                self._problem = self._explain_fault(error)
        self._events: dict[int, Any] = {}
        self._began = self._clock()

    def read(self) -> Reading | NotMeasurable:
        """Reads the energy of the board since `start`. Call it every few seconds.

        Some time has no event: at both ends, or because the engine's list was full. The interval
        assumes that the power then lay between the lowest and the highest power of the run.
        """
        if self._problem is not None:
            return self._problem
        try:
            logged = self._read_events()
        except DEVICE_ERRORS as error:
            self._problem = self._explain_fault(error)
            return self._problem
        seconds = self._clock() - self._began
        self._events |= {at: logged[at] for at in logged.keys() - self._old}
        if len(self._events) < FEWEST:
            return NotMeasurable(
                self.name,
                f"The board reported its power {len(self._events)} times in {seconds:.1f} s, too "
                "seldom for an energy.",
                f"Run at least {2 * FEWEST * PERIOD:.0f} s of inferences without a pause.",
            )
        return self._integrate(seconds)

    def close(self) -> None:
        """Restores the power measurement setting of the board."""
        if self._was_enabled is not None:
            with suppress(*DEVICE_ERRORS):  # the board may be gone
                self._device.soc.power_measurement_enabled = self._was_enabled
            self._was_enabled = None
        self._problem = explain_not_started(self.name)

    def _read_events(self) -> dict[int, Any]:
        """Reads the logged events, by their time in ms."""
        # The engine may have moved some events to the list of the last inference.
        events = [*self._device.soc.power_meter.events(), *self._device.inference_power_events]
        return {event.ts: event for event in events}

    def _integrate(self, seconds: float) -> Reading | NotMeasurable:
        times = sorted(self._events)
        # An event long after the previous one stands only for the end of the time between them.
        spans = [min((at - before) / 1000, 2 * PERIOD) for before, at in pairwise(times)]
        watts = [self._events[at].power / 1000 for at in times[1:]]
        mean = sum(power * span for power, span in zip(watts, spans, strict=True)) / sum(spans)
        if mean <= 0:
            return NotMeasurable(
                self.name,
                "The board's power sensor reports no power.",
                "Check the sensor with `akida run` and restart the board.",
            )
        unseen = max(0, seconds - sum(spans))
        least, most = min(watts), max(watts)
        # At both ends, the sensor is up to one period behind the engine.
        lag = PERIOD * (most - least)
        # The sensor rounds the current to milliamperes; the voltage is in microvolts.
        rounding = max(self._events[at].voltage for at in times) * 1e-9
        joules = mean * seconds
        low = joules - unseen * (mean - least) - lag - rounding * seconds
        high = joules + unseen * (most - mean) + lag + rounding * seconds
        return Reading(joules, max(0, low), high, seconds, COVERS, SOURCE)

    def _explain_absence(self) -> NotMeasurable | None:
        if not hasattr(self._device, "soc"):
            return NotMeasurable(
                self.name,
                "The simulator uses no chip, so it has no energy of its own; what it costs is the "
                "processor's.",
                "Measure an Akida 1.0 model on an AKD1000 board, which has a power meter.",
            )
        if self._device.soc is None:
            return NotMeasurable(
                self.name,
                "The engine reads no power sensor on this Akida device.",
                "Measure on an AKD1000 board, or with a meter at this device's supply.",
            )
        return None

    def _explain_fault(self, error: Exception) -> NotMeasurable:
        return NotMeasurable(
            self.name,
            f"The Akida board does not give its power: {error}.",
            "Check that the board is plugged in and `akida devices` lists it, then start again.",
        )
