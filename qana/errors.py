"""What a person can put right."""

from collections.abc import Iterator
from contextlib import contextmanager


class UserError(ValueError):
    """Input that cannot be used; the message is one sentence that says what to do."""


@contextmanager
def explain_missing_package() -> Iterator[None]:
    """Within it, a package that the light installation leaves out is missed in one sentence.

    Raises:
        UserError: in place of ModuleNotFoundError, unless what is missing is a part of this
            project, which is a fault.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] == "qana":
            raise
        raise UserError(
            f"This needs {error.name}, which the light installation leaves out: install the whole "
            "with `python3.11 run.py app`."
        ) from None


class DataError(UserError):
    """Data that cannot be used."""


class ExplanationError(UserError):
    """A map that cannot be made; the message is one sentence that says why."""


class ConversionError(UserError):
    """The converted model is not the quantized one; the message says in what."""
