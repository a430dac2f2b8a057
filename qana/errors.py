"""Errors that a user can put right. Commands and pages print their messages without a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

NO_AKIDA = (
    "This needs BrainChip's package akida, which exists for Linux on x86_64 and aarch64 and for "
    "Windows on x86_64: use one of these systems, or the Docker image."
)


class UserError(ValueError):
    """Input that cannot be used. The message is one sentence that says what to do."""


class ImageError(UserError):
    """A file that cannot be read as a photo."""


class DataError(UserError):
    """A data set, table or split that cannot be used."""


class ExplanationError(UserError):
    """An explanation that cannot be computed."""


class ConversionError(UserError):
    """A converted model that differs from the quantized one."""


KERAS_PACKAGES = "quantizeml==1.2.5 tensorflow==2.19.1 tf-keras==2.19.0"
"""What loads the Keras files, for pip; a test compares the versions with pyproject.toml."""
KERAS_FILES = (
    "This needs the package quantizeml, which the light version does not install. It loads the "
    "Keras files of the models (.h5), because TensorFlow and Keras alone do not know their layers: "
    "in a checkout, run `python3.11 run.py app` or `pip install '.[app,full]'`; elsewhere, use "
    f"`quantizeml.load_model` after `pip install {KERAS_PACKAGES}`."
)
"""How the files NAME.float.h5 and NAME.quantized.h5 are loaded."""


@contextmanager
def explain_missing_package() -> Iterator[None]:
    """Replaces the import error of an optional package by a sentence that says how to install it.

    Yields:
        None, while the block that imports the package runs.

    Raises:
        UserError: a package is missing that the light version does not install.
        ModuleNotFoundError: a module of QANA itself is missing, which is a bug.

    Example:
        >>> with explain_missing_package():
        ...     import tensorflow
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] == "qana":
            raise
        if error.name == "akida":
            raise UserError(NO_AKIDA) from None
        if error.name.partition(".")[0] == "quantizeml":
            raise UserError(KERAS_FILES) from None
        raise UserError(
            f"This needs the package {error.name}, which the light version does not install: in a "
            "checkout, run `python3.11 run.py app` or `pip install '.[app,full]'`."
        ) from None


class ModelError(UserError):
    """A model that cannot be used."""
