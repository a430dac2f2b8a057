"""What became of an input."""

from dataclasses import dataclass

ACCEPTED, REFUSED = "accepted", "refused"
CRASH, DIED, HANG = "exception", "killed by a signal", "hang"
MEMORY, LEFT, SHOWN, MESSAGE = "memory", "file left behind", "traceback shown", "message"
LONGEST_MESSAGE = 1000
"""Characters; a sentence for a person, the paths in it included."""


@dataclass(frozen=True)
class Outcome:
    """How one input fared.

    Attributes:
        number: of the input.
        way: its way in.
        status: accepted or refused; else what went wrong, see the constants above.
        words: the sentence of a refusal, or what is known of a failure.
        seconds: wall time from feeding to the answer.
        megabytes: peak of the process's resident memory in between, 10^6 bytes.
        said: bytes that were written to the process's two streams, by native libraries for one.
        first: what went wrong at a first look, after which a second one counted; else empty.
    """

    number: str
    way: str
    status: str
    words: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0
    said: int = 0
    first: str = ""

    @property
    def failed(self) -> bool:
        """Whether it is neither accepted nor refused."""
        return self.status not in (ACCEPTED, REFUSED)


def fault_of_message(message: str, private: str) -> str | None:
    """What is wrong with the sentence of a refusal; None if nothing.

    Args:
        message: the sentence.
        private: path of the folder for temporary files, which nobody should read of.
    """
    if not message.strip():
        return "it is empty"
    if not message.isprintable():
        return "it is not one printable line"
    if len(message) > LONGEST_MESSAGE:
        return f"it is {len(message)} characters long"
    if "Traceback" in message or private in message:
        return "it tells of the program's inside"
    return None
