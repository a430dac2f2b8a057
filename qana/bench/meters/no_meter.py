"""No energy: the meter of hardware that has no counter, and of a meter that was not started."""

from qana.bench.readings import NotMeasurable


def explain_not_started(name: str) -> NotMeasurable:
    """What the meter `name` answers before `start` and after `close`."""
    return NotMeasurable(
        name, "The meter was not started.", "Start the meter before the work that it measures."
    )


class NoMeter:
    """A `qana.bench.readings.Meter` that never gives an energy."""

    def __init__(self, name: str, reason: str, remedy: str) -> None:
        """Keeps what `read` answers.

        Args:
            name: the counter that somebody looks for here.
            reason: one sentence; why it gives no energy.
            remedy: one sentence; what to do, buy or wait for.
        """
        self.name = name
        self._answer = NotMeasurable(name, reason, remedy)

    def start(self) -> None:
        """Nothing to begin."""

    def read(self) -> NotMeasurable:
        """The reason and the remedy."""
        return self._answer

    def close(self) -> None:
        """Nothing to free."""
