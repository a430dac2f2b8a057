"""The meter of a device without an energy counter."""

from qana.bench.readings import NotMeasurable


def explain_not_started(name: str) -> NotMeasurable:
    """Explains that the meter `name` counts nothing before `start` and after `close`."""
    return NotMeasurable(
        name, "The meter was not started.", "Start the meter before the work that it measures."
    )


class NoMeter:
    """A meter that never gives an energy. See `qana.bench.readings.Meter`.

    Attributes:
        name: of the missing counter.
    """

    def __init__(self, name: str, reason: str, remedy: str) -> None:
        """Stores the answer of `read`.

        Args:
            name: of the missing counter.
            reason: one sentence, why it gives no energy.
            remedy: one sentence that says what to do.
        """
        self.name = name
        self._answer = NotMeasurable(name, reason, remedy)

    def start(self) -> None:
        """Does nothing."""

    def read(self) -> NotMeasurable:
        """Returns the reason and the remedy."""
        return self._answer

    def close(self) -> None:
        """Does nothing."""
