"""What is asked of the workshop's process, and what it answers: plain values that can be sent."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Request:
    """One task.

    Attributes:
        number: of the request.
        task: "module:function" to call; see `qana.jobs.worker.Task`.
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
        done: True for the last news.
        value: what the task returned.
        trouble: one sentence, where it returned nothing.
    """

    number: int
    words: str = ""
    share: float = 0.0
    done: bool = False
    value: Any = None
    trouble: str | None = None
