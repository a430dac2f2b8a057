"""Energy of an Akida board: the power sensor on the board, read by the engine.

Once `soc.power_measurement_enabled` is set, the engine logs events: a time in milliseconds and a
power, taken here as the mean since the event before. The sensor makes one in about 141 ms. As in
`akida.statistics` the first power is left out, because it began before the run.
"Akida runtime API", PowerMeter and PowerEvent, in BrainChip's documentation.

The list keeps only its newest events, so a meter that is read rarely has not seen all of the run.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

from qana.bench.meters.no_meter import explain_not_started
from qana.bench.readings import NotMeasurable, Reading

PERIOD = 0.141
"""Time between two events, s: 140.8 ms by `ina_period_ms` in the header of an earlier engine."""
FEWEST = 10
"""Fewest events that show how much the power spreads; about 1.5 s."""
COVERS = "the Akida board at its own power sensor, its floor included; not the host computer"
SOURCE = "Akida power meter (soc.power_meter)"
BROKEN = (RuntimeError, ValueError, OSError)
"""What the engine raises when it loses the board."""


class AkidaPowerMeter:
    """A `qana.bench.readings.Meter` of one Akida board."""

    name = "Akida power meter"

    def __init__(self, device: Any = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Touches no hardware yet.

        Args:
            device: one of `akida.devices()`; None for the simulator.
            clock: gives seconds that never go back.
        """
        self._device = device
        self._clock = clock
        self._was_enabled: bool | None = None
        self._problem: NotMeasurable | None = explain_not_started(self.name)

    def start(self) -> None:
        """Turns the board's power measurement on and passes over the events so far."""
        self._problem = self._absent()
        if self._problem is None:
            try:
                soc = self._device.soc
                if self._was_enabled is None:
                    self._was_enabled = soc.power_measurement_enabled
                soc.power_measurement_enabled = True
                self._old = set(self._logged())
            except BROKEN as error:
                self._problem = self._broken(error)
        self._events: dict[int, Any] = {}
        self._began = self._clock()

    def read(self) -> Reading | NotMeasurable:
        """What the board used since `start`; read it every few seconds.

        Where no event speaks for a time, at the ends or because the list was full, the power is
        taken to lie between the least and the most that was seen.
        """
        if self._problem is not None:
            return self._problem
        try:
            logged = self._logged()
        except BROKEN as error:
            self._problem = self._broken(error)
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
        """Puts the board's power measurement back as it was found."""
        if self._was_enabled is not None:
            with suppress(*BROKEN):  # the board may be gone
                self._device.soc.power_measurement_enabled = self._was_enabled
            self._was_enabled = None
        self._problem = explain_not_started(self.name)

    def _logged(self) -> dict[int, Any]:
        """Events by their time; the engine may have moved some to the last inference's list."""
        events = [*self._device.soc.power_meter.events(), *self._device.inference_power_events]
        return {event.ts: event for event in events}

    def _integrate(self, seconds: float) -> Reading | NotMeasurable:
        times = sorted(self._events)
        # An event far from the one before speaks for a part of the time between them only.
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
        # The sensor is up to a period behind the engine that asks it, at both ends alike.
        lag = PERIOD * (most - least)
        # The current comes in whole milliamperes, the voltage in microvolts.
        rounding = max(self._events[at].voltage for at in times) * 1e-9
        joules = mean * seconds
        low = joules - unseen * (mean - least) - lag - rounding * seconds
        high = joules + unseen * (most - mean) + lag + rounding * seconds
        return Reading(joules, max(0, low), high, seconds, COVERS, SOURCE)

    def _absent(self) -> NotMeasurable | None:
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

    def _broken(self, error: Exception) -> NotMeasurable:
        return NotMeasurable(
            self.name,
            f"The Akida board does not give its power: {error}.",
            "Check that the board is plugged in and `akida devices` lists it, then start again.",
        )
