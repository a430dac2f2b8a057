"""What is sent to the worker process and what comes back: plain values that can be pickled."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class Request:
    """One job to do.

    Attributes:
        number: of the request.
        function: "module:function" to call; see `qana.jobs.worker.JobFunction`.
        arguments: its keyword arguments.
    """

    number: int
    function: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Answer:
    """Progress or result of one request.

    Attributes:
        number: of the request.
        words: what is being done.
        share: how much of it is done, 0 to 1.
        done: True for the last answer.
        value: what the function returned.
        error: one sentence if the function failed; else None.
    """

    number: int
    words: str = ""
    share: float = 0.0
    done: bool = False
    value: Any = None
    error: str | None = None
