"""What is asked of the workshop's process, and what it answers: plain values that can be sent."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Request:
    """One task.

    Attributes:
        number: of the request, to know its answers by.
        task: "module:function" to call; see `qana.workshop.worker.Task`.
        arguments: its keyword arguments.
    """

    number: int
    task: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Answer:
    """News of one request.

    Attributes:
        number: of the request.
        words: what is being done.
        share: how much of it is done, 0 to 1.
        value: what the task returned; None while it is not done.
        trouble: one sentence, where nothing will be returned.
    """

    number: int
    words: str = ""
    share: float = 0.0
    value: Any = None
    trouble: str | None = None
