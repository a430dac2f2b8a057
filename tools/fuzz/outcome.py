"""Describes the outcome of an input."""

from dataclasses import dataclass

ACCEPTED, REFUSED = "accepted", "refused"
CRASH, KILLED, HANG = "exception", "killed by a signal", "hang"
MEMORY, LEFTOVER, TRACEBACK = "memory", "file left behind", "traceback shown"
BAD_MESSAGE = "message"
MAX_MESSAGE_LENGTH = 1000
"""Characters of an error message, including its paths."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of one input.

    Attributes:
        number: number of the input.
        kind: name of the input's kind.
        status: one of the constants of this module; ACCEPTED and REFUSED are correct.
        message: the error message, or details of a failure.
        seconds: wall time of the target.
        megabytes: peak of the resident memory meanwhile, 10^6 bytes.
        output_bytes: bytes written to standard output and error, for example by native libraries.
        first_failure: failure of a first attempt that a second one replaced; else empty.
    """

    number: str
    kind: str
    status: str
    message: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0
    output_bytes: int = 0
    first_failure: str = ""

    @property
    def failed(self) -> bool:
        """True if the input was neither accepted nor refused."""
        return self.status not in (ACCEPTED, REFUSED)


def find_message_fault(message: str, private_path: str) -> str | None:
    """Checks the message of a refusal.

    Args:
        message: the error message.
        private_path: folder for temporary files, which a message must not mention.

    Returns:
        The fault of the message, or None.
    """
    if not message.strip():
        return "it is empty"
    if not message.isprintable():
        return "it is not one printable line"
    if len(message) > MAX_MESSAGE_LENGTH:
        return f"it is {len(message)} characters long"
    if "Traceback" in message or private_path in message:
        return "it exposes internals of the program"
    return None
