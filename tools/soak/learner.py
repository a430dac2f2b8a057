"""A learner of the load test of a class, as a client of Streamlit's protocol."""

import random
import time
from collections import defaultdict
from dataclasses import dataclass, field

from tools.soak.client import Client
from tools.soak.lesson_steps import list_lesson_steps
from tools.soak.photos import make_photo


@dataclass
class Learner:
    """One learner with a photo of their own.

    Attributes:
        number: number of the learner, also the seed of the choices.
        seconds: name of each step to the times that it took.
        waits: steps after which the page showed the progress of a job.
        errors: exceptions of the page, and what ended the learner's lesson.
    """

    number: int
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    waits: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Makes the photo beforehand, which is no work of the server."""
        self.photo = make_photo(self.number)

    def learn(self, address: str, seconds: float, think: tuple[float, float]) -> None:
        """Goes through the chapters again and again.

        Args:
            address: http://host:port of the server.
            seconds: time in which steps start.
            think: shortest and longest time between two steps, seconds.
        """
        rng, deadline = random.Random(self.number), time.monotonic() + seconds
        try:
            time.sleep(rng.uniform(0, think[1]))
            start = time.perf_counter()
            with Client(address, "convert") as client:
                self._note("open", client, start)
                for name, act in list_lesson_steps(client, rng, self.number, self.photo):
                    time.sleep(rng.uniform(*think))
                    if time.monotonic() > deadline:
                        return
                    start = time.perf_counter()
                    act()
                    self._note(name, client, start)
        except Exception as error:  # whoever ends early must be in the report
            self.errors.append(f"learner {self.number}: {type(error).__name__}: {error}"[:300])

    def _note(self, name: str, client: Client, start: float) -> None:
        self.seconds[name].append(time.perf_counter() - start)
        self.errors += [f"{name}: {text}" for text in client.page.exceptions]
        if next(client.page.find_all("progress"), None) is not None:
            self.waits.append(name)
